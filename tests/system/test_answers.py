"""One answer for one question, whichever channel it comes by; the others are told."""

import os
import sqlite3
import threading
import unittest

from harness.streams import Events
from herald_harness import Api, SystemTest, postgres, wait_until
from test_webhooks import webhook, write_keys
from webhook_sink import WebhookSink
from whatsapp_case import PUBLIC, QUIET, WhatsAppTest, routes

PREFIX = "/api/web-chat/notifications"
# Both channels have asked soon, and wait for the answer.
ASKING = [{"name": "questions", "match": {"kind": "provider.request"}, "rounds": {"count": 1},
           "chain": [{"channel": "webchat", "until": "answered", "within": "200ms"},
                     {"channel": "whatsapp", "until": "answered", "within": "1h"}]},
          *routes({"channel": "webchat"})]


class AnswersTest(WhatsAppTest):
    given = {"routes": ASKING}

    def answer(self, user, api=None, **body):
        return (api or self.api).post(f"{PREFIX}/{user}/answer", body)

    def asked_on_both(self, user):
        """A question in the inbox and on the phone; its id and the buttons of the phone."""
        made = self.order(user)
        self.until(made, lambda t: any(a["evidence"] != "none" for a in self.on(t)),
                   "the question on the phone")
        return made, {b["title"]: b["id"] for b in self.sent(user)[-1]["buttons"]}

    @classmethod
    def tearDownClass(cls):
        cls.ctl("audit")  # ends with another code than 0 when a row breaks a rule

    def item(self, user, made):
        return next(i for i in self.api.inbox(user, "?history=1")["notifications"]
                    if i["herald_id"] == made)

    def presses(self, user, payload, title="OUI"):
        self.writes(user, title, type="button_reply", id=payload, title=title)

    def said_to(self, user):
        return [m["text"] for m in self.sent(user) if m["type"] == "text"]

    def rows(self, made):
        """What an application reads."""
        columns = "SELECT kind, action, label, channel FROM"
        if os.environ.get("HERALD_STORE") == "postgresql":
            table = f"{postgres.schema_of(self.folder)}.answers"
            return [tuple(row) for row in postgres.shared().sql(
                f"{columns} {table} WHERE id = '{made}'")]
        with sqlite3.connect(f"file:{self.folder / 'herald.db'}?mode=ro", uri=True) as db:
            return db.execute(f"{columns} answers WHERE id = ?", (made,)).fetchall()

    def answered(self, made):
        return self.until(made, lambda t: t["evidence"] == "answered", "the answer")

    def events(self, timeline):
        return [e["detail"] for e in timeline["timeline"] if e["event"] == "answered"]


class OneAnswer(AnswersTest):
    # covers: S66 S99
    def test_typed_on_the_phone(self):
        user = self.person()
        self.writes(user)
        made, _ = self.asked_on_both(user)
        self.writes(user, " Ouí !! 👍")
        done = self.answered(made)
        self.assertEqual((done["state"], done["answer"]["action"], done["answer"]["channel"]),
                         ("delivered", "accept", "whatsapp"))
        self.assertEqual(self.events(done), ["accept on whatsapp"])
        item = self.item(user, made)
        self.assertEqual((item["answered"], item["read"]), ("accept", True))
        self.assertEqual(self.rows(made), [("provider.request", "accept", "OUI", "whatsapp")])
        self.assertEqual(self.said_to(user), [], "an answer that counts needs no words")
        late = self.answer(user, notification_id=item["id"], action="refuse").expect(409)
        self.assertEqual((late["verdict"], late["action"], late["message"]),
                         ("already_answered", "accept", "already answered: OUI"))
        self.assertEqual(self.ctl("show", made)["answer"]["action"], "accept")

    def test_pressed_on_the_phone_and_in_the_chat(self):
        for channel in ("whatsapp", "webchat"):
            user = self.person()
            self.writes(user)
            made, buttons = self.asked_on_both(user)
            if channel == "whatsapp":
                self.presses(user, buttons["NON"], "NON")
            else:
                told = self.answer(user, notification_id=made, action="refuse").expect()
                self.assertEqual((told["verdict"], told["label"]), ("won", "NON"))
            done = self.answered(made)
            self.assertEqual((done["answer"]["action"], done["answer"]["channel"]),
                             ("refuse", channel))
            self.presses(user, buttons["OUI"])
            wait_until(lambda u=user: self.said_to(u) == ["Déjà répondu : NON"],
                       what="the person to be told")
            self.assertEqual(self.events(self.api.timeline(made)), [f"refuse on {channel}"])

    def test_typed_and_pressed_on_both_at_once_count_once(self):
        for _ in range(5):
            user = self.person()
            self.writes(user)
            made, buttons = self.asked_on_both(user)
            chat, start = [], threading.Barrier(3)

            def in_chat(user=user, made=made, chat=chat, start=start):
                api = Api(self.host.port)
                start.wait()
                chat.append(self.answer(user, api, notification_id=made, action="refuse"))
                api.close()

            def on_phone(start=start, user=user, **message):
                start.wait()
                self.fake.inbound(user, **message)

            threads = [threading.Thread(target=in_chat),
                       threading.Thread(target=on_phone, kwargs={"text": "oui"}),
                       threading.Thread(target=on_phone, kwargs={
                           "type": "button_reply", "id": buttons["OUI"], "title": "OUI"})]
            heard = len(self.told())
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            wait_until(lambda n=heard: len(self.told()) >= n + 2, what="both messages to be heard")
            done = self.answered(made)
            self.assertEqual(len(self.events(done)), 1, done["timeline"])
            won = done["answer"]["channel"]
            self.assertEqual(chat[0].status, 200 if won == "webchat" else 409)
            if won != "webchat":
                self.assertEqual(chat[0].json["message"], "already answered: OUI")
            label = "NON" if won == "webchat" else "OUI"
            losers = 2 if won == "webchat" else 1
            wait_until(lambda u=user, n=losers: len(self.said_to(u)) == n,
                       what="every other to be told")
            self.assertEqual(set(self.said_to(user)), {f"Déjà répondu : {label}"})
            self.assertEqual(len(self.rows(made)), 1)
            self.assertEqual(self.item(user, made)["answered"], done["answer"]["action"])

    def test_a_repeated_message_is_the_same_answer(self):
        user = self.person()
        self.writes(user)
        made, _ = self.asked_on_both(user)
        for _ in range(2):
            self.writes(user, "oui", wamid="wamid.same-" + user)
        self.answered(made)
        other, _ = self.asked_on_both(user)
        self.writes(user, "oui", wamid="wamid.same-" + user)
        self.assertIsNone(self.api.notification(other).get("answer"))
        self.assertEqual(self.said_to(user), [])


class Which(AnswersTest):
    whatsapp = {"delays": QUIET}

    def test_with_several_open_questions_the_person_is_asked_which(self):
        user = self.person()
        self.writes(user)
        first, _ = self.asked_on_both(user)
        wamid = self.sent(user)[-1]["wamid"]
        second, buttons = self.asked_on_both(user)
        self.writes(user, "oui")
        wait_until(lambda: len(self.said_to(user)) == 1, what="the question which")
        self.assertIn("Plusieurs demandes", self.said_to(user)[0])
        self.assertEqual(self.answer(user, text="oui").expect(409)["verdict"], "ambiguous")
        for made in (first, second):
            self.assertNotIn("answer", self.api.notification(made))
        self.writes(user, "oui", context=wamid)  # a reply names its question
        self.assertEqual(self.answered(first)["answer"]["action"], "accept")
        self.presses(user, buttons["NON"], "NON")
        self.assertEqual(self.answered(second)["answer"]["action"], "refuse")

    def test_other_words_are_conversation(self):
        user = self.person()
        self.writes(user)
        self.assertEqual(self.answer(user, text="oui").expect(422)["verdict"], "no_question")
        made, _ = self.asked_on_both(user)
        self.writes(user, "Bonjour, qui êtes-vous ?")
        self.assertEqual(self.answer(user, text="peut-être").expect(422)["verdict"],
                         "not_an_option")
        self.assertNotIn("answer", self.api.notification(made))
        self.assertEqual(self.said_to(user), [])

    def test_one_person_cannot_answer_for_another(self):
        mine, theirs = self.person(), self.person()
        self.writes(mine)
        self.writes(theirs)
        made, buttons = self.asked_on_both(theirs)
        item = self.item(theirs, made)
        absent = self.answer(mine, notification_id=987_654_321, action="accept")
        for name in (item["id"], made):
            foreign = self.answer(mine, notification_id=name, action="accept")
            self.assertEqual((foreign.status, foreign.raw), (404, absent.raw))
        self.presses(mine, buttons["OUI"])
        self.writes(mine, "oui")
        self.assertNotIn("answer", self.api.notification(made))

    def test_too_late_is_said_to_be(self):
        user = self.person()
        self.writes(user)
        made, buttons = self.asked_on_both(user)
        self.api.post(f"/api/v1/notifications/{made}/cancel").expect()
        self.presses(user, buttons["OUI"])
        wait_until(lambda: self.said_to(user), what="the person to be told")
        self.assertIn("plus possible", self.said_to(user)[0])
        self.assertEqual(self.answer(user, notification_id=made, action="accept").expect(410)
                         ["verdict"], "expired")


class OnTwilio(AnswersTest):
    whatsapp = {"provider": "twilio", "public_url": PUBLIC}

    def test_typed_words_count_and_a_later_button_of_the_chat_is_told(self):
        user = self.person()
        self.writes(user)
        made = self.order(user)
        self.until(made, lambda t: any(a["evidence"] != "none" for a in self.on(t)),
                   "the question on the phone")
        self.writes(user, "Non")
        done = self.answered(made)
        self.assertEqual((done["answer"]["action"], done["answer"]["channel"]),
                         ("refuse", "whatsapp"))
        late = self.answer(user, notification_id=made, action="accept").expect(409)
        self.assertEqual(late["label"], "NON")
        self.writes(user, "oui")
        wait_until(lambda: self.said_to(user)[-1] == "Déjà répondu : NON",
                   what="the person to be told")


class Told(SystemTest):
    """The chat alone: who hears of an answer."""

    def ask(self, user, **more):
        return self.api.submit("provider.request", {"phone": user}, {
            "service": "Plomberie", "location": "Akwa", "description": "Fuite",
            "request_id": 7}, **more)["id"]

    def test_other_tabs_monitor_and_webhook_and_a_restart(self):
        sink = WebhookSink()
        self.addCleanup(sink.stop)
        user = "237691924173"
        self.start(secrets=write_keys(self.folder), outbound={"allow": ["127.0.0.1"]},
                   webhooks=[webhook(sink, events=["answered"])],
                   routes=routes({"channel": "webchat", "until": "delivered", "within": "1h"}, "log"))
        self.ctl("user", "add", "--phone", user)
        tab = Events(self.port, user)
        self.addCleanup(tab.cut)
        made = self.ask(user)

        def hears(kind, told):
            wait_until(lambda: (batch := tab.next(timeout=1)) and any(
                i["herald_id"] == made and told(i) for i in batch[kind]), what=f"{kind} in a tab")
        hears("notifications", lambda item: len(item["actions"]) == 2)
        self.api.inbox(user)  # the person has it: the notification ends before it is answered
        wait_until(lambda: self.api.notification(made)["state"] == "delivered", what="the ending")
        self.api.post(f"{PREFIX}/{user}/answer", {"text": "NON."}).expect()
        hears("changes", lambda change: change.get("answered") == "refuse" and change["read"])
        (_, body), = wait_until(sink.messages, what="the producer to be told")
        self.assertEqual((body["type"], body["data"]["id"]), ("notification.answered", made))
        self.assertEqual(body["data"]["answer"], {"action": "refuse", "channel": "webchat"})
        self.assertEqual(body["data"]["evidence"], "answered")
        self.daemon.restart()
        self.api.close()
        late = self.api.post(f"{PREFIX}/{user}/answer",
                             {"notification_id": made, "action": "accept"}).expect(409)
        self.assertEqual(late["action"], "refuse")
        self.ctl("audit")


if __name__ == "__main__":
    unittest.main()
