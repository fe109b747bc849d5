"""Canaries in every secret of both providers, with providers that repeat them in their errors."""

import unittest

from harness.config import whatsapp_channel
from herald_harness import FakeWhatsApp, wait_until
from whatsapp_case import WhatsAppTest, routes

SECRETS = {"token": "canary-token-91af3e", "app_secret": "canary-app-secret-5520d1",
           "verify_token": "canary-verify-77ab", "auth_token": "canary-auth-token-c0ffee"}
PHONE = "237690777123"


class Canaries(WhatsAppTest):
    settings = {"window": "ignore"}
    whatsapp = {**SECRETS, "delays": "sent=0.01,delivered=off,read=off"}
    given = {"log": {"level": "trace"}, "routes": routes(
        {"channel": "whatsapp", "within": "2s"}, {"channel": "twilio", "within": "2s"}, "log")}

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.twilio = FakeWhatsApp(provider="twilio", auth_token=SECRETS["auth_token"],
                                  webhook=f"http://127.0.0.1:{cls.host.port}/hooks/twilio")
        cls.addClassCleanup(cls.twilio.stop)
        cls.changes["channels"]["twilio"] = whatsapp_channel(cls.twilio)

    def clean(self, text, where):
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        for name, canary in {**SECRETS, "phone": PHONE[3:]}.items():
            self.assertNotIn(canary, text, f"{where} shows the {name}")

    def test_nowhere_but_in_the_request(self):
        self.fake.arm(next=1, error=131005, status=403,
                      details=f"Malformed token {SECRETS['token']} for +{PHONE}")
        self.twilio.arm(next=1, error=20003, status=401,
                        details=f"Token {SECRETS['auth_token']} of +{PHONE} is wrong")
        made = self.send(PHONE)
        self.ended(made, "undelivered")
        self.assertIn(SECRETS["token"], str(self.fake.requests()[0]["headers"]))
        for path, headers in (
                ("/hooks/whatsapp", {"X-Hub-Signature-256": "sha256=" + SECRETS["app_secret"]}),
                ("/hooks/twilio", {"X-Twilio-Signature": SECRETS["auth_token"]})):
            answer = self.api.post(path, {"object": SECRETS["token"]}, headers=headers)
            self.assertEqual(answer.status, 401)
            self.clean(answer.raw, path)
        wrong = self.api.get(f"/hooks/whatsapp?hub.mode=subscribe&hub.challenge=1"
                             f"&hub.verify_token={SECRETS['verify_token']}x")
        self.assertEqual(wrong.status, 403)
        self.ctl("reload")
        self.writes(PHONE)
        for where, text in {
                "the log": self.daemon.log(), **self.daemon.shown(),
                "the metrics": self.api.get("/metrics").text,
                "the attempts": self.api.timeline(made)["attempts"],
                "show": self.ctl.text("show", made),
                "the dead letters": self.ctl.text("dead-letters"),
                "status": self.ctl("status"), "channels": self.ctl("channels"),
                "the configuration check": self.ctl.text("config", "check")}.items():
            self.clean(text, where)
        stored = b"".join(p.read_bytes() for p in self.folder.glob("herald.db*"))
        for name, canary in SECRETS.items():
            self.assertNotIn(canary.encode(), stored, name)
        log = self.daemon.log()
        self.assertIn("131005", log)  # the alarm is there, without what the provider repeated
        self.assertIn("20003", log)


if __name__ == "__main__":
    unittest.main()
