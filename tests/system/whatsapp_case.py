"""What the tests of WhatsApp share: one daemon, a fake of both providers, and a person each."""

import json
import pathlib
import tempfile

from harness.config import whatsapp_channel
from herald_harness import SharedDaemonTest, wait_until

PUBLIC = "https://notify.example.org/hooks/whatsapp"  # as Twilio would call it, through a proxy
QUIET = "sent=off,delivered=off,read=off"             # a provider that tells nothing by itself
ORDER = {"service": "Électricité", "location": "Bonamoussadi",
         "description": "Panne\nde courant", "request_id": 42}
TEMPLATES = {"templates": [
    {"name": "demande", "language": "fr", "header": "{{1}}",
     "body": "Nouvelle demande: {{1}} à {{2}}. Détails: {{3}}. Acceptez-vous ?",
     "buttons": [{"type": "quick_reply", "text": "OUI"}, {"type": "quick_reply", "text": "NON"}]},
    {"name": "message", "language": "fr", "body": "Bonjour, {{1}} - Djobea"}]}
MAPPED = {"provider.request": {"name": "demande", "language": "fr", "header": "service",
                               "params": ["service", "location", "description"],
                               "buttons": [{"quick_reply": "accept"}, {"quick_reply": "refuse"}]}}
CONTENT = "HX" + "c" * 32
CONTENTS = {CONTENT: {"body": "Nouvelle demande: {{1}} à {{2}}. Acceptez-vous ?",
                      "buttons": [{"text": "OUI", "id": "accept"}, {"text": "NON", "id": "refuse"}]}}
MAPPED_BY_SID = {"provider.request": {"content_sid": CONTENT, "params": ["service", "location"]}}


def routes(*steps, **route):
    return [{"name": "default", "chain": list(steps), "rounds": {"count": 1}, **route}]


class WhatsAppTest(SharedDaemonTest):
    """`settings` are those of the channel, `given` other changes of the configuration; the window
    is tracked as in production."""

    settings = {}
    whatsapp = {}
    given = {"routes": routes({"channel": "whatsapp", "within": "30s",
                               "retry": {"attempts": 3, "backoff": "100ms..200ms"}},
                              {"channel": "log"})}

    @classmethod
    def prepare(cls):
        folder, fake = cls.host.folder, cls.fake
        settings = {"window": "track", "quarantine": "24h", "templates": MAPPED_BY_SID
                    if fake.provider == "twilio" else MAPPED} | cls.settings
        channel = whatsapp_channel(fake, **settings)
        channels = cls.given.get("channels", {})
        cls.changes = cls.given | {"channels": channels | {
            "whatsapp": channel | channels.get("whatsapp", {})}}
        cls.log_file = folder / "notifications.jsonl"

    @classmethod
    def setUpClass(cls):
        # The fake reads its templates when it starts, before the daemon's folder is known.
        given = tempfile.TemporaryDirectory(prefix="herald-")
        cls.addClassCleanup(given.cleanup)
        templates = pathlib.Path(given.name, "templates.json")
        templates.write_text(json.dumps(TEMPLATES), encoding="utf-8")
        contents = pathlib.Path(given.name, "contents.json")
        contents.write_text(json.dumps(CONTENTS), encoding="utf-8")
        cls.whatsapp = {"templates": templates, "contents": contents} | cls.whatsapp
        super().setUpClass()

    def order(self, user, **more):
        """A request to a service provider: it has actions and, outside the window, a template."""
        return self.api.submit("provider.request", {"phone": user}, ORDER, **more)["id"]

    def writes(self, user, text="bonjour", **message):
        """The person writes, and the daemon has recorded it."""
        before = len(self.told())
        self.fake.inbound(user, text=text, **message)
        wait_until(lambda: len(self.told()) > before, what="the message to be acknowledged")

    def told(self):
        """Webhooks the daemon has acknowledged."""
        return [p for p in self.fake.posts() if p["status"] in (200, 204)]

    def sent(self, user):
        """What the phone shows of ours."""
        return [m for m in self.fake.messages(user) if m["direction"] == "out"]

    def asked(self, user):
        return self.fake.requests(to=user)

    def on(self, timeline, channel="whatsapp"):
        return [a for a in timeline["attempts"] if a["channel"] == channel]

    def left(self, timeline):
        return {s["channel"]: s["reason"] for s in timeline["steps_left"]}

    def logged(self, notification_id):
        lines = self.log_file.read_text("utf-8").splitlines() if self.log_file.exists() else []
        return [e for e in map(json.loads, lines) if e["id"] == notification_id]

    def until(self, notification_id, condition, what, timeout=60):
        return wait_until(lambda: condition(t := self.api.timeline(notification_id)) and t, timeout,
                          f"{what} of {notification_id}")

    def explained(self, user, kind="message"):
        told = self.ctl("explain", kind, "--to", user, "--param", "message=Bonjour")
        return {s["channel"]: (s["would"], s.get("reason")) for s in told["chain"]}
