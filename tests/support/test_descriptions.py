"""The fakes' answers and webhooks have the form that the providers' descriptions give."""

import json
import pathlib
import tempfile
import unittest

import descriptions
from fake_client import FakeWhatsApp, text_to
from waiting import wait_until

ANNA, WA_ID = "+237691924173", "237691924173"


class MetaFake(unittest.TestCase):
    def setUp(self):
        self.fake = FakeWhatsApp(webhook="http://127.0.0.1:9/hook", webhook_retries="60",
                                 delays="sent=0,delivered=0,read=0")
        self.addCleanup(self.fake.stop)

    def test_answers_good_and_bad(self):
        status, answer = self.fake.send(text_to(ANNA))
        descriptions.meta_answer(status, json.dumps(answer))
        bodies = ["junk", text_to(ANNA, "x" * 5000), text_to(ANNA) | {"type": "hologram"},
                  text_to(ANNA) | {"typo": 1}]
        for body in bodies:
            status, answer = self.fake.send(body)
            self.assertEqual(status, 400)
            descriptions.meta_answer(status, json.dumps(answer))
        status, answer = self.fake.send(text_to(ANNA), token="wrong")
        descriptions.meta_answer(status, json.dumps(answer))
        for code, wanted in ((130429, 429), (131000, 500), (131031, 403), (133004, 503)):
            self.fake.arm(error=code, next=1)
            status, answer = self.fake.send(text_to(ANNA))
            self.assertEqual(status, wanted)
            descriptions.meta_answer(status, json.dumps(answer))

    def test_webhooks_of_every_kind(self):
        self.fake.send(text_to(ANNA, attempt="a.1"))
        self.fake.arm(failed=131026, next=1)
        self.fake.send(text_to(ANNA, attempt="a.2"))
        for shape in ({"text": "oui"}, {"type": "button", "payload": "accept:1", "text": "OUI"},
                      {"type": "button_reply", "id": "accept:1", "title": "OUI"},
                      {"type": "list_reply", "id": "a:1", "title": "8h", "description": "x"}):
            self.fake.inbound(WA_ID, **shape)
        posts = wait_until(lambda: len(p := self.fake.posts()) >= 8 and p, what="all webhooks")
        for post in posts:
            descriptions.meta_webhook(post["body"])

    def test_the_check_can_fail(self):
        for wrong in (text_to(ANNA) | {"typo": 1}, text_to(ANNA) | {"text": {"bodi": "x"}},
                      {k: v for k, v in text_to(ANNA).items() if k != "to"}):
            with self.assertRaises(AssertionError):
                descriptions.meta_request(json.dumps(wrong))
        descriptions.meta_request(json.dumps(text_to(ANNA)))


class TwilioFake(unittest.TestCase):
    FORM = {"To": f"whatsapp:{ANNA}", "From": "whatsapp:+14155238886", "Body": "Bonjour",
            "StatusCallback": "http://127.0.0.1:9/hook?attempt=a.1"}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        contents = pathlib.Path(folder.name, "contents.json")
        self.content = "HX" + "d" * 32
        contents.write_text(json.dumps({self.content: {"body": "Bonjour {{1}}",
                                                       "buttons": [{"text": "OUI"}]}}))
        self.fake = FakeWhatsApp(provider="twilio", webhook="http://127.0.0.1:9/hook",
                                 contents=contents, delays="sent=0,delivered=0,read=0",
                                 window_closed=["237691000009"])
        self.addCleanup(self.fake.stop)

    def refused(self, code, status, changes, **how):
        fields = {k: v for k, v in (self.FORM | changes).items() if v is not None}
        got, answer = self.fake.send_form(fields, **how)
        self.assertEqual((got, answer["code"]), (status, code), answer)
        descriptions.twilio_answer(got, json.dumps(answer))

    def test_its_checks_in_its_order(self):
        self.refused(20003, 401, {"To": None}, login="AC:wrong")
        self.refused(21604, 400, {"To": None, "From": None})
        self.refused(21211, 400, {"To": ANNA})
        self.refused(21603, 400, {"From": None, "Body": None})
        self.refused(63007, 400, {"From": "whatsapp:+15550000000"})
        self.refused(21602, 400, {"Body": None})
        self.refused(21617, 400, {"Body": "x" * 1601})
        self.refused(21654, 400, {"ContentVariables": "{}"})
        self.refused(21655, 400, {"Body": None, "ContentSid": "HX" + "e" * 32})
        for wrong in ("{", "[]", '{"1": 7}', '{"1": "a\\nb"}', '{"1": ""}'):
            self.refused(21656, 400, {"Body": None, "ContentSid": self.content,
                                      "ContentVariables": wrong})
        self.refused(63028, 400, {"Body": None, "ContentSid": self.content})
        self.refused(20001, 400, {"Bodi": "x"})
        self.refused(20001, 400, {"StatusCallback": "http://my_host/x"})

    def test_a_message_and_its_callbacks(self):
        status, answer = self.fake.send_form(self.FORM)
        self.assertEqual(status, 201)
        descriptions.twilio_answer(status, json.dumps(answer))
        status, answer = self.fake.send_form(
            {k: v for k, v in self.FORM.items() if k != "Body"}
            | {"ContentSid": self.content, "ContentVariables": '{"1": "Anna"}'})
        self.assertEqual((status, self.fake.messages(WA_ID)[1]["text"]), (201, "Bonjour Anna"))
        self.fake.send_form(self.FORM | {"To": "whatsapp:+237691000009"})  # outside the window
        posts = wait_until(lambda: len(p := self.fake.posts()) >= 7 and p, what="the callbacks")
        for post in posts:
            descriptions.twilio_status(post["body"])
        self.assertTrue(any("ErrorCode=63016" in p["body"] for p in posts))

    def test_the_check_can_fail(self):
        for wrong in ("To=whatsapp%3A%2B237691924173&Bodi=x", "To=%2B237691924173&Body=x"):
            with self.assertRaises(AssertionError):
                descriptions.twilio_request(wrong)
        descriptions.twilio_request("To=whatsapp%3A%2B237691924173&Body=x&ValidityPeriod=90")


class TwilioSignatures(unittest.TestCase):
    def test_the_published_vectors(self):
        from fake_whatsapp.twilio_callbacks import signature
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        self.assertEqual(signature("12345", url, [
            ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234"),
            ("From", "+14158675309"), ("To", "+18005551212")]), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
        self.assertEqual(signature("12345", url, [
            ("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]),
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=")


class Sandbox(unittest.TestCase):
    def test_joining_the_pause_and_the_daily_limit(self):
        with FakeWhatsApp(provider="twilio", sandbox=True, sandbox_interval=60, daily_limit=3,
                          window_answer="sync") as fake:
            def send():
                status, answer = fake.send_form(TwilioFake.FORM | {"StatusCallback": ""})
                return answer.get("code", status)
            self.assertEqual(send(), 63015)
            fake.people(WA_ID, joined=True)
            self.assertEqual(send(), 63018)  # faster than one in the interval
            fake.call("POST", "clock", {"advance": 61})
            self.assertEqual(send(), 201)
            fake.call("POST", "clock", {"advance": 3 * 24 * 3600})
            self.assertEqual(send(), 63015)
            fake.people(WA_ID, joined=True)
            codes = []
            for _ in range(4):
                fake.call("POST", "clock", {"advance": 61})
                codes.append(send())
            self.assertEqual(codes[-2:], [63038, 63038])


if __name__ == "__main__":
    unittest.main()
