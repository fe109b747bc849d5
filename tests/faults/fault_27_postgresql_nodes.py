"""27, on several nodes: the wall clock of one is off from the start, and is set by hours while it runs."""

import itertools
import time
import unittest

from fault_harness import ENDLESS
from nodes_case import NodesLoad, NodesTest
from shims import ClockShim

OFF = 3600.0  # seconds


class NodesClock(NodesTest):
    everyday = {"nodes": 3, "moves": 3, "rate": 8.0}
    long = {"nodes": 3, "moves": 20, "rate": 20.0}

    # covers: F27
    def test_a_clock_that_is_off_or_set_is_nobodys_concern(self):
        self.clock = ClockShim(self.folder)
        self.clock.ahead = OFF
        load = NodesLoad(self, people=60 + 20 * self.size.moves)
        self.begin_nodes(load, self.size.nodes, before_start=self.give_clock)
        before = {name: node["fence"] for name, node in self.evened_out().items()}
        began = time.time()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(60)
        for by in itertools.islice(itertools.cycle((-2 * OFF, OFF, OFF)), self.size.moves):
            self.clock.ahead += by
            load.reach(load.acknowledged() + 40)
        load.stop()
        after = {name: node["fence"] for name, node in self.evened_out().items()}
        # Whoever accepted it, and whoever worked on it.
        (first, last, late), = self.rows(
            "SELECT min(n.created), max(n.created), max(a.started - n.created) FROM notifications n "
            "JOIN attempts a ON a.notification = n.rowid AND a.run = 1 AND a.step = 0")
        self.figure("nodes, one off by s, set so often",
                    f"{len(self.nodes)}, {OFF:.0f}, {self.size.moves}")
        self.figure("first attempt after s, at most", f"{late / 1e6:.2f}", "<= 1")
        self.assertEqual(after, before, "leases go by the database's clock")
        self.assertGreater(first / 1e6, began - 1)
        self.assertLess(last / 1e6, time.time() + 1)
        self.judge(load, 1)
        self.assertLess(late / 1e6, 1 + self.patience())

    def give_clock(self, node):
        if node.name == "n1":
            node.daemon.environment = dict(self.clock.environment)


if __name__ == "__main__":
    unittest.main()
