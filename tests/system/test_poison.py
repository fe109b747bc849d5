"""A message that kills its plugin, and with it the daemon, every time: it is set aside, the rest
goes on."""

import signal
import time
import unittest

from evidence_case import EvidenceTest, iso, quick, routes
from herald_harness import wait_until


class Poison(EvidenceTest):
    def test_it_is_set_aside_and_other_traffic_goes_on(self):
        record = self.folder / "record"
        self.start(channels={"kills": {"plugin": "kills", "settings": {"record": str(record)}}},
                   routes=routes(quick("kills", "1m"), quick("webchat", "1m")),
                   **self.take_plugin("kills"))
        before = [self.send(f"before {n}", phone=f"23769100001{n}") for n in range(3)]
        # Later, so that the answer is out before the daemon dies of it.
        poison = self.send("poison", not_before=iso(time.time() + 1))
        deaths = 0
        while self.dies():
            deaths += 1
            self.assertLess(deaths, 12, "it is not set aside")
            self.daemon.forget()
            self.daemon.spawn()
        self.daemon.wait_notified("READY=1")
        moved = self.tried(poison, "webchat", "accepted")
        self.assertEqual(self.left(moved), {"kills": "killed_the_daemon"})
        handed = [line for line in record.read_text().splitlines() if "poison" in line]
        self.assertEqual((len(handed), deaths), (5, 5))
        for one in [*before, self.send("after", phone="237691000020")]:
            done = self.ended(one, "delivered")
            self.assertEqual(done["ending"], "delivered: kills delivered")
        self.assertIn("notification.set_aside", self.daemon.log())

    def dies(self):
        """Whether the daemon dies; not, when the message has gone on to the next channel."""
        self.api.close()

        def over():
            code = self.daemon.process.poll()
            if code is not None:
                self.assertEqual(code, -signal.SIGSEGV, self.daemon.tail())
                return "dead"
            try:
                return self.api.inbox(self.phone)["count"] and "alive"
            except (OSError, ValueError, AssertionError):
                self.api.close()
                return None
        return wait_until(over, 60, "death or the next channel") == "dead"


if __name__ == "__main__":
    unittest.main()
