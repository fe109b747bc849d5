"""The chain webchat -> WhatsApp -> log, with a stand-in for WhatsApp: who is asked, what counts."""

import json
import unittest

from herald_harness import SharedDaemonTest, wait_until

CONFIRMED = {"service": "Électricité", "location": "Bonamoussadi", "description": "Panne"}


def routes(*steps, **route):
    """One route for everything; it runs once, so that a failure ends it."""
    return [{"name": "default", "chain": list(steps), "rounds": {"count": 1}, **route}]


def quick(channel, within="300ms", **step):
    return {"channel": channel, "within": within, **step}


class ChainTest(SharedDaemonTest):
    whatsapp = {}

    def logged(self, notification_id):
        """What the log channel wrote of it."""
        path = self.folder / "notifications.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["id"] == notification_id]

    def steps(self, timeline):
        return [(a["channel"], a["outcome"], a["evidence"]) for a in timeline["attempts"]]

    def left(self, timeline):
        return {s["channel"]: s["reason"] for s in timeline["steps_left"]}

    def asked(self, user):
        """Send requests that WhatsApp got for this person."""
        return self.fake.requests(to=user)


class WebchatFirst(ChainTest):
    changes = {"routes": routes(quick("webchat", "30s"), quick("whatsapp"), "log")}

    # covers: S72 S73 S74
    def test_whatsapp_is_not_asked_when_web_chat_reaches(self):
        for kind, params in {"service_request.confirmed": CONFIRMED, "service_request.status": {
                "service": "Plomberie", "status": "en cours", "request_id": 7}}.items():
            with self.subTest(kind):
                user = self.person()
                made = self.api.submit(kind, {"phone": user}, params)["id"]
                self.arrived(user)
                done = self.ended(made, "delivered")
                self.assertEqual(self.steps(done), [("webchat", "accepted", "delivered")])
                self.assertEqual(done["ending"], "delivered: webchat delivered")
                self.assertEqual((self.asked(user), self.logged(made)), ([], []))

    # covers: S77
    def test_the_flow_from_request_to_provider(self):
        user, provider = self.person(), self.person(provider=True)
        about = {"service": "Électricité", "request_id": 42}
        send = self.api.submit
        send("service_request.confirmed", {"phone": user}, CONFIRMED | {"request_id": 42})
        self.assertEqual(self.arrived(user)["notifications"][0]["type"], "confirmation")
        send("provider.request", {"phone": provider}, CONFIRMED | {"request_id": 42})
        request = self.arrived(provider)["notifications"][0]
        self.assertEqual([a["label"] for a in request["actions"]], ["OUI", "NON"])
        for n, status in enumerate(("assignée", "en cours", "terminée"), 2):
            send("service_request.status", {"phone": user}, about | {"status": status})
            self.arrived(user, n)
        items = self.api.inbox(user)["notifications"]
        self.assertEqual([i["text"].split("\n")[0] for i in items], [
            "✅ **Demande confirmée !**", "🎉 **Prestataire trouvé !**", "🔧 **Service en cours**",
            "✅ **Service terminé !**"])
        self.assertEqual([i["type"] for i in items], ["confirmation"] + ["status_update"] * 3)
        self.assertEqual(self.api.inbox(provider)["count"], 1)

    # covers: S102
    def test_each_status_is_told_once(self):
        user = self.person()

        def tell(status, request, expect):
            return self.api.submit("service_request.status", {"phone": user}, {
                "service": "Plomberie", "status": status, "request_id": request}, expect)["id"]
        first = tell("en cours", 81, 201)
        self.assertEqual(tell("en cours", 81, 200), first)
        self.assertNotEqual(tell("terminée", 81, 201), first)
        self.assertNotEqual(tell("en cours", 82, 201), first)
        self.assertEqual(tell("en cours", 81, 200), first)
        self.assertEqual(tell("en cours", "81", 200), first)
        by_id = self.api.submit("service_request.status", {
            "user": self.api.notification(first)["user"]}, {
                "service": "Plomberie", "status": "en cours", "request_id": 81}, 200)
        self.assertEqual(by_id["id"], first)
        self.arrived(user, 3)
        tell("en cours", 83, 201)  # what comes after the repeats is the next item
        items = self.arrived(user, 4)["notifications"]
        self.assertEqual(sorted(i["text"].split("\n")[0] for i in items), [
            "✅ **Service terminé !**"] + ["🔧 **Service en cours**"] * 3)


class Fallback(ChainTest):
    changes = {"routes": routes(quick("webchat"), quick("whatsapp", "30s"), "log")}

    # covers: S74
    def test_unread_goes_to_whatsapp_and_its_receipt_stops_the_chain(self):
        user = self.person()
        made = self.send(user, "Votre **demande**")
        done = self.ended(made, "delivered")
        self.assertEqual(self.steps(done), [("webchat", "accepted", "accepted"),
                                            ("whatsapp", "accepted", "delivered")])
        self.assertEqual(done["ending"], "delivered: whatsapp delivered")
        self.assertEqual((len(self.asked(user)), self.logged(made)), (1, []))

    # covers: S69
    def test_bold_is_written_as_whatsapp_writes_it(self):
        user = self.person()
        made = self.api.submit("service_request.confirmed", {"phone": user}, CONFIRMED)["id"]
        self.ended(made, "delivered")
        text = json.loads(self.asked(user)[0]["body"])["text"]["body"]
        self.assertTrue(text.startswith("✅ *Demande confirmée !*\n"), text)
        self.assertIn("📍 *Lieu*: Bonamoussadi\n", text)
        self.assertNotIn("**", text)

    # covers: S74
    def test_an_acceptance_that_fails_later_is_no_delivery(self):
        user = self.person()
        self.fake.people(user, window="closed")
        made = self.send(user)
        done = self.ended(made, "undelivered")
        whatsapp = done["attempts"][1]
        self.assertEqual((whatsapp["channel"], whatsapp["failed"]), ("whatsapp", True))
        self.assertEqual(len(self.logged(made)), 1)
        self.assertEqual(done["attempts"][-1]["channel"], "log")
        self.assertIn("131047", json.dumps(done))

    # covers: S01 S74
    def test_when_all_fails_it_is_a_dead_letter_with_every_reason(self):
        user = self.person()
        self.fake.arm(to=user, error=131026, always=True)
        made = self.send(user, "Un secret")
        done = self.ended(made, "undelivered")
        self.assertEqual(set(self.left(done)), {"webchat", "whatsapp", "log"})
        self.assertTrue(done["ending"].startswith("undelivered: recorded by log; webchat: "))
        self.assertIn("whatsapp: bad_recipient", done["ending"])
        self.assertEqual(len(self.logged(made)), 1)
        dead = self.ctl("list", "--state", "undelivered", "--user", user)["notifications"]
        self.assertEqual([(n["id"], n["ending"]) for n in dead], [(made, done["ending"])])
        shown = self.ctl.text("show", made)
        for word in ("undelivered", "webchat", "whatsapp", "131026", "log"):
            self.assertIn(word, shown)
        for text in (shown, (self.folder / "notifications.jsonl").read_text(), self.daemon.log()):
            self.assertNotIn("Un secret", text)
            self.assertNotIn(user, text)

    # covers: S74
    def test_a_provider_that_is_out_of_order_for_a_moment_is_tried_again(self):
        user = self.person()
        self.fake.arm(to=user, error=131000, next=1)
        done = self.ended(self.send(user), "delivered")
        self.assertEqual([a["outcome"] for a in done["attempts"]],
                         ["accepted", "retry", "accepted"])
        self.assertEqual(len({a["attempt"] for a in done["attempts"]}), 3)


class UntilRead(ChainTest):
    changes = {"routes": [
        {"name": "patient", "match": {"priority": "high"},
         "chain": [quick("webchat", "1m", until="read"), quick("whatsapp", "30s")]},
        {"name": "default", "chain": [quick("webchat", "500ms", until="read"),
                                      quick("whatsapp", "30s")]}]}

    def patiently(self, user):
        return self.api.submit("message", {"phone": user}, {"message": "Bonjour"},
                               priority="high")["id"]

    # covers: S07
    def test_clear_reads_only_what_the_person_was_given(self):
        shown, unseen = self.person(), self.person()
        read = self.patiently(shown)
        self.arrived(shown)
        self.api.clear(shown).expect()
        self.assertEqual(self.ended(read, "delivered")["evidence"], "read")
        self.assertEqual(self.asked(shown), [])

        missed = self.send(unseen)
        self.ended(missed, "waiting")
        self.api.clear(unseen).expect()
        self.assertEqual(self.api.inbox(unseen)["count"], 0)
        self.assertEqual(self.ended(missed, "delivered")["ending"], "delivered: whatsapp delivered")

    # covers: S74
    def test_being_shown_is_not_being_read(self):
        user = self.person()
        made = self.send(user)
        self.arrived(user)
        done = self.ended(made, "delivered")
        self.assertEqual(self.steps(done), [("webchat", "accepted", "delivered"),
                                            ("whatsapp", "accepted", "delivered")])

    # covers: S06
    def test_mark_read_ends_the_chain(self):
        user = self.person()
        made = self.patiently(user)
        self.api.mark_read(user, self.arrived(user)["notifications"][0]["id"]).expect()
        self.assertEqual(self.ended(made, "delivered")["ending"], "delivered: webchat read")
        self.assertEqual(self.asked(user), [])


    def test_reading_late_stops_the_chain_at_the_next_channel(self):
        user = self.person()
        self.fake.switches(drop_delivered=True)
        self.addCleanup(self.fake.switches, drop_delivered=False)
        made = self.send(user)
        wait_until(lambda: [a for a in self.api.timeline(made)["attempts"]
                            if a["channel"] == "whatsapp" and a["evidence"] == "accepted"],
                   20, "WhatsApp's acceptance")
        self.api.mark_read(user, self.arrived(user)["notifications"][0]["id"]).expect()
        self.assertEqual(self.ended(made, "delivered")["ending"], "delivered: webchat read")


class WebchatOff(ChainTest):
    changes = {"channels": {"webchat": {"enabled": False}},
               "routes": routes(quick("webchat"), quick("whatsapp", "30s"), "log")}

    # covers: S74 S80
    def test_the_next_channel_takes_over(self):
        user = self.person()
        made = self.send(user)
        done = self.ended(made, "delivered")
        self.assertEqual(self.steps(done), [("whatsapp", "accepted", "delivered")])
        self.assertEqual(self.logged(made), [])

    # covers: S01 S80
    def test_and_after_it_the_log_which_reaches_nobody(self):
        user = self.person()
        self.fake.people(user, on_whatsapp=False)
        made = self.send(user)
        done = self.ended(made, "undelivered")
        self.assertEqual([a["channel"] for a in done["attempts"]], ["whatsapp", "log"])
        self.assertEqual(len(self.logged(made)), 1)
        self.assertEqual(done["evidence"], "accepted")


if __name__ == "__main__":
    unittest.main()
