"""The texts that people get, as the API's `text` gives them: golden ones byte for byte."""

import pathlib
import unittest

from herald_harness import SharedDaemonTest

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "plugins_catalog" / "golden"
CONFIRMED, STATUS, REQUEST = ("service_request.confirmed", "service_request.status",
                              "provider.request")
DEMAND = {"service": "Électricité", "location": "Bonamoussadi", "urgency": "normal",
          "description": "problème d'électricité dans ma chambre"}
JEAN = {"name": "Jean Dupont", "phone": "237691234567", "rating": 4.5}


def golden(name):
    return (GOLDEN / f"{name}.fr.txt").read_bytes().decode("utf-8").removesuffix("\n")


class Texts(SharedDaemonTest):
    def text(self, kind, params, member="text"):
        user = self.person()
        self.api.submit(kind, {"phone": user}, params)
        return self.arrived(user)["notifications"][0][member]

    # covers: S02 S58
    def test_the_confirmation(self):
        self.assertEqual(self.text(CONFIRMED, DEMAND).encode(),
                         golden("service_request.confirmed").encode())

    # covers: S59
    def test_no_urgency_is_shown_as_normal(self):
        for urgency in ({}, {"urgency": None}):
            with self.subTest(urgency):
                params = {k: v for k, v in DEMAND.items() if k != "urgency"} | urgency
                self.assertEqual(self.text(CONFIRMED, params), golden("service_request.confirmed"))

    # covers: S03 S60 S62
    def test_the_provider_found(self):
        params = {"service": "Électricité", "status": "assigned", "provider": JEAN}
        text = self.text(STATUS, params)
        self.assertEqual(text.encode(), golden("service_request.status.assigned").encode())
        # U+1F468 U+1F527 without a joiner between them
        self.assertIn(b"\xf0\x9f\x91\xa8\xf0\x9f\x94\xa7", text.encode())

    # covers: S04 S63 S64
    def test_the_provider_request(self):
        params = DEMAND | {"price": {"min": 3000, "max": 10000, "currency": "XAF"}}
        text = self.text(REQUEST, params)
        self.assertEqual(text.encode(), golden("provider.request").encode())
        self.assertIn("3 000 - 10 000 XAF\n", text)

    # covers: S61
    def test_a_provider_who_is_not_known_yet(self):
        for params in ({}, {"provider": None}, {"provider": {}}):
            with self.subTest(params):
                text = self.text(STATUS, {"service": "Plomberie", "status": "assigned"} | params)
                self.assertIn("**Prestataire**: En cours de confirmation\n", text)
                self.assertIn("**Contact**: Information à venir\n", text)
                self.assertIn("**Note**: N/A/5\n", text)

    # covers: S65
    def test_prices_that_are_known_without_being_sent(self):
        for service, line in {"Plomberie": "5 000 - 15 000 XAF",
                              "Électricité": "3 000 - 10 000 XAF",
                              "Électroménager": "2 000 - 8 000 XAF",
                              "Jardinage": "2 000 - 10 000 XAF"}.items():
            with self.subTest(service):
                self.assertIn(f"**Estimation**: {line}\n",
                              self.text(REQUEST, DEMAND | {"service": service}))

    # covers: S67 S68
    def test_every_status_in_both_languages(self):
        found = "🎉 **Prestataire trouvé !**"
        first_lines = {
            ("pending", "en attente"): "⏳ **Demande en attente**",
            ("assigned", "assignée"): found,
            ("in_progress", "en cours"): "🔧 **Service en cours**",
            ("completed", "terminée"): "✅ **Service terminé !**",
            ("payment_pending", "paiement en attente"): "💳 **Paiement en attente**",
            ("paid", "paiement terminé"): "💰 **Paiement terminé**",
            ("cancelled", "annulée"): "❌ **Demande annulée**"}
        for names, line in first_lines.items():
            texts = [self.text(STATUS, {"service": "Plomberie", "status": s, "provider": JEAN})
                     for s in names]
            with self.subTest(names):
                self.assertEqual(texts[0].split("\n")[0], line)
                self.assertEqual(texts[0], texts[1])

    # covers: S67
    def test_a_status_nobody_foresaw_is_named(self):
        text = self.text(STATUS, {"service": "Plomberie", "status": "en pause"})
        self.assertTrue(text.startswith("📋 **Mise à jour de votre demande**\n"))
        self.assertIn("**Statut**: en pause\n", text)

    # covers: S70
    def test_odd_descriptions_arrive_as_they_are_and_hurt_nobody(self):
        for odd in ("<script>alert('x')</script> & \"co\"", "{{service}} {{{x}}} {{> questions}}",
                    "Une\nligne\net une autre", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🧑🏿‍🔧",
                    "**gras** _x_ `y` ## [a](javascript:1)",
                    "'; DROP TABLE notifications; --", "x" * 10_000):
            with self.subTest(odd[:30]):
                user = self.person()
                self.api.submit(CONFIRMED, {"phone": user}, DEMAND | {"description": odd})
                item = self.arrived(user)["notifications"][0]
                self.assertEqual(item["text"], golden("service_request.confirmed").replace(
                    DEMAND["description"], odd))
                self.assertNotRegex(item["message"], "[<>]")
                self.assertEqual(item["text"], item["message"].replace("&lt;", "<").replace(
                    "&gt;", ">").replace("&amp;", "&"))

    # covers: S71
    def test_what_is_missing_is_named_and_never_a_blank(self):
        user = self.person()
        cases = [(kind, params, name) for kind, params in (
            (CONFIRMED, DEMAND), (STATUS, {"service": "Plomberie", "status": "assigned"}),
            (REQUEST, DEMAND)) for name in params if name != "urgency"]
        for kind, params, name in cases:
            with self.subTest(f"{kind} without {name}"):
                left = {k: v for k, v in params.items() if k != name}
                answer = self.api.post("/api/v1/notifications",
                                       {"kind": kind, "to": {"phone": user}, "params": left})
                self.assertIn(name, answer.expect(422)["message"])
        self.assertEqual(self.api.inbox(user)["count"], 0)


if __name__ == "__main__":
    unittest.main()
