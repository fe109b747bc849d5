"""What the daemon sends has the form of the providers' descriptions, in every shape it can take."""

import unittest

from whatsapp_case import PUBLIC, WhatsAppTest

import descriptions


class Shapes:
    """Template, buttons, text; answers and webhooks beside them."""

    def shapes(self):
        user = self.person()
        self.ended(self.order(user), "delivered")
        self.writes(user)
        self.ended(self.order(user), "delivered")
        self.ended(self.send(user), "delivered")
        requests = self.asked(user)
        self.assertEqual(len(requests), 3)
        return requests


class Meta(Shapes, WhatsAppTest):
    whatsapp = {"window_default": "closed"}

    def test_requests_answers_and_webhooks(self):
        for request in self.shapes():
            descriptions.meta_request(request["body"])
            descriptions.meta_answer(request["answer"], request["answer_body"])
        types = {m["type"] for m in self.fake.messages()}
        self.assertTrue({"template", "interactive", "text"} <= types, types)
        for post in self.fake.posts():
            descriptions.meta_webhook(post["body"])


class Twilio(Shapes, WhatsAppTest):
    whatsapp = {"provider": "twilio", "public_url": PUBLIC, "window_default": "closed"}

    def test_requests_answers_and_callbacks(self):
        for request in self.shapes():
            descriptions.twilio_request(request["body"])
            descriptions.twilio_answer(request["answer"], request["answer_body"])
        callbacks = [p["body"] for p in self.fake.posts() if "SmsStatus=received" not in p["body"]]
        self.assertGreaterEqual(len(callbacks), 6)
        for body in callbacks:
            descriptions.twilio_status(body)


if __name__ == "__main__":
    unittest.main()
