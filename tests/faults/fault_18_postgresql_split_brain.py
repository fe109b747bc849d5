"""18: the old primary comes back and takes writes beside the new one."""

import time
import unittest

from fault_harness import ENDLESS, Load
from postgresql_case import PostgresqlFault
from postgresql_pair import Pair


class SplitBrain(PostgresqlFault):
    everyday = {"returns": 1, "cuts": 3, "rate": 20.0}
    long = {"returns": 5, "cuts": 20, "rate": 40.0}

    def setUp(self):
        super().setUp()
        self.pair = Pair(self, sync=True)

    def server(self):
        return self.pair.primary

    # covers: F18
    def test_an_old_primary_that_returns_is_not_written_to(self):
        load = Load(self, people=60 + 40 * self.size.returns)
        load.begin(store=self.store(self.pair.url()))
        load.send(ENDLESS, rate=self.size.rate)
        gaps, strayed = [], 0
        for n in range(self.size.returns):
            if n:
                self.pair.rebuild()
            load.reach(load.acknowledged() + 50)
            self.pair.fail_over()
            self.accepted_again(load)
            old = self.pair.standby
            old.start()  # nobody told it that it is none any more
            self.pair.sql("ALTER SYSTEM RESET synchronous_standby_names", old)
            self.pair.sql("SELECT pg_reload_conf()", old)
            before = self.written(old)
            for _ in range(self.size.cuts):
                time.sleep(self.random.uniform(0.05, 0.2))  # any moment
                self.terminate(self.sessions())
                gaps.append(self.accepted_again(load))
            strayed += self.written(old) - before
            old.stop()
        load.stop()
        self.figure("old primaries back, reconnections", f"{self.size.returns}, {len(gaps)}")
        self.figure("records written to an old one", strayed, "0")
        self.figure("accepted again, longest s", f"{max(gaps):.2f}", "<= 5")
        self.judge(load, len(gaps) + self.size.returns)
        self.assertEqual(strayed, 0)
        self.assertLess(max(gaps), 5 + self.patience())

    def written(self, server):
        (count,), = server.sql("SELECT coalesce(max(pos), 0) FROM journal", schema=self.schema)
        return int(count)


if __name__ == "__main__":
    unittest.main()
