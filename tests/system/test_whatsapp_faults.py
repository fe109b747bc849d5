"""WhatsApp when the provider or the credentials fail: nothing twice, nobody else touched."""

import json
import unittest

from herald_harness import wait_until
from whatsapp_case import PUBLIC, WhatsAppTest, routes


class Dropped(WhatsAppTest):
    settings = {"window": "ignore"}

    def test_taken_and_dropped_is_sent_once_and_settled_by_the_first_status(self):
        self.fake.arm(close="after", always=True)
        self.addCleanup(self.fake.disarm)
        made = {}
        for _ in range(3):  # five in a row would open the breaker
            user = self.person()
            made[user] = self.send(user)
        for user, one in made.items():
            done = self.ended(one, "delivered")
            attempt, = self.on(done)
            self.assertTrue(attempt["provider_id"].startswith("wamid."))
            self.assertEqual(len(self.sent(user)), 1)
        self.assertEqual(self.fake.counters()["attempts_repeated"], {})

    def test_cut_before_anything_was_taken_is_unknown_and_the_next_step_follows(self):
        user = self.person()
        self.fake.arm(to=user, close="before", always=True)
        self.addCleanup(self.fake.disarm)
        made = self.send(user)
        self.until(made, lambda t: self.on(t) and self.on(t)[0]["outcome"] == "unknown",
                   "an unknown outcome")
        self.assertEqual(len(self.asked(user)), 1)  # and nobody asks again behind its back

    def test_the_later_failure_counts_like_the_answer(self):
        for code, reason in ((131026, "bad_recipient"), (131049, "bad_recipient"),
                             (130472, "bad_recipient"), (131053, "bad_content")):
            with self.subTest(code):
                user = self.person()
                self.fake.arm(to=user, failed=code, next=1)
                made = self.send(user)
                done = self.ended(made, "undelivered")
                self.assertEqual(self.left(done)["whatsapp"], reason)
                self.assertIn(str(code), json.dumps(done["steps_left"] + self.on(done)))
                self.assertEqual(len(self.logged(made)), 1)

    def test_a_limit_of_one_person_waits_and_holds_nobody_else(self):
        slow, other = self.person(), self.person()
        self.fake.arm(to=slow, error=131056, next=1)
        waiting = self.send(slow)
        self.until(waiting, lambda t: self.on(t) and self.on(t)[0]["outcome"] == "retry", "a retry")
        self.ended(self.send(other), "delivered")
        done = self.ended(waiting, "delivered")
        self.assertEqual([a["outcome"] for a in self.on(done)], ["retry", "accepted"])


class Token(WhatsAppTest):
    """An expired token: the breaker, one alarm, the others at work, and healing by rotation."""

    settings = {"window": "ignore"}
    given = {"routes": [
        {"name": "chat", "match": {"kind": "service_request.*"}, "chain": ["webchat"]},
        *routes({"channel": "whatsapp", "within": "30s"}, {"channel": "webchat", "within": "1m"})]}
    secret, fresh, setting, code = "whatsapp_token", "fresh-token", "token", "190"

    def alarms(self):
        return self.daemon.log().count("refuses to work until somebody acts")

    def breaker(self):
        return next(c for c in self.ctl("channels")["channels"] if c["name"] == "whatsapp")["breaker"]

    def test_expired_alarm_others_unaffected_and_rotation_heals_without_a_restart(self):
        self.ended_by_whatsapp(self.person())
        self.fake.settings(**{self.setting: self.fresh})  # the old one is refused from now on
        asked = len(self.fake.requests())
        for n in range(5):
            user = self.person()
            made = self.send(user)
            left = self.until(made, lambda t: t["steps_left"], "the step to be left")
            self.assertIn(self.left(left)["whatsapp"], ("auth", "breaker_open"))
            self.assertEqual(self.arrived(user)["count"], 1)  # the next step works at once
            chat = self.api.submit("service_request.confirmed", {"phone": user}, {
                "service": "a", "location": "b", "description": "c"})["id"]
            self.arrived(user, 2)
            self.ended(chat, "delivered")
        self.assertEqual(len(self.fake.requests()), asked + 1)  # one paid for it, nobody hammers
        self.assertEqual(self.alarms(), 1)
        self.assertEqual(self.breaker(), "open")
        self.assertIn(self.code, self.daemon.log())
        path = self.folder / self.secret
        path.write_text(self.fresh, encoding="utf-8")
        pid = self.daemon.pid()
        self.ctl("reload")
        wait_until(lambda: self.breaker() == "half_open", 60, "the pause to end")
        self.ended_by_whatsapp(self.person())
        self.assertEqual(self.breaker(), "closed")
        self.assertEqual((self.daemon.pid(), self.alarms()), (pid, 1))
        self.assertIn("WhatsApp works again", self.daemon.log())

    def ended_by_whatsapp(self, user):
        done = self.ended(self.send(user), "delivered")
        self.assertEqual(done["ending"], "delivered: whatsapp delivered")


class TwilioToken(Token):
    whatsapp = {"provider": "twilio", "public_url": PUBLIC}
    secret, fresh, setting, code = "twilio_auth_token", "fresh-auth-token", "auth_token", "20003"


if __name__ == "__main__":
    unittest.main()
