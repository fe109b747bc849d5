"""14, on several nodes: the primary dies under all of them, its synchronous standby takes over."""

import time
import unittest

from fault_harness import ENDLESS
from nodes_case import NodesLoad, NodesTest
from postgresql_pair import Pair


class NodesFailover(NodesTest):
    everyday = {"nodes": 3, "failovers": 1, "rate": 8.0}
    long = {"nodes": 3, "failovers": 10, "rate": 20.0}

    def setUp(self):
        super().setUp()
        self.pair = Pair(self, sync=True)

    def server(self):
        return self.pair.primary

    # covers: F14
    def test_all_go_on_with_the_standby_and_nothing_is_lost(self):
        load = NodesLoad(self, people=60 + 40 * self.size.failovers)
        self.begin_nodes(load, self.size.nodes, self.store(self.pair.url()))
        before = {name: node["fence"] for name, node in self.evened_out().items()}
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(50)
        gaps = []
        for n in range(self.size.failovers):
            if n:
                self.pair.rebuild()
                load.reach(load.acknowledged() + 50)
            time.sleep(self.random.uniform(0, 0.5))  # any moment
            died = self.pair.fail_over()
            # Each group of producers has a node of its own.
            for producers in load.producers.values():
                self.accepted_again(producers)
            gaps.append(time.monotonic() - died)
        load.stop()
        self.figure("nodes, primaries killed", f"{len(self.nodes)}, {len(gaps)}")
        self.figure("acknowledged again at every node, longest s", f"{max(gaps):.2f}", "<= 5")
        # None took another for dead, though nobody could renew a lease.
        after = {name: node["fence"] for name, node in self.evened_out().items()}
        self.assertEqual(after, before)
        self.judge(load, len(gaps) * len(self.nodes))
        self.assertLess(max(gaps), 5 + self.patience())


if __name__ == "__main__":
    unittest.main()
