"""Accepted means durable: the daemon is killed again and again under load, and loses nothing.

HERALD_SEED repeats a run's choices; HERALD_KILLS and HERALD_ACKS change its size; HERALD_LONG=1
insists on 200 acknowledged per second too.
"""

import collections
import os
import random
import sqlite3
import time
import unittest

from herald_harness import (Api, Oracle, Producers, SystemTest, Varlink, VarlinkError, load_lines,
                            wait_until)

KILLS = int(os.environ.get("HERALD_KILLS", "20"))
ACKS = int(os.environ.get("HERALD_ACKS", "5000"))
SEED = int(os.environ.get("HERALD_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
PEOPLE = 60  # of each group
LOG_IN_FLIGHT = 16

UNSETTLED = ("queued", "trying", "waiting")  # `holding` has what it asked for
# Who sends decides where the chain ends. Nobody reads, so `delivered` never comes in webchat.
GROUPS = {
    "webchat": {"producers": 3, "chain": [{"channel": "webchat", "until": "accepted"}]},
    "whatsapp": {"producers": 3, "chain": [
        {"channel": "webchat", "until": "delivered", "within": "500ms"},
        {"channel": "whatsapp", "until": "delivered", "within": "5s"}]},
    "log": {"producers": 2, "chain": [
        {"channel": "webchat", "until": "delivered", "within": "500ms"}, "log"]},
}


class Durability(SystemTest):
    def setUp(self):
        super().setUp()
        self.lost = collections.Counter()  # attempts a kill left in flight: channel and outcome
        self.random = random.Random(SEED)
        self.record = self.folder / "sent.jsonl"
        self.fake(record=self.record)
        self.numbers = {name: [f"2376{n}{i:07d}" for i in range(PEOPLE)]
                        for n, name in enumerate(GROUPS, 1)}
        self.start(inbox={"keep": 500},
                   channels={"log": {"max_in_flight": LOG_IN_FLIGHT, "settings": {"text": True}}},
                   routes=[{"name": name, "match": {"producer": f"token:{name}"},
                            "chain": group["chain"]} for name, group in GROUPS.items()]
                   + [{"name": "default", "chain": ["log"]}])
        self.producers = {name: self.producers_of(name, group["producers"])
                          for name, group in GROUPS.items()}

    def producers_of(self, name, count):
        token = self.folder / f"{name}.token"
        made = self.ctl("token", "service", name, "--scope", "notifications:send")
        token.write_text(made["token"])
        total = sum(group["producers"] for group in GROUPS.values())
        producers = Producers(self.folder, self.port, self.numbers[name], count, prefix=name,
                              each=-(-ACKS // total) + 5, token_file=token)
        self.addCleanup(producers.kill)
        return producers

    def acknowledged(self):
        return sum(p.acknowledged() for p in self.producers.values())

    def kill_under_load(self):
        """Kills at random moments between the first and the last acknowledgement."""
        up, early = 0.0, 0
        for due in sorted(self.random.sample(range(ACKS // 50, ACKS * 19 // 20), KILLS)):
            started = time.monotonic()
            wait_until(lambda: self.acknowledged() >= due, 60, f"acknowledgement {due}", 0.005)
            time.sleep(self.random.uniform(0, 0.05))  # any moment, not the one after an answer
            up += time.monotonic() - started
            self.daemon.kill()
            if self.random.random() < 0.25:  # while it recovers
                self.daemon.spawn()
                time.sleep(self.random.uniform(0.01, 0.4))
                self.daemon.kill()
                early += 1
            self.daemon.start(60)
        started = time.monotonic()
        for producers in self.producers.values():
            producers.wait()
        return up + time.monotonic() - started, early

    def settled(self):
        """Once there is nothing left to try; the counts by state."""
        def ended():
            counts = self.ctl("status")["counts"]
            return counts if not any(counts.get(state) for state in UNSETTLED) else None
        return wait_until(ended, 90, "the end of every chain", 0.25)

    def collect(self, oracle):
        """What producers, inboxes, the fake and the log say."""
        for name, producers in self.producers.items():
            producers.tell(oracle)
        with Varlink(self.folder / "control") as control:
            for notification_id in oracle.acks.values():
                try:
                    shown = control.call("io.herald.Show", {"id": notification_id})
                    shown = shown["notification"]
                    oracle.state(notification_id, shown["state"])
                    self.lost.update(f"{a['channel']} {a['outcome']}" for a in shown["attempts"]
                                     if a["reason"] == "attempt_lost")
                except VarlinkError:
                    oracle.state(notification_id, None)
        api = Api(self.port)
        self.addCleanup(api.close)
        for numbers in self.numbers.values():
            for number in numbers:
                page = api.inbox(number, "?history=1")
                self.assertFalse(page["more"], "the test asks for one page only")
                oracle.inbox(number, page["notifications"])
        oracle.sends(load_lines(self.record))
        self.logged = load_lines(self.folder / "notifications.jsonl")
        oracle.log_lines((line["text"], line["id"]) for line in self.logged)

    # covers: S49
    def test_killed_under_load_nothing_accepted_is_lost(self):
        self.assertEqual(sum(g["producers"] for g in GROUPS.values()), 8)
        print(f"\nHERALD_SEED={SEED}: {KILLS} kills, {ACKS} acknowledgements", flush=True)
        began = time.monotonic()
        up, early = self.kill_under_load()
        acknowledged, sent = self.acknowledged(), time.monotonic()
        states = self.settled()
        settled = time.monotonic()
        oracle = Oracle()
        self.collect(oracle)
        for name, producers in self.producers.items():
            keys = [k for k in oracle.acks if k.startswith(name)]
            oracle.require("webchat", keys)
            if name == "log":
                oracle.require("log", keys)
        reports = collections.Counter(line["attempt"] for line in self.logged)
        again = sum(n - 1 for n in oracle.seen["log"].values())
        print(f"{acknowledged} acknowledged at {acknowledged / up:.0f}/s while up ({up:.1f} s); "
              f"{KILLS} kills under load, {early} more while recovering; killing and sending took "
              f"{sent - began:.1f} s, settling {settled - sent:.1f} s, "
              f"judging {time.monotonic() - settled:.1f} s\n"
              f"{oracle.summary()}\nstates: {states}\n"
              f"attempts in flight at a kill (accepted: a receipt came later): "
              f"{dict(self.lost)}; log lines of one attempt: at most "
              f"{max(reports.values())}; log lines beyond one per notification: {again}; "
              f"attempt ids WhatsApp got: {len(oracle.attempts)}, most often "
              f"{max(oracle.attempts.values())}", flush=True)

        # The log may be told again what it was being told when the daemon died, under the same
        # attempt id (it declares itself idempotent); WhatsApp never.
        self.assertEqual(oracle.violations({"log": (KILLS + early) * LOG_IN_FLIGHT}), [])
        self.assertEqual(len(reports), len({line["id"] for line in self.logged}),
                         "a repeated log line has another attempt id")
        self.assertEqual(acknowledged, len(oracle.acks), "a producer was refused")
        self.assertGreaterEqual(acknowledged, ACKS)
        if os.environ.get("HERALD_LONG") == "1":  # a figure, not a promise on any machine
            self.assertGreaterEqual(acknowledged / up, 200, "not enough load to show anything")
        missing = [k for k in oracle.acks if oracle.seen["webchat"][k] != 1]
        self.assertEqual(missing, [])
        self.one_whole_thing_each()
        for notification_id in self.random.sample(sorted(oracle.acks.values()), 5):
            self.assertEqual(self.ctl("show", notification_id)["id"], notification_id)

    def one_whole_thing_each(self):
        """Asked of the database itself: item, conversation row and attempt came together."""
        with sqlite3.connect(f"file:{self.folder}/herald.db?mode=ro", uri=True) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
            items, = db.execute("SELECT count(*) FROM inbox_items").fetchone()
            rows, = db.execute("SELECT count(*) FROM conversations").fetchone()
            delivered, = db.execute(
                "SELECT count(DISTINCT a.notification) FROM attempts a JOIN inbox_items i "
                "ON i.notification = a.notification AND i.conversation IN "
                "(SELECT id FROM conversations) WHERE a.channel = 'webchat'").fetchone()
            self.assertEqual((items, rows), (delivered, delivered))


if __name__ == "__main__":
    unittest.main()
