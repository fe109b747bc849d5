"""heraldctl explain: what a notification would meet, and nothing of it stored."""

import sqlite3
import unittest

from gates_case import TOKEN_EXPIRED, GatesTest
from herald_harness import SystemTest

PHONE = "+237690000001"


class Explain(SystemTest):
    def setUp(self):
        super().setUp()
        self.fake()
        self.start(routes=[{"name": "urgent", "match": {"kind": "message"},
                            "chain": ["webchat", "whatsapp", "log"]},
                           {"name": "default", "chain": ["log"]}])

    def counts(self):
        with sqlite3.connect(f"file:{self.folder / 'herald.db'}?mode=ro", uri=True) as db:
            tables = [name for name, in db.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            counts = {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
        db.close()
        return counts

    def explain(self, *more, kind="message", to=PHONE):
        return self.ctl("explain", kind, "--to", to, "--param", "message=Bonjour", *more)

    def test_somebody_unknown_would_be_added(self):
        before = self.counts()
        told = self.explain("--priority", "high", "--private")
        self.assertEqual((told["route"], told["kind"], told["priority"]),
                         ("urgent", "message", "high"))
        self.assertTrue(told["recipient"]["would_be_created"])
        self.assertEqual([s["channel"] for s in told["chain"]], ["webchat", "whatsapp", "log"])
        self.assertEqual([s["would"] for s in told["chain"]], ["attempt"] * 3)
        self.assertEqual(told["chain"][1]["address"], {"kind": "phone", "value": PHONE})
        self.assertIn("Bonjour", str(told["chain"][0]["rendered"]["parts"]))
        self.assertTrue(told["catalog"])
        self.assertEqual(self.counts(), before)

    def test_without_private_no_text_and_no_number(self):
        told = self.explain()
        self.assertNotIn("Bonjour", str(told))
        self.assertNotIn(PHONE[4:], str(told))
        shown = self.ctl.text("explain", "message", "--to", PHONE, "--param", "message=Bonjour")
        self.assertIn("whatsapp", shown)
        self.assertNotIn("Bonjour", shown)

    def test_why_a_step_would_be_left(self):
        user = str(self.ctl("user", "add", "--id", "7", "--identity", "email=awa@example.org")["id"])
        told = self.explain(to=user)
        self.assertEqual(told["recipient"]["user"], 7)
        self.assertEqual([(s["would"], s.get("reason")) for s in told["chain"]],
                         [("attempt", None), ("leave", "no_address"), ("attempt", None)])

    def test_repeats_and_errors_are_those_of_send(self):
        options = ["--to", PHONE, "--param", "message=Bonjour", "--key", "order-1"]
        first = self.ctl("send", "message", *options)["id"]
        self.assertEqual(self.ctl("explain", "message", *options)["repeats"], first)
        wrong = [["message", "--to", PHONE, "--param", "message=Autre", "--key", "order-1"],
                 ["mesage", "--to", PHONE], ["message", "--to", PHONE, "--param", "x=1"],
                 ["message", "--to", "99999998", "--param", "message=Bonjour"]]
        for words in wrong:
            with self.subTest(words):
                sent, explained = self.ctl.run("send", *words), self.ctl.run("explain", *words)
                self.assertNotEqual(sent[0], 0)
                self.assertEqual((explained[0], explained[2]), (sent[0], sent[2]))


class GatesInTheWay(GatesTest):
    """What stands before the first step, WhatsApp, is told; the second step is free."""

    def gate(self, to=PHONE):
        words = ["explain", "message", "--to", to, "--param", "message=Bonjour"]
        steps = self.ctl(*words)["chain"]
        self.assertEqual([(s["channel"], s["would"]) for s in steps],
                         [("whatsapp", "attempt"), ("webchat", "attempt")])
        self.assertNotIn("gate", steps[1])
        gate = steps[0].get("gate")
        if gate is not None:
            self.assertIn(gate["reason"], self.ctl.text(*words))
        return gate

    def test_a_pause(self):
        self.begin()
        self.assertIsNone(self.gate())
        self.ctl("pause", "whatsapp", "--reason", "maintenance")
        gate = self.gate()
        self.assertEqual((gate["verdict"], gate["reason"], gate["until"]), ("gated", "paused", None))
        self.ctl("resume", "whatsapp")
        self.assertIsNone(self.gate())

    def test_an_open_breaker(self):
        self.begin()
        self.whatsapp.arm(error=TOKEN_EXPIRED, always=True)
        self.seen(self.send("237690000001"), lambda t: t["steps_left"])
        gate = self.gate()
        self.assertEqual((gate["verdict"], gate["reason"]), ("blocked", "breaker_open"))
        self.assertEqual(len(self.whatsapp.requests()), 1, "to explain is not to ask")

    def test_the_rates_of_recipient_and_channel(self):
        self.begin({"rate": "1/h", "burst": 1, "recipient_rate": "1/2h"})
        self.assertIsNone(self.gate())
        self.delivered(self.send(PHONE))
        gate = self.gate()
        self.assertEqual((gate["verdict"], gate["reason"]), ("gated", "recipient_limit"))
        self.assertIsNotNone(gate["until"])
        gate = self.gate("+237690000002")
        self.assertEqual((gate["verdict"], gate["reason"]), ("gated", "channel_limit"))
        self.assertIsNotNone(gate["until"])


if __name__ == "__main__":
    unittest.main()
