"""What the tests of gates share: WhatsApp first, then webchat, and looking at what stands in the way."""

from herald_harness import SystemTest
from waiting import wait_until

TOKEN_EXPIRED = 190  # WhatsApp's code that says the whole channel is down


class GatesTest(SystemTest):
    """WhatsApp first, then webchat, which is waited for in vain; one round."""

    def begin(self, whatsapp=None, **changes):
        self.fake()
        self.start(**{"routes": [{"name": "default", "rounds": {"count": 1}, "chain": [
            {"channel": "whatsapp", "within": "2m"}, {"channel": "webchat", "within": "2m"}]}],
            "channels": {"whatsapp": whatsapp or {}}, **changes})

    def send(self, phone, **more):
        return self.api.submit("message", {"phone": phone}, {"message": "Bonjour"}, **more)["id"]

    def seen(self, notification_id, what, timeout=30):
        """The timeline once `what` holds of it."""
        return wait_until(lambda: what(t := self.api.timeline(notification_id)) and t, timeout,
                          f"a change of {notification_id}")

    def channel(self, name="whatsapp"):
        return next(c for c in self.ctl("channels")["channels"] if c["name"] == name)

    def waits_for(self, notification_id, reason):
        return self.seen(notification_id, lambda t: t["reason"] == reason)

    def delivered(self, notification_id, timeout=30):
        return self.seen(notification_id, lambda t: t["state"] == "delivered", timeout)

    def left(self, timeline):
        return [(s["channel"], s["reason"]) for s in timeline["steps_left"]]
