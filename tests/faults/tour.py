"""One walk past everything a daemon does that must survive a crash, by a client that never gives up.

Whenever the daemon dies of SIGKILL the step under way is repeated, as a careful client does, after it was
started again. Who adds a crash point to the daemon sees to it that a step here comes by.
"""

import hashlib
import hmac
import http.client
import json
import signal
import subprocess

from case import on_postgresql
from herald_harness import Api, CtlFailure, Varlink, VarlinkError, load_lines, postgres, wait_until
from oracle import ENDED
from webhook_sink import WebhookSink

# By priority, since a tour has no service tokens: where the chain goes.
CHAINS = {
    "low": [{"channel": "webchat", "until": "accepted"}],
    "normal": [{"channel": "webchat", "until": "delivered", "within": "300ms"},
               {"channel": "whatsapp", "until": "delivered", "within": "5s"}],
    "high": [{"channel": "webchat", "until": "delivered", "within": "300ms"}, "log"],
    "urgent": [{"channel": "webchat", "until": "read", "within": "1h"}],
}
GONE = (OSError, http.client.HTTPException, CtlFailure, AssertionError, ValueError)
PHONE = "23769900{:04d}"
LOG_IN_FLIGHT = 16


class Tour:
    """Of one FaultTest. `environment` is that of the daemon until it dies for the first time."""

    def __init__(self, test, environment):
        self.test, self.deaths = test, []
        self.record = test.folder / "sent.jsonl"
        self.fake = test.fake(record=self.record)
        self.sink = WebhookSink()  # the producer who is told what became of its notifications
        test.addCleanup(self.sink.stop)
        (test.folder / "webhook_key").write_text("whsec_" + "QUJD" * 8)
        (test.folder / "webhook_key").chmod(0o600)
        self.application = on_postgresql() and self.make_application()
        self.daemon = test.prepare(**self.changes())
        self.daemon.program = "heraldd-faults"
        self.daemon.environment = dict(environment)
        self.serial, self.own_kills = 0, 0

    def make_application(self):
        """The name of a table in the same database with an application's people, none of ours."""
        name = f"app_{postgres.schema_of(self.test.folder)}"
        postgres.shared().sql(f"CREATE SCHEMA {name}; CREATE TABLE {name}.users(id int, phone text)")
        return f"{name}.users"

    def changes(self, tries=3):
        tables = {"users": self.application} if self.application else {}
        return {"store": {"tables": tables} if tables else {},
                "secrets": {"webhook_key": {"file": str(self.test.folder / "webhook_key")}},
                "outbound": {"allow": ["127.0.0.1"]},
                "webhooks": [{"name": "tour", "url": self.sink.url, "secret": "webhook_key",
                              "retry_after": ["100ms"] * 20}],
                "channels": {"log": {"max_in_flight": LOG_IN_FLIGHT, "settings": {"text": True}}},
                "inbox": {"keep": 500},
                "routes": [{"name": name, "match": {"priority": name}, "chain": chain}
                           for name, chain in CHAINS.items()]
                + [{"name": "default", "chain": [{"channel": "log", "retry": {"attempts": tries}}]}]}

    def walk(self):
        for step in (self.begin, self.people, self.tokens, self.notify, self.inbox, self.cancel,
                     self.redrive, self.sql, self.receipt_of_nobody, self.killed_in_flight, self.reload, self.much,
                     self.planned_end, self.settle, self.told, self.look, self.leave):
            self.act(step)
        self.collect()

    def act(self, step):
        while True:
            try:
                return step()
            except GONE:
                if not self.died():
                    raise
                assert len(self.deaths) < 9, "it dies again and again"

    def died(self):
        """Whether the daemon was killed; then it is left to act() to start it again."""
        process = self.daemon.process
        try:
            code = process.wait(3) if process else None
        except subprocess.TimeoutExpired:
            return False
        if code != -signal.SIGKILL:
            return False
        self.deaths.append(code)
        self.daemon.forget()
        self.daemon.environment.pop("HERALD_CRASH_AT", None)
        self.act(self.begin)
        return True

    def until(self, condition, timeout=20):
        """As wait_until, but not for a daemon that has died."""
        def alive():
            if self.daemon.process.poll() is not None:
                raise ConnectionError
            return condition()
        return wait_until(alive, timeout, f"what the tour waits for: {condition}", 0.05)

    # The steps: each may be repeated from its beginning.

    def begin(self):
        if self.daemon.process is None:
            self.test.api.close()
            self.daemon.start(60)

    def people(self):
        for n in range(3):
            try:
                self.test.ctl("user", "add", "--phone", PHONE.format(n))
            except CtlFailure as failure:
                if "belongs to" not in failure.errors:
                    raise

    def tokens(self):
        self.serial += 1
        name = f"tour-{self.serial}"
        self.test.ctl("token", "service", name, "--scope", "notifications:send")
        self.test.ctl("token", "revoke", name)

    def send(self, name, to, priority="low", length=0, **fields):
        """The id of a notification of this name, which may have been sent before."""
        key = f"tour-{name}"
        text = f"{'x' * length}Message {key}"
        oracle = self.test.oracle
        oracle.intents.setdefault(key, {"key": key, "to": PHONE.format(to), "text": text})
        done = self.test.api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": PHONE.format(to)}, "params": {"message": text},
            "idempotency_key": key, "priority": priority, **fields})
        assert done.status in (200, 201, 409), done.text
        if done.status == 409:  # the request that was cut off is still being stored
            raise ConnectionError
        oracle.producer([], [{"key": key, "id": done.json["id"]}])
        return done.json["id"]

    def notify(self):
        for n in range(3):
            for priority in ("low", "normal", "high"):
                self.send(f"{priority}-{n}", n, priority)

    def sql(self):
        """What the application asks for in a transaction of its own; one that cannot be sent is with it."""
        if not self.application:
            return
        keys = {f"tour-sql-{n}": PHONE.format(n) for n in range(3)}
        for key, phone in keys.items():
            text = f"Message {key}"
            self.test.oracle.intents.setdefault(key, {"key": key, "to": phone, "text": text})
            self.test.rows(f"SELECT send('message', '{phone}', '{{\"message\": \"{text}\"}}', "
                           f"'{key}', 'low')")
        self.test.rows("SELECT send('no.such.kind', 'nobody', '{}', 'tour-sql-refused')")
        self.until(lambda: self.test.rows("SELECT count(*) FROM outbox") == [(0,)])
        ids = dict(self.test.rows("SELECT key, id FROM idempotency WHERE producer LIKE 'sql:%'"))
        self.test.oracle.producer([], [{"key": key, "id": ids[key]} for key in keys])

    def inbox(self):
        api, user = self.test.api, PHONE.format(3)
        self.send("read", 3)
        self.send("cleared", 3)
        self.here(3, "read")
        page = self.until(lambda: (p := api.inbox(user, "?history=1"))["count"] >= 2 and p)
        api.mark_read(user, page["notifications"][0]["id"])
        api.poll(user)
        api.clear(user).expect()

    def here(self, person, name):
        """Until its item lies in the person's inbox."""
        self.until(lambda: any(f"tour-{name}" in i["text"] for i in self.test.api.inbox(
            PHONE.format(person), "?history=1")["notifications"]))

    def cancel(self):
        """One that lies in the inbox already, so that its item is withdrawn."""
        notification_id = self.send("cancelled", 4, "urgent")
        self.until(lambda: self.test.api.notification(notification_id)["state"] != "queued")
        answer = self.test.api.post(f"/api/v1/notifications/{notification_id}/cancel")
        assert answer.status in (200, 409), answer.text

    def redrive(self):
        """What only the log has: it ends undelivered again, for nothing may have it twice."""
        notification_id = self.send("high-0", 0, "high")
        self.until(lambda: self.test.api.notification(notification_id)["state"] == "undelivered")
        self.test.ctl("redrive", "--all")

    def receipt_of_nobody(self):
        """A status of a message that the daemon does not know: it is parked."""
        post = self.until(lambda: [p for p in self.fake.posts() if p.get("status") == 200])[0]
        told = json.loads(post["body"])
        status = told["entry"][0]["changes"][0]["value"]["statuses"][0]
        status["id"] = "wamid.OF_NOBODY"
        status.pop("biz_opaque_callback_data", None)
        body = json.dumps(told).encode()
        signed = hmac.new(self.fake.app_secret.encode(), body, hashlib.sha256).hexdigest()
        answer = self.test.api.post("/hooks/whatsapp", body, headers={
            "Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signed}"})
        assert answer.status == 200, answer.text

    def killed_in_flight(self):
        """The next start finds an attempt that nobody will answer."""
        self.fake.disarm()
        self.fake.arm(to=PHONE.format(5), always=True, delay=2.0)
        notification_id = self.send("in-flight", 5, "normal")
        self.until(lambda: [a for a in self.test.api.timeline(notification_id)["attempts"]
                            if a["channel"] == "whatsapp"])
        self.daemon.kill()
        self.own_kills += 1
        self.begin()

    def reload(self):
        self.begin()
        for tries in (4, 5):
            self.test.configure(**self.changes(tries))
            self.test.ctl("reload")
        bad = self.changes()
        bad["routes"][0]["chain"] = [{"channel": "log", "until": "delivered"}]  # it cannot tell
        self.test.configure(**bad)
        try:
            code, _, errors = self.test.ctl.run("reload")
            assert code != 0 and "until" in errors, errors
            self.send("after-refusal", 0)  # must go where the routes before it say: to webchat
        finally:
            self.test.configure(**self.changes(6))
        self.test.ctl("reload")

    def much(self):
        """Enough for the database to copy its log into the file."""
        api = Api(self.test.port)
        try:
            for n in range(90):
                self.send(f"much-{n}", 6 + n % 8, length=15_000)
        finally:
            api.close()

    def leave(self):
        self.begin()
        self.daemon.process.send_signal(signal.SIGTERM)
        code = self.daemon.process.wait(40)
        if code == -signal.SIGKILL:
            raise ConnectionError
        assert code == 0, self.daemon.tail()
        self.daemon.forget()

    def planned_end(self):
        self.leave()
        self.begin()
        # In the life after a death nothing is given a head start.
        self.send("after-the-end", 1)

    def settle(self):
        def ended():
            counts = self.test.ctl("status")["counts"]
            return not any(counts.get(s) for s in ("queued", "trying", "waiting"))
        self.begin()
        self.until(ended, 60)

    def told(self):
        """Until the producer has heard of every ending."""
        self.begin()
        ended = {i for i in self.test.oracle.acks.values() if self.state(i) in ENDED}
        self.until(lambda: ended <= {body["data"]["id"] for _, body in self.sink.messages()}, 30)

    def state(self, notification_id):
        """As the control socket gives it; None when the daemon does not know the id."""
        with Varlink(self.test.folder / "control") as control:
            try:
                shown = control.call("io.herald.Show", {"id": notification_id})
                return shown["notification"]["state"]
            except VarlinkError:
                return None

    # The judgement

    def look(self):
        """What the daemon says of everything; whoever reads an inbox gives evidence, so it may die of it."""
        self.begin()
        self.states = {i: self.state(i) for i in self.test.oracle.acks.values()}
        self.inboxes = {phone: self.test.api.inbox(phone, "?history=1")["notifications"]
                        for phone in map(PHONE.format, range(14))}

    def collect(self):
        """Tells the oracle what became of everything."""
        test, oracle = self.test, self.test.oracle
        for notification_id, state in self.states.items():
            oracle.state(notification_id, state)
        for phone, items in self.inboxes.items():
            oracle.inbox(phone, items)
        oracle.sends(load_lines(self.record))
        log = test.folder / "notifications.jsonl"
        oracle.log_lines((line["text"], line["id"])
                         for line in (load_lines(log) if log.exists() else []))
        oracle.require("webchat", [k for k in oracle.acks if k != "tour-cancelled"])
        oracle.require("log", [k for k in oracle.acks if "high" in k])

    def violations(self):
        """Every broken promise; the log may be told again what it was being told at a kill."""
        kills = len(self.deaths) + self.own_kills
        return self.test.oracle.violations({"log": kills * LOG_IN_FLIGHT})
