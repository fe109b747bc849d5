"""12: the server restarts, in order and as after a crash, under load."""

import signal
import time
import unittest

from fault_harness import ENDLESS, Load
from postgresql_case import PostgresqlFault

HOW = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}  # what pg_ctl sends


class Restart(PostgresqlFault):
    everyday = {"restarts": 2, "rate": 20.0}  # of each kind
    long = {"restarts": 20, "rate": 40.0}

    # covers: F12
    def test_restarts_under_load_lose_nothing(self):
        load = Load(self, people=60 + 8 * self.size.restarts)
        load.begin(store=self.store())
        self.watch_doors()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(50)
        todo = list(HOW) * self.size.restarts
        self.random.shuffle(todo)
        gaps = []
        for how in todo:
            time.sleep(self.random.uniform(0.1, 0.5))  # any moment
            self.cluster.restart(HOW[how])
            gaps.append(self.accepted_again(load))
        load.stop()
        self.figure("restarts fast, immediate", f"{self.size.restarts}, {self.size.restarts}")
        self.figure("accepted again, longest s", f"{max(gaps):.2f}", "<= 5")
        self.leave_doors()
        self.judge(load, len(todo))
        self.judge_doors()
        self.assertLess(max(gaps), 5 + self.patience())


if __name__ == "__main__":
    unittest.main()
