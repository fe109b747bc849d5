"""What the tests of evidence share: chains that run once, and looking at a timeline."""

import json
import shutil
import time
import unittest
from datetime import datetime, timezone

from herald_harness import SystemTest, build_dir, plugin_dir, wait_until

ENDINGS = ("delivered", "unconfirmed", "undelivered", "expired", "cancelled")
QUIET = {"delays": "sent=off,delivered=off,read=off"}  # a provider that sends no receipts
CALM = {"webhook_retries": "0.2"}  # and one that tells again soon what nobody took


def quick(channel, within="30s", **step):
    return {"channel": channel, "within": within, **step}


def routes(*steps, **route):
    return [{"name": "default", "chain": list(steps), "rounds": {"count": 1}, **route}]


def iso(unix):
    """A moment as requests give it, from seconds since the Unix epoch."""
    return datetime.fromtimestamp(unix, timezone.utc).isoformat()


class EvidenceTest(SystemTest):
    phone = "237691000001"

    def send(self, text="Bonjour", phone=None, **fields):
        return self.api.submit("message", {"phone": phone or self.phone}, {"message": text},
                               **fields)["id"]

    def timeline(self, notification_id):
        return self.api.timeline(notification_id)

    def until(self, notification_id, condition, what, timeout=60):
        """The timeline once it meets the condition."""
        return wait_until(lambda: condition(t := self.timeline(notification_id)) and t, timeout,
                          f"{what} of {notification_id}")

    def ended(self, notification_id, state=None):
        wanted = (state,) if state else ENDINGS
        return self.until(notification_id, lambda t: t["state"] in wanted, state or "the end")

    def on(self, timeline, channel):
        return [a for a in timeline["attempts"] if a["channel"] == channel]

    def tried(self, notification_id, channel, outcome=None):
        """The timeline once the channel has an attempt (that ended with this outcome)."""
        return self.until(notification_id, lambda t: any(
            outcome in (None, a["outcome"]) for a in self.on(t, channel)),
            f"attempt at {channel} {outcome or ''}")

    def killed(self):
        """The daemon dies and is started again."""
        self.api.close()
        self.daemon.kill()
        self.daemon.start(60)

    def asked(self, phone=None):
        """Send requests that WhatsApp got for this person."""
        return self.whatsapp.requests(to=phone or self.phone)

    def events(self, timeline):
        return [f"{e['event']} {e['detail']}".strip() for e in timeline["timeline"]]

    def left(self, timeline):
        return {s["channel"]: s["reason"] for s in timeline["steps_left"]}

    def take_plugin(self, name):
        """Copies a test plugin to where this daemon looks; gives the changes for that."""
        built = build_dir() / "tests" / "plugins" / f"{name}.so"
        if not built.is_file():
            raise unittest.SkipTest(f"{built} is missing: build the target test_plugins")
        folder = self.folder / "plugins"
        folder.mkdir(mode=0o755, exist_ok=True)
        self.folder.chmod(0o755)
        shutil.copyfile(built, folder / f"{name}.so")
        (folder / f"{name}.so").chmod(0o644)
        return {"plugins": {"path": [str(plugin_dir()), str(folder)]}}

    def logged(self):
        path = self.folder / "notifications.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] \
            if path.exists() else []

    @staticmethod
    def sleep_until(moment):
        time.sleep(max(0.0, moment - time.time()))
