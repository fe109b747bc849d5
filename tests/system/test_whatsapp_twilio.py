"""Twilio, with the real daemon behind a public address of another name, and its sandbox."""

import json
import unittest

from herald_harness import wait_until
from whatsapp_case import CONTENT, PUBLIC, QUIET, WhatsAppTest


class Twilio(WhatsAppTest):
    whatsapp = {"provider": "twilio", "public_url": PUBLIC, "window_default": "closed"}

    def test_the_content_template_outside_the_window_and_text_inside(self):
        user = self.person()
        made = self.order(user)
        done = self.ended(made, "delivered")
        self.assertTrue(self.on(done)[0]["provider_id"].startswith("SM"))
        self.assertEqual(self.sent(user)[0]["template"], CONTENT)
        self.writes(user)
        self.ended(self.order(user), "delivered")
        text = self.sent(user)[1]["text"]
        self.assertIn("*Service*: Électricité", text)
        self.assertIn("OUI", text)  # no buttons without a template: the answers stand in the text
        self.assertTrue(self.sent(user)[0]["callback"].startswith(f"{PUBLIC}?attempt={made}."))

    def test_accepted_and_then_undelivered_goes_to_the_next_step(self):
        user = self.person()
        self.writes(user)
        self.fake.arm(to=user, failed=63026, next=1)
        made = self.send(user)
        done = self.ended(made, "undelivered")
        attempt, = self.on(done)
        self.assertTrue(attempt["failed"])
        self.assertEqual(self.left(done)["whatsapp"], "bad_content")
        self.assertEqual(len(self.logged(made)), 1)

    def test_a_closed_window_by_callback_and_then_the_template(self):
        user = self.person()
        self.writes(user)
        self.fake.people(user, window="closed")
        done = self.ended(self.order(user), "delivered")
        self.assertEqual([a["outcome"] for a in self.on(done)], ["retry", "accepted"])
        self.assertEqual([m["type"] for m in self.sent(user)], ["text", "template"])

    def test_a_dropped_connection_is_settled_by_the_first_callback_and_sent_once(self):
        user = self.person()
        self.writes(user)
        self.fake.arm(to=user, close="after", always=True)
        done = self.ended(self.send(user), "delivered")
        attempt, = self.on(done)
        self.assertTrue(attempt["provider_id"].startswith("SM"))
        self.assertEqual(len(self.sent(user)), 1)

    def test_callbacks_twice_and_in_any_order(self):
        self.fake.switches(duplicate=True, shuffle=True)
        try:
            made = []
            for _ in range(20):
                user = self.person()
                made.append(self.order(user))
            for one in made:
                self.assertEqual(self.on(self.ended(one, "delivered"))[0]["evidence"], "delivered")
        finally:
            self.fake.switches(duplicate=False, shuffle=False)

    def test_forged_callbacks_change_nothing(self):
        self.fake.settings(delays={"sent": None, "delivered": None, "read": None})
        self.fake.switches(wrong_signature=True)
        try:
            user = self.person()
            made = self.order(user)
            self.until(made, lambda t: t["state"] == "waiting", "acceptance")
            sid = self.sent(user)[0]["wamid"]
            before = len(self.fake.posts())
            self.fake.status(wamid=sid, status="read")
            wait_until(lambda: len(self.fake.posts()) > before, what="the forged callback")
            self.assertEqual(self.fake.posts()[-1]["status"], 401)
            self.assertEqual(self.on(self.api.timeline(made))[0]["evidence"], "accepted")
        finally:
            self.fake.switches(wrong_signature=False)
            self.fake.settings(delays={"sent": 0.01, "delivered": 0.02, "read": None})
        self.fake.status(wamid=sid, status="read")
        self.ended(made, "delivered")


class Sandbox(WhatsAppTest):
    """Every failure of the sandbox is shown as not delivered."""

    whatsapp = {"provider": "twilio", "public_url": PUBLIC, "sandbox": True}
    settings = {"window": "ignore"}

    # covers: S75
    def test_who_has_not_joined_is_not_reached_and_may_join_later(self):
        user = self.person()
        made = self.send(user)
        done = self.ended(made, "undelivered")
        self.assertTrue(self.on(done)[0]["failed"])
        self.assertIn("63015", json.dumps(done))
        self.assertEqual(len(self.logged(made)), 1)
        # It may heal, so nobody is left alone for it.
        self.writes(user, "join some-code")
        self.ended(self.send(user), "delivered")
        self.fake.people(user, joined=3 * 24 * 3600 + 1)  # it ends after three days
        self.assertEqual(self.left(self.ended(self.send(user), "undelivered"))["whatsapp"],
                         "bad_recipient")

    def test_refused_at_once_where_the_provider_says_so_synchronously(self):
        self.fake.settings(window_answer="sync")
        try:
            done = self.ended(self.send(self.person()), "undelivered")
            self.assertEqual(self.on(done)[0]["outcome"], "rejected")
        finally:
            self.fake.settings(window_answer="webhook")


class Trial(WhatsAppTest):
    whatsapp = {"provider": "twilio", "public_url": PUBLIC, "daily_limit": 2, "delays": QUIET}
    settings = {"window": "ignore"}

    def test_the_daily_limit_opens_the_breaker(self):
        for _ in range(2):
            self.until(self.send(self.person()), lambda t: t["state"] == "waiting", "acceptance")
        done = self.ended(self.send(self.person()), "undelivered")
        self.assertEqual(self.on(done)[0]["outcome"], "channel_down")
        self.assertIn("63038", self.on(done)[0]["detail"])
        channel = next(c for c in self.ctl("channels")["channels"] if c["name"] == "whatsapp")
        self.assertEqual(channel["breaker"], "open")


if __name__ == "__main__":
    unittest.main()
