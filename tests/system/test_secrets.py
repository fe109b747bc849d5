"""Canary secrets, numbers and texts: nowhere but where they belong, at the chattiest log level."""

import unittest

from herald_harness import SharedDaemonTest, production, raw_exchange, wait_until

TOKEN = "canary-token-7f3a9c"
APP_SECRET = "canary-app-secret-51d2e8"
VERIFY = "canary-verify-0b66"
TEXT = "canary text about a leak in Akwa"
PARTS = "canaryparameter"
NAME = "Canary Name"
JWT_KEY = "canary key of people's tokens, 32 bytes"


class Secrets(SharedDaemonTest):
    whatsapp = {"token": TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY,
                "not_on_whatsapp": ["237690999001"]}

    @classmethod
    def prepare(cls):
        key = cls.host.folder / "user_key"
        cls.changes = production(
            cls.host.folder, log={"level": "trace"},
            routes=[{"name": "default", "chain": [
                {"channel": "webchat", "until": "delivered", "within": "250ms"},
                {"channel": "whatsapp", "until": "delivered", "within": "5s"}, "log"]}])
        key.write_text(JWT_KEY)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reached, cls.absent = cls.person(name=NAME), "237690999001"
        cls.ctl("user", "add", "--phone", cls.absent, "--name", NAME)
        cls.service = cls.ctl("token", "service", "shop", "--scope", "notifications:send",
                              "--scope", "notifications:read", "--scope", "metrics:read")["token"]
        cls.own = cls.ctl("token", "user", cls.reached)["token"]
        cls.canaries = {"access token": TOKEN, "app secret": APP_SECRET, "verify token": VERIFY,
                        "signing key": JWT_KEY, "service token": cls.service,
                        "user token": cls.own, "phone": cls.reached[3:], "other phone":
                        cls.absent[3:], "text": TEXT, "parameter": PARTS, "name": NAME}
        cls.api.token = cls.service
        cls.ids = [cls.api.submit("message", {"phone": phone}, {"message": TEXT})["id"]
                   for phone in (cls.reached, cls.absent)]
        for notification_id, state in zip(cls.ids, ("delivered", "undelivered")):
            cls.ended(notification_id, state)

    @classmethod
    def ended(cls, notification_id, state):
        return wait_until(lambda: (t := cls.api.timeline(notification_id))["state"] == state and t,
                          30, state)

    def clean(self, text, where, but=()):
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        self.assertTrue(text, where)
        found = [name for name, canary in self.canaries.items()
                 if canary in text and name not in but]
        self.assertEqual(found, [], f"{where} shows what it must not")

    def errors(self):
        """Every error body is provoked with the canaries in the request; none comes back."""
        here = "/api/v1/notifications"
        send = {"kind": "message", "to": {"phone": self.reached}, "params": {"message": TEXT}}
        yield self.api.post(here, send | {"params": {"message": TEXT, "mesage": PARTS}})
        yield self.api.post(here, send | {"params": {"message": [TEXT]}})
        yield self.api.post(here, send | {"priority": PARTS})
        yield self.api.post(here, send | {"to": {"phone": "237690999002"}, "content": {"x": TEXT}})
        yield self.api.post(here, f'{{"kind": "{TEXT}'.encode(),
                            headers={"Content-Type": "application/json"})
        yield self.api.get(f"/api/web-chat/notifications/{self.reached}")
        for token in (self.own[:-2] + "xx", self.service + "x", TOKEN):
            yield self.api.get(here, headers={"Authorization": f"Bearer {token}"})
        yield self.api.get(f"/hooks/whatsapp?hub.mode=subscribe&hub.verify_token={VERIFY}x"
                           "&hub.challenge=1")
        yield self.api.post("/hooks/whatsapp", {"object": TEXT},
                            headers={"X-Hub-Signature-256": "sha256=" + "0" * 64})

    def test_errors_and_the_log_after_them(self):
        for answer in self.errors():
            self.assertGreaterEqual(answer.status, 400, answer.raw)
            self.clean(answer.raw, answer.raw.decode())
        raw_exchange(self.host.port, f"GET /{TOKEN} HTTP/9\r\nX: {self.own}\r\n\r\n".encode())
        self.ctl.run("show", "0" * 35)
        self.ctl.run("send", "message", "--to", self.reached, "--param", f"mesage={PARTS}")
        self.ctl("reload")
        log = self.daemon.log()
        self.clean(log, "the daemon's log")
        self.assertIn(self.ids[1], log)  # the one that reached nobody is told, and no more of it

    def test_what_others_can_see(self):
        for where, text in self.daemon.shown().items():
            self.clean(text, where)
        self.clean(self.api.get("/metrics").raw, "the metrics")
        self.clean(self.ctl.text("status"), "heraldctl status")
        self.clean(self.ctl("status"), "heraldctl status --json")
        self.clean(self.ctl.text("channels"), "heraldctl channels")
        self.clean(self.ctl.text("list"), "heraldctl list")
        self.clean(self.ctl.text("config", "check"), "heraldctl config check")
        self.clean(self.ctl("token", "list"), "heraldctl token list")
        for notification_id in self.ids:
            self.clean(self.api.timeline(notification_id), "the timeline by the API")
        self.clean((self.folder / "notifications.jsonl").read_text(), "the log channel's file")

    def test_service_tokens_are_stored_as_hashes(self):
        stored = b"".join(path.read_bytes() for path in self.folder.glob("herald.db*"))
        for name in ("access token", "app secret", "verify token", "signing key", "service token",
                     "user token"):
            self.assertNotIn(self.canaries[name].encode(), stored, name)
        for path in self.folder.glob("herald.db*"):
            self.assertEqual(path.stat().st_mode & 0o007, 0, f"{path} can be read by everybody")


if __name__ == "__main__":
    unittest.main()
