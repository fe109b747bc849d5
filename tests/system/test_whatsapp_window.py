"""The 24-hour window and what is known of people, with the real daemon and Meta's fake."""

import unittest

from herald_harness import wait_until
from whatsapp_case import WhatsAppTest, routes


class Window(WhatsAppTest):
    whatsapp = {"window_default": "closed"}

    # covers: S57 S75
    def test_outside_the_window_the_template_and_without_one_nothing_is_sent(self):
        user = self.person()
        made = self.order(user)
        self.ended(made, "delivered")
        message, = self.sent(user)
        self.assertEqual((message["type"], message["template"]), ("template", "demande"))
        self.assertEqual(message["text"], "Nouvelle demande: Électricité à Bonamoussadi. "
                                          "Détails: Panne de courant. Acceptez-vous ?")
        self.assertEqual([b["id"] for b in message["buttons"]],
                         [f"accept:{made}", f"refuse:{made}"])
        other = self.send(user)  # a kind without a template
        done = self.ended(other, "undelivered")
        attempt, = self.on(done)
        self.assertEqual(attempt["outcome"], "rejected")
        self.assertIn("no template", attempt["detail"])
        self.assertEqual(len(self.asked(user)), 1)
        self.assertEqual(len(self.logged(other)), 1)

    def test_inside_it_buttons_and_text_and_a_restart_forgets_nothing(self):
        user = self.person()
        self.writes(user)
        made = self.order(user)
        self.ended(made, "delivered")
        message, = self.sent(user)
        self.assertEqual(message["type"], "interactive")
        self.assertEqual([(b["title"], b["id"]) for b in message["buttons"]],
                         [("OUI", f"accept:{made}"), ("NON", f"refuse:{made}")])
        self.daemon.restart()
        self.api.close()
        self.ended(self.send(user, "Merci"), "delivered")
        self.assertEqual(self.sent(user)[1]["text"], "Merci")

    def test_a_tapped_button_opens_it_too(self):
        user = self.person()
        self.ended(self.order(user), "delivered")
        shown, = self.sent(user)
        self.writes(user, "OUI", type="button", payload=shown["buttons"][0]["id"],
                    context=shown["wamid"])
        self.ended(self.send(user), "delivered")

    def test_a_window_the_provider_has_closed_costs_one_send_and_then_the_template_goes(self):
        user = self.person()
        self.writes(user)
        self.fake.people(user, window="closed")  # the known issue: rejected inside the window
        made = self.order(user)
        done = self.ended(made, "delivered")
        self.assertEqual([a["outcome"] for a in self.on(done)], ["retry", "accepted"])
        self.assertIn("131047", self.on(done)[0]["detail"])
        self.assertEqual([m["type"] for m in self.sent(user)], ["interactive", "template"])

    def test_not_on_whatsapp_is_left_alone_until_they_write(self):
        user = self.person()
        self.fake.people(user, on_whatsapp=False)
        done = self.ended(self.order(user), "undelivered")
        self.assertEqual(self.left(done)["whatsapp"], "bad_recipient")
        self.assertTrue(self.on(done)[0]["failed"])  # 202 first, `failed` by webhook after it
        self.assertEqual(self.explained(user)["whatsapp"], ("leave", "quarantined"))
        again = self.ended(self.order(user), "undelivered")
        self.assertEqual((self.on(again), self.left(again)["whatsapp"]), ([], "quarantined"))
        self.assertEqual(len(self.asked(user)), 1)
        self.fake.people(user, on_whatsapp=True)
        self.writes(user)
        self.assertEqual(self.explained(user)["whatsapp"], ("attempt", None))
        self.ended(self.order(user), "delivered")

    def state_of(self, user):
        return next(i["state"] for i in self.ctl("user", "show", user)["identities"]
                    if i["kind"] == "whatsapp.phone")

    def test_stop_and_start(self):
        user = self.person()
        self.writes(user)
        self.assertEqual(self.state_of(user), "opted_in")
        self.writes(user, "STOP")
        self.assertEqual(self.state_of(user), "opted_out")
        self.assertEqual(self.explained(user)["whatsapp"], ("leave", "opted_out"))
        done = self.ended(self.order(user), "undelivered")
        self.assertEqual((self.on(done), self.left(done)["whatsapp"]), ([], "opted_out"))
        self.writes(user, "start")
        self.ended(self.order(user), "delivered")

    def test_a_person_whose_number_is_hidden_later(self):
        user, known = self.person(), "CM.15025763946558"
        self.writes(user, user_id=known)
        identities = {(i["kind"], i["value"]) for i in self.ctl("user", "show", user)["identities"]}
        self.assertIn(("whatsapp.user_id", known), identities)
        # Only the id is told from now on; the window is the same person's.
        self.fake.people(user, window="closed")
        self.fake.call("POST", "inbound", {"from": user, "text": "encore", "user_id": known,
                                           "hidden": True})
        self.ended(self.send(user), "delivered")


class UserIdAlone(WhatsAppTest):
    def test_somebody_known_by_user_id_only_is_written_to_by_it(self):
        known, wa_id = "CM.99887766", "237699999990"
        self.ctl("user", "add", "--id", "77", "--identity", f"whatsapp.user_id={known}")
        before = len(self.told())
        self.fake.call("POST", "inbound", {"from": wa_id, "text": "bonjour", "user_id": known,
                                           "hidden": True})
        wait_until(lambda: len(self.told()) > before, what="the message to be acknowledged")
        made = self.api.submit("message", {"user": 77}, {"message": "Bonjour"})["id"]
        self.ended(made, "delivered")
        self.assertIn('"recipient":"CM.99887766"', self.asked(wa_id)[0]["body"])


class Chain(WhatsAppTest):
    whatsapp = {"delays": "sent=0.01,delivered=0.02,read=0.2"}
    given = {"routes": routes(
        {"channel": "webchat", "until": "read", "within": "500ms"},
        {"channel": "whatsapp", "until": "read", "within": "30s"}, "log")}

    # covers: S74
    def test_unread_in_web_chat_goes_to_whatsapp_and_its_read_receipt_ends_it(self):
        user = self.person()
        made = self.order(user)
        done = self.ended(made, "delivered")
        self.assertEqual([(a["channel"], a["evidence"]) for a in done["attempts"]],
                         [("webchat", "accepted"), ("whatsapp", "read")])
        self.assertEqual(self.left(done), {"webchat": "no_evidence_in_time"})
        self.assertEqual(self.logged(made), [])


if __name__ == "__main__":
    unittest.main()
