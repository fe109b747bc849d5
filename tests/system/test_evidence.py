"""A provider's word is not a delivery: accepted and dropped, accepted and failed, each also when
the daemon dies meanwhile."""

import unittest

from evidence_case import CALM, QUIET, EvidenceTest, quick, routes


class Dropped(EvidenceTest):
    """WhatsApp accepts a message and cuts the connection: nobody knows, and it must not be sent
    twice."""

    def begin(self, within, **fake):
        self.fake(**{**CALM, **fake})
        self.start(routes=routes(quick("whatsapp", within), quick("webchat", "1m")))
        self.whatsapp.arm(to=self.phone, close="after", always=True)

    def test_the_receipt_decides(self):
        self.begin("1m")
        self.whatsapp.switches(paused=True)
        made = self.send()
        before = self.tried(made, "whatsapp", "unknown")
        self.assertEqual(before["state"], "waiting")
        self.whatsapp.switches(paused=False)
        done = self.ended(made, "delivered")
        self.assertEqual(done["ending"], "delivered: whatsapp delivered")
        self.assertEqual((len(self.asked()), len(done["attempts"])), (1, 1))
        events = self.events(done)
        self.assertTrue(any(e.startswith("completed unknown") for e in events), events)
        self.assertIn("receipt delivered", events)

    def test_without_one_the_chain_moves_on_and_counts_the_copy(self):
        self.begin("1500ms", **QUIET)
        made = self.send()
        moved = self.tried(made, "webchat", "accepted")
        self.assertEqual(self.left(moved)["whatsapp"], "no_evidence_in_time")
        self.assertEqual(len(self.asked()), 1)
        self.assertEqual([a["repeats"] for a in moved["attempts"]], ["no", "other_channel"])
        self.assertIn("webchat: 1 copy after another channel left it unknown",
                      self.ctl.text("show", made))
        webchat, = (c for c in self.ctl("status")["channels"] if c["name"] == "webchat")
        self.assertEqual((webchat["repeats"], webchat["copies"]), (0, 1))
        self.assertEqual(self.api.inbox(self.phone)["count"], 1)
        self.assertEqual(self.ended(made, "delivered")["ending"], "delivered: webchat delivered")
        metrics = self.api.get("/metrics").text
        self.assertIn('herald_repeats_total{channel="webchat",after="other_channel"} 1', metrics)

    def test_killed_while_it_waits_the_receipt_decides(self):
        self.begin("2m")
        self.whatsapp.switches(paused=True)
        made = self.send()
        self.tried(made, "whatsapp", "unknown")
        self.killed()
        self.whatsapp.switches(paused=False)
        done = self.ended(made, "delivered")
        self.assertEqual((len(self.asked()), len(done["attempts"])), (1, 1))

    def test_killed_while_it_is_sent_the_receipt_decides(self):
        self.begin("2m")
        self.whatsapp.disarm()
        self.whatsapp.arm(to=self.phone, always=True, delay=4.0)
        self.whatsapp.switches(paused=True)
        made = self.send()
        self.tried(made, "whatsapp", "in_flight")
        self.until(made, lambda t: self.asked(), "the request")
        self.killed()
        lost = self.tried(made, "whatsapp", "unknown")
        self.assertEqual(self.on(lost, "whatsapp")[0]["reason"], "attempt_lost")
        self.whatsapp.switches(paused=False)
        done = self.ended(made, "delivered")
        self.assertEqual((len(self.asked()), len(done["attempts"])), (1, 1))

    def test_killed_while_it_waits_the_chain_moves_on(self):
        self.begin("3s", **QUIET)
        made = self.send()
        self.tried(made, "whatsapp", "unknown")
        self.killed()
        self.tried(made, "webchat", "accepted")
        self.assertEqual((len(self.asked()), self.api.inbox(self.phone)["count"]), (1, 1))


class Failed(EvidenceTest):
    """202, and then `failed`."""

    def begin(self):
        self.fake(**CALM)
        self.start(routes=routes(quick("whatsapp", "2m"), quick("webchat", "2m")))
        self.whatsapp.arm(to=self.phone, failed=131026, always=True)

    def check(self, made):
        moved = self.tried(made, "webchat", "accepted")
        self.assertEqual(self.left(moved), {"whatsapp": "bad_recipient"})
        whatsapp, = self.on(moved, "whatsapp")
        self.assertEqual((whatsapp["failed"], whatsapp["evidence"]), (True, "accepted"))
        self.assertEqual(len(self.asked()), 1)
        self.assertEqual([a["repeats"] for a in moved["attempts"]], ["no", "no"])

    def test_the_next_step_follows(self):
        self.begin()
        self.check(self.send())

    def test_also_when_the_daemon_dies_in_between(self):
        self.begin()
        self.whatsapp.switches(paused=True)
        made = self.send()
        self.assertEqual(self.tried(made, "whatsapp", "accepted")["state"], "waiting")
        self.killed()
        self.whatsapp.switches(paused=False)
        self.check(made)


class Asked(EvidenceTest):
    """A channel that can be asked what became of an attempt (R6)."""

    def begin(self):
        self.ledger = self.folder / "ledger"
        changes = self.take_plugin("asks")
        self.start(channels={"asks": {"plugin": "asks", "settings": {"ledger": str(self.ledger)}}},
                   routes=routes(
                       quick("asks", "2m", retry={"attempts": 2, "backoff": "100ms..200ms"}),
                       quick("webchat", "2m")), **changes)

    def sent(self):
        return self.ledger.read_text().split() if self.ledger.exists() else []

    def questions(self):
        log = self.folder / "ledger.log"
        return log.read_text().splitlines() if log.exists() else []

    def test_its_answer_is_evidence(self):
        self.begin()
        made = self.send()
        done = self.ended(made, "delivered")
        self.assertEqual(done["ending"], "delivered: asks delivered")
        self.assertEqual(self.sent(), [f"{made}.1.0.1"])
        self.assertTrue(any(e.startswith("reconciled delivered") for e in self.events(done)))

    def test_what_certainly_never_left_is_tried_again(self):
        self.begin()
        made = self.send("never seen")
        moved = self.tried(made, "webchat", "accepted")
        self.assertEqual([a["outcome"] for a in self.on(moved, "asks")], ["retry", "retry"])
        self.assertEqual([a["repeats"] for a in moved["attempts"]], ["no", "no", "no"])
        self.assertEqual(self.left(moved)["asks"], "retries_spent")

    def test_a_restart_asks_again_what_a_kill_cut_off(self):
        self.begin()
        mute = self.folder / "ledger.mute"
        mute.touch()
        made = self.send()
        self.until(made, lambda t: self.questions(), "the question")
        mute.unlink()
        self.killed()
        done = self.ended(made, "delivered")
        self.assertEqual(self.questions(), [f"asked {made}.1.0.1"] * 2)
        self.assertEqual(self.sent(), [f"{made}.1.0.1"])
        self.assertEqual(len(done["attempts"]), 1)


if __name__ == "__main__":
    unittest.main()
