"""The daemon sends through `prism proxy`, which lets only what the providers' descriptions allow pass to the fakes."""

import unittest

from herald_harness import free_port, wait_until
from test_whatsapp_descriptions import Shapes
from whatsapp_case import PUBLIC, WhatsAppTest

from prism import Prism, prism_program  # beside fake_client, as herald_harness says

WITH_PRISM = unittest.skipUnless(prism_program(), "prism is not installed (npm: @stoplight/prism-cli; "
                                 "HERALD_PRISM names the program)")


class Proxied(Shapes):
    @classmethod
    def prepare(cls):
        cls.prism = Prism(cls.description, cls.fake.url, free_port(), cls.host.folder / "prism.log")
        cls.addClassCleanup(cls.prism.stop)
        cls.settings = cls.settings | {"base_url": cls.prism.url}
        super().prepare()

    def test_every_shape_passes_and_so_do_the_answers(self):
        before = self.prism.passed()
        requests = self.shapes()
        wait_until(lambda: self.prism.passed() - before == len(requests), what="prism to tell of them all")
        user = self.person()  # and an error's form is the provider's too, else prism would answer instead
        self.fake.arm(to=user, error=self.refusal, next=1)
        done = self.ended(self.order(user), "undelivered")
        self.assertIn(f"error {self.refusal}:", self.on(done)[0]["detail"])

    def test_what_is_wrong_does_not_pass(self):
        before = self.prism.refused()
        self.assertEqual(self.send_wrong(), 422)
        wait_until(lambda: self.prism.refused() > before, what="prism to say why")

    def through(self, send, *what):
        port, self.fake.port = self.fake.port, int(self.prism.url.rsplit(":", 1)[1])
        try:
            return send(*what)[0]
        finally:
            self.fake.port = port


@WITH_PRISM
class Meta(Proxied, WhatsAppTest):
    whatsapp = {"window_default": "closed"}
    description, refusal = "meta", 131026

    def send_wrong(self):
        return self.through(self.fake.send, {"messaging_product": "whatsapp", "type": "text",
                                             "text": {"body": "to nobody"}})


@WITH_PRISM
class Twilio(Proxied, WhatsAppTest):
    whatsapp = {"provider": "twilio", "public_url": PUBLIC, "window_default": "closed"}
    description, refusal = "twilio", 21610

    def send_wrong(self):
        return self.through(self.fake.send_form, {"To": "237691924173", "Body": "to nobody"})


if __name__ == "__main__":
    unittest.main()
