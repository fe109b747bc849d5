"""22: the connection is cut around a COMMIT, so that nobody knows whether it took effect."""

import threading
import unittest

from fault_harness import ENDLESS, Load, wait_until
from fault_proxy import FaultProxy
from postgresql_case import PostgresqlFault

# Most right after it was passed on; at the two ends what happened is certain, and must be found out.
WHERE = ("after", "after", "after", "answered", "before")


class InDoubt(PostgresqlFault):
    everyday = {"cuts": 15, "rate": 20.0, "where": "any"}
    long = {"cuts": 140, "rate": 40.0}  # 100 in doubt among them, by the proportions above

    # covers: F22
    def test_commits_in_doubt_are_neither_lost_nor_doubled(self):
        proxy = FaultProxy(self.cluster.port)
        self.addCleanup(proxy.close)
        load = Load(self, people=60 + 2 * self.size.cuts)
        load.begin(store=self.store(f"postgresql://herald@127.0.0.1:{proxy.port}/herald"))
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(50)
        self.watch_doors()
        gaps = []
        for _ in range(self.size.cuts):
            self.cut_one(proxy)
            gaps.append(self.accepted_again(load))
        load.stop()
        self.figure("commits cut", dict(sorted(proxy.cuts.items())), "100 after")
        self.figure("accepted again, longest s", f"{max(gaps):.2f}", "<= 5")
        self.figure("requests to cancel", proxy.cancels, "0")
        self.leave_doors()
        self.judge(load, self.size.cuts)
        self.judge_doors()
        self.assertEqual(proxy.cancels, 0)
        self.assertEqual(sum(proxy.cuts.values()), self.size.cuts)
        self.assertLess(max(gaps), 5 + self.patience())

    def cut_one(self, proxy):
        """At one of the next commits."""
        lock, waits = threading.Lock(), [self.random.randrange(6)]
        where = self.random.choice(WHERE) if self.size.where == "any" else self.size.where
        before = sum(proxy.cuts.values())

        def at_commit():
            with lock:
                waits[0] -= 1
                return where if waits[0] == -1 else None
        proxy.on_commit = at_commit
        wait_until(lambda: sum(proxy.cuts.values()) > before, 30, "a commit to cut", 0.002)
        proxy.on_commit = None


if __name__ == "__main__":
    unittest.main()
