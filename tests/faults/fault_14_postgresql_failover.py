"""14: the primary dies, its synchronous standby takes over, again and again."""

import time
import unittest

from fault_harness import ENDLESS, Load
from postgresql_case import PostgresqlFault
from postgresql_pair import Pair


class Failover(PostgresqlFault):
    everyday = {"failovers": 1, "rate": 20.0}
    long = {"failovers": 20, "rate": 40.0}

    def setUp(self):
        super().setUp()
        self.pair = Pair(self, sync=True)

    def server(self):
        return self.pair.primary

    # covers: F14
    def test_a_synchronous_standby_takes_over_and_nothing_is_lost(self):
        load = Load(self, people=60 + 40 * self.size.failovers)
        load.begin(store=self.store(self.pair.url()))
        self.watch_doors()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(50)
        gaps, promotions = [], []
        for n in range(self.size.failovers):
            if n:
                self.pair.rebuild()
                load.reach(load.acknowledged() + 50)
            time.sleep(self.random.uniform(0, 0.5))  # any moment
            died = self.pair.fail_over()
            promotions.append(time.monotonic() - died)
            self.accepted_again(load)
            gaps.append(time.monotonic() - died)
        load.stop()
        gaps.sort()
        self.figure("primaries killed", len(gaps))
        self.figure("write gap p50, p95 s", f"{gaps[len(gaps) // 2]:.2f}, "
                    f"{gaps[-1 - len(gaps) // 20]:.2f}", "p95 <= 5")
        self.figure("of it the promotion, longest s", f"{max(promotions):.2f}")
        self.leave_doors()
        self.judge(load, len(gaps))
        self.judge_doors()
        self.assertLess(gaps[-1 - len(gaps) // 20], 5 + self.patience())


if __name__ == "__main__":
    unittest.main()
