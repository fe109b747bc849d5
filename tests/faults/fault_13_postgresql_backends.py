"""13: sessions are terminated and server processes killed at random under load."""

import time
import unittest

from fault_harness import ENDLESS, Load
from postgresql_case import PostgresqlFault, kill_backend


class Backends(PostgresqlFault):
    everyday = {"terminations": 15, "kills": 2, "rate": 20.0}
    long = {"terminations": 500, "kills": 20, "rate": 40.0}

    # covers: F13
    def test_terminated_and_killed_sessions_lose_and_double_nothing(self):
        load = Load(self, people=60 + self.size.terminations)
        load.begin(store=self.store())
        self.watch_doors()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(50)
        todo = ["one", "all"] * (self.size.terminations // 2) + ["kill"] * self.size.kills
        self.random.shuffle(todo)
        gaps = [self.disturb(what, load) for what in todo]
        load.stop()
        self.figure("sessions ended, processes killed",
                    f"{len(todo) - self.size.kills}, {self.size.kills}")
        self.figure("accepted again, longest s", f"{max(gaps):.2f}", "<= 5")
        self.leave_doors()
        self.judge(load, len(todo))
        self.judge_doors()
        self.assertLess(max(gaps), 5 + self.patience())

    def disturb(self, what, load):
        time.sleep(self.random.uniform(0.02, 0.25))  # any moment
        sessions = self.sessions()
        if what == "kill":
            kill_backend(self.random.choice(sessions))
            time.sleep(0.05)  # until the server has noticed
            self.cluster.wait()
        else:
            self.terminate([self.random.choice(sessions)] if what == "one" else sessions)
        return self.accepted_again(load)


if __name__ == "__main__":
    unittest.main()
