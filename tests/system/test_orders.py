"""Orders of people: cancel, dead letters, redrive."""

import unittest

from evidence_case import CALM, EvidenceTest, quick, routes
from herald_harness import CtlFailure


class Cancel(EvidenceTest):
    def test_a_cancelled_item_is_gone_also_when_the_daemon_dies_at_once(self):
        self.start(routes=routes(quick("webchat", "1m", until="read")))
        for n in range(3):
            made = self.send(f"Message {n}")
            self.tried(made, "webchat", "accepted")
            # Not looked at before: to be shown is to be delivered, and then it is too late.
            self.assertEqual(self.ctl("cancel", made)["state"], "cancelled")
            self.killed()
            self.assertEqual(self.api.inbox(self.phone)["count"], 0)
            self.assertEqual(self.api.inbox(self.phone, "?history=1")["count"], n + 1)
            self.assertEqual(self.timeline(made)["state"], "cancelled")


class DeadLetters(EvidenceTest):
    def begin(self):
        self.fake(**CALM)
        self.start(routes=routes(quick("whatsapp", "30s"), "log"))
        self.whatsapp.arm(error=131026, always=True)

    def dead(self, count):
        made = [self.send(f"Message {n}", phone=f"23769100000{n}") for n in range(count)]
        for one in made:
            self.ended(one, "undelivered")
        return made

    def test_they_are_listed_counted_and_redriven(self):
        self.begin()
        made = self.dead(4)
        letters = self.ctl("dead-letters")["notifications"]
        self.assertEqual([n["id"] for n in letters], sorted(made, reverse=True))
        self.assertEqual([(s["channel"], s["reason"]) for s in letters[0]["steps"]],
                         [("whatsapp", "bad_recipient"), ("log", "reaches_nobody")])
        self.assertIn("whatsapp: bad_recipient", self.ctl.text("dead-letters"))
        counts = self.ctl("dead-letters", "--counts")
        self.assertEqual(counts["dead_letters"], 4)
        self.assertIn({"channel": "whatsapp", "reason": "bad_recipient", "count": 4},
                      counts["counts"])
        self.assertEqual(self.ctl("dead-letters", "--reason", "timeout")["notifications"], [])

        dry = self.ctl("redrive", "--all", "--dry-run")
        self.assertEqual((dry["matched"], dry["redriven"], set(dry["ids"])), (4, 0, set(made)))
        self.whatsapp.disarm()
        self.assertEqual(self.ctl("redrive", made[0])["redriven"], 1)
        self.assertEqual(self.ended(made[0], "delivered")["run"], 2)
        with self.assertRaises(CtlFailure) as refused:
            self.ctl("redrive", made[0])
        self.assertIn("only an undelivered notification can be redriven, this one is delivered",
                      refused.exception.errors)
        self.assertEqual(self.ctl("redrive", "--reason", "timeout")["matched"], 0)
        # Over a kill: what was done is done, the rest is met by the same command again.
        self.assertEqual(self.ctl("redrive", "--user", "237691000001")["ids"], [made[1]])
        self.ended(made[1], "delivered")  # a kill while it is sent would leave it unknown
        self.killed()
        self.assertEqual(set(self.ctl("redrive", "--reason", "bad_recipient", "--since", "1h")
                             ["ids"]), set(made[2:]))
        for one in made:
            done = self.ended(one, "delivered")
            self.assertEqual([a["run"] for a in done["attempts"]], [1, 1, 2])
        self.assertEqual(self.ctl("dead-letters")["notifications"], [])

    def test_the_new_run_takes_the_chain_of_now(self):
        self.begin()
        made, = self.dead(1)
        self.configure(routes=routes(quick("webchat", "30s")))
        self.ctl("reload")
        answer = self.api.post(f"/api/v1/notifications/{made}/redrive").expect(202)
        self.assertEqual(answer["state"], "queued")
        moved = self.tried(made, "webchat", "accepted")
        self.assertEqual([s["channel"] for s in moved["chain"]], ["webchat"])
        self.assertEqual([(s["run"], s["channel"]) for s in moved["steps_left"]],
                         [(1, "whatsapp"), (1, "log")])
        again = self.api.post(f"/api/v1/notifications/{made}/redrive")
        self.assertEqual(again.status, 409)

    def test_resend_is_needed_where_it_may_have_arrived(self):
        self.begin()
        self.whatsapp.disarm()
        self.whatsapp.settings(delays={"sent": 0.01, "delivered": None, "read": None})
        self.configure(routes=routes(quick("whatsapp", "1s")))
        self.ctl("reload")
        made = self.send()
        self.ended(made, "undelivered")
        self.ctl("redrive", made)
        again = self.until(made, lambda t: t["run"] == 2 and t["state"] == "undelivered", "run 2")
        self.assertEqual(self.left(again)["whatsapp"], "already_sent")
        self.assertEqual(len(self.asked()), 1)
        self.ctl("redrive", made, "--resend")
        sent = self.until(made, lambda t: len(t["attempts"]) == 2, "the second send")
        self.assertEqual(sent["attempts"][1]["repeats"], "same_channel")
        self.assertEqual(len(self.asked()), 2)


if __name__ == "__main__":
    unittest.main()
