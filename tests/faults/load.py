"""Producers outside the daemon over three chains, and what arrived at the end of each."""

import collections

from herald_harness import (Api, CtlFailure, Producers, Varlink, VarlinkError, load_lines, wait_until)

UNSETTLED = ("queued", "trying", "waiting")  # `holding` has what it asked for
ENDLESS = 10**6                              # acknowledgements: until stop()
# Who sends decides where the chain ends. Nobody reads, so `delivered` never comes in webchat.
GROUPS = {
    "webchat": {"producers": 3, "chain": [{"channel": "webchat", "until": "accepted"}]},
    "whatsapp": {"producers": 3, "chain": [
        {"channel": "webchat", "until": "delivered", "within": "500ms"},
        {"channel": "whatsapp", "until": "delivered", "within": "5s"}]},
    "log": {"producers": 2, "chain": [
        {"channel": "webchat", "until": "delivered", "within": "500ms"}, "log"]},
}
LOG_IN_FLIGHT = 16


class Load:
    """The load of one FaultTest. begin() starts daemon and fake, send() the producers.

    `groups` names some of GROUPS; `more` are groups of the test's own, which may have "rounds" too.
    """

    def __init__(self, test, people=60, groups=tuple(GROUPS), more=None):
        self.test = test
        self.groups = {name: GROUPS[name] for name in groups} | (more or {})
        self.record = test.folder / "sent.jsonl"
        self.numbers = {name: [f"2376{n}{i:07d}" for i in range(people)]
                        for n, name in enumerate(self.groups, 1)}
        self.producers = {}
        self.lost = collections.Counter()  # attempts cut off in flight: channel and outcome
        self.logged = []

    def begin(self, **changes):
        self.test.fake(record=self.record)
        self.test.start(**self.changes() | changes)

    def changes(self):
        """For daemon_config."""
        return {"inbox": {"keep": 500},
                "channels": {"log": {"max_in_flight": LOG_IN_FLIGHT, "settings": {"text": True}}},
                "routes": [{"name": name, "match": {"producer": f"token:{name}"},
                            **{k: group[k] for k in ("chain", "rounds") if k in group}}
                           for name, group in self.groups.items()]
                + [{"name": "default", "chain": ["log"]}]}

    def send(self, acks, rate=0.0):
        """Starts producers that together have `acks` acknowledged; rate: of each, per second."""
        total = sum(group["producers"] for group in self.groups.values())
        for name, group in self.groups.items():
            token = self.test.folder / f"{name}.token"
            made = self.test.ctl("token", "service", name, "--scope", "notifications:send")
            token.write_text(made["token"])
            self.producers[name] = self.producers_of(
                name, each=-(-acks // total) + 5, token_file=token, rate=rate)
            self.test.addCleanup(self.producers[name].kill)

    def producers_of(self, name, **how):
        return Producers(self.test.folder, self.test.port, self.numbers[name],
                         self.groups[name]["producers"], prefix=name, **how)

    def acknowledged(self):
        return sum(p.acknowledged() for p in self.producers.values())

    def reach(self, acks, timeout=60):
        wait_until(lambda: self.acknowledged() >= acks, timeout, f"acknowledgement {acks}", 0.005)

    def wait(self, timeout=300):
        for producers in self.producers.values():
            producers.wait(timeout)

    def stop(self):
        for producers in self.producers.values():
            producers.stop()

    def settled(self, timeout=90):
        """Once there is nothing left to try (I6); the counts by state."""
        def ended():
            try:
                counts = self.test.ctl("status")["counts"]
            except CtlFailure:  # its database is still on its way back
                return None
            return counts if not any(counts.get(state) for state in UNSETTLED) else None
        return wait_until(ended, timeout, "the end of every chain", 0.25)

    def collect(self, oracle):
        """What producers, daemon, inboxes, the fake and the log say."""
        for producers in self.producers.values():
            producers.tell(oracle)
        # First what was acknowledged, then what became of it: a receipt may still come in between.
        oracle.receipts(self.test.whatsapp.posts())
        self.ask_states(oracle)
        api = Api(self.test.port)
        self.test.addCleanup(api.close)
        for numbers in self.numbers.values():
            for number in numbers:
                page = api.get(f"/api/web-chat/notifications/{number}?history=1")
                if page.status == 404:  # nobody has written to them yet
                    continue
                page = page.expect()
                self.test.assertFalse(page["more"], "the test asks for one page only")
                oracle.inbox(number, page["notifications"])
        oracle.sends(load_lines(self.record))
        log = self.test.folder / "notifications.jsonl"
        self.logged = load_lines(log) if log.exists() else []
        oracle.log_lines((line["text"], line["id"]) for line in self.logged)
        for name in self.groups:
            keys = [k for k in oracle.acks if k.startswith(name)]
            oracle.require("webchat", keys)
            if name == "log":
                oracle.require("log", keys)

    def ask_states(self, oracle):
        with Varlink(self.test.folder / "control") as control:
            for notification_id in oracle.acks.values():
                try:
                    shown = control.call("io.herald.Show", {"id": notification_id})["notification"]
                except VarlinkError:
                    oracle.state(notification_id, None)
                    continue
                oracle.state(notification_id, shown["state"])
                self.lost.update(f"{a['channel']} {a['outcome']}" for a in shown["attempts"]
                                 if a["reason"] == "attempt_lost")
