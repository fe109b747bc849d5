"""Time and order: read just before and just after `within`, not before, expiry, order per person
and channel, priorities. Each also over a kill where it could be forgotten by one."""

import time
import unittest
from datetime import datetime

from evidence_case import CALM, QUIET, EvidenceTest, iso, quick, routes

WITHIN = 5.0


def moment(iso):
    return datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp()


class ReadInTime(EvidenceTest):
    def begin(self):
        self.fake(**CALM)
        self.start(routes=routes(quick("webchat", f"{int(WITHIN)}s", until="read"),
                                 quick("whatsapp", "1m")))

    def lie_in_the_inbox(self, phone, kill):
        """(id, item id, when `within` is over)"""
        made = self.send(phone=phone)
        there = self.tried(made, "webchat", "accepted")
        over = moment(self.on(there, "webchat")[0]["ended"]) + WITHIN
        if kill:
            self.killed()
        return made, self.api.inbox(phone)["notifications"][0]["id"], over

    def read_before(self, kill):
        # A machine that stalls for the second that is left reads too late: then once more.
        for n in range(4):
            phone = f"23769100001{n}"
            made, item, over = self.lie_in_the_inbox(phone, kill)
            self.sleep_until(over - 1)
            self.api.mark_read(phone, item).expect()
            done = self.ended(made, "delivered")
            if moment(self.on(done, "webchat")[0]["evidence_at"]) >= over:
                continue
            time.sleep(1.5)
            self.assertEqual(self.timeline(made)["ending"], "delivered: webchat read")
            self.assertEqual(self.on(self.timeline(made), "whatsapp"), [])
            self.assertEqual(self.asked(phone), [])
            return
        self.fail("four times it took more than a second to mark an item as read")

    def read_after(self, kill):
        made, item, over = self.lie_in_the_inbox(self.phone, kill)
        self.whatsapp.switches(paused=True)
        self.sleep_until(over + 1)
        self.tried(made, "whatsapp", "accepted")
        self.api.mark_read(self.phone, item).expect()
        done = self.ended(made, "delivered")
        self.assertEqual(done["ending"], "delivered: webchat read")
        self.assertEqual(done["reason"], "evidence_arrived")
        self.assertEqual(self.left(done), {"webchat": "no_evidence_in_time"})
        self.assertEqual(len(self.asked()), 1)

    def test_a_second_before(self):
        self.begin()
        self.read_before(kill=False)

    def test_a_second_before_over_a_kill(self):
        self.begin()
        self.read_before(kill=True)

    def test_a_second_after(self):
        self.begin()
        self.read_after(kill=False)

    def test_a_second_after_over_a_kill(self):
        self.begin()
        self.read_after(kill=True)


class Later(EvidenceTest):
    def test_nothing_happens_before_not_before_also_over_a_kill(self):
        self.start(routes=routes(quick("webchat", "1m")))
        due = time.time() + 4
        waits, over_a_kill = (self.send(n, not_before=iso(due)) for n in ("one", "two"))
        at_once = self.send("three")
        self.tried(at_once, "webchat", "accepted")
        self.assertEqual(self.timeline(waits)["attempts"], [])
        self.assertEqual(self.timeline(waits)["reason"], "not_before")
        self.killed()
        for made in (waits, over_a_kill):
            done = self.tried(made, "webchat", "accepted")
            self.assertGreaterEqual(moment(self.on(done, "webchat")[0]["started"]), due)

    def test_expiry_wins_over_all_that_would_follow(self):
        self.fake(**{**CALM, **QUIET})
        self.start(routes=routes(quick("whatsapp", "1m"), quick("webchat", "1m")))
        ends = time.time() + 4
        made = self.send(expires_at=iso(ends))
        self.tried(made, "whatsapp", "accepted")
        self.killed()
        done = self.ended(made)
        self.assertEqual((done["state"], done["evidence"]), ("expired", "accepted"))
        self.assertEqual([a["channel"] for a in done["attempts"]], ["whatsapp"])
        self.assertGreaterEqual(moment(done["timeline"][-1]["at"]), ends)
        # What is proven later still counts (R11).
        self.whatsapp.status(wamid=done["attempts"][0]["provider_id"], status="delivered")
        self.assertEqual(self.ended(made, "delivered")["ending"], "delivered: whatsapp delivered")


class Order(EvidenceTest):
    def test_one_at_a_time_for_a_person_and_channel_by_priority_then_age(self):
        self.fake(**CALM)
        self.start(routes=routes(quick("whatsapp", "1m")))
        self.whatsapp.arm(to=self.phone, always=True, delay=1.5)
        first = self.send("first")
        self.tried(first, "whatsapp", "in_flight")
        made = {name: self.send(name, priority=priority) for name, priority in (
            ("low", "low"), ("old", "normal"), ("young", "normal"), ("urgent", "urgent"))}
        other = self.send("other", phone="237691000002")
        self.ended(other, "delivered")  # nobody waits for another person
        done = {name: self.ended(i, "delivered") for name, i in made.items()}
        started = sorted((t["attempts"][0]["started"], name) for name, t in done.items())
        self.assertEqual([name for _, name in started], ["urgent", "old", "young", "low"])
        spans = sorted((a["started"], a["ended"]) for t in [self.timeline(first), *done.values()]
                       for a in t["attempts"])
        for (_, ended), (begun, _) in zip(spans, spans[1:]):
            self.assertLessEqual(ended, begun, "two in flight for one person and channel")


if __name__ == "__main__":
    unittest.main()
