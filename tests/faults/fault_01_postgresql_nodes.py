"""1, on several nodes: one after another is killed under load; what it worked on goes on elsewhere."""

import time
import unittest

from fault_harness import ENDLESS, wait_until
from load import LOG_IN_FLIGHT
from harness.nodes import LEASE
from nodes_case import NodesLoad, NodesTest


# What the provider takes for each: two at once for one person would come closer together.
ANSWER = 0.2


class Nodes(NodesTest):
    everyday = {"nodes": 3, "kills": 3, "every": 2.0, "rate": 8.0}
    long = {"nodes": 3, "kills": 24, "every": 5.0, "rate": 20.0}

    # covers: F1
    def test_killed_one_after_another_they_lose_nothing(self):
        load = NodesLoad(self, people=60 + 2 * self.size.kills)
        self.begin_nodes(load, self.size.nodes)
        self.whatsapp.arm(always=True, delay=ANSWER)
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(60)
        back = []
        for kill in range(self.size.kills):
            node = self.nodes[kill % len(self.nodes)]
            time.sleep(self.size.every * self.random.uniform(0.7, 1.3))  # any moment
            node.daemon.kill()
            # Back before the others notice, or long after they have taken its work over.
            time.sleep(self.random.choice((0.0, 1.5)) * LEASE)
            started = time.monotonic()
            node.daemon.start(60)
            back.append(time.monotonic() - started)
        load.stop()
        self.evened_out()
        load.wait()
        states = load.settled(90)
        load.collect(self.oracle)
        print(f"  {self.oracle.summary()}\n  states: {states}", flush=True)
        self.figure("nodes, kills", f"{len(self.nodes)}, {self.size.kills}")
        self.figure("ready again, longest s", f"{max(back):.2f}")
        at_once = self.sent_at_once(load.record, ANSWER * 0.9)
        self.figure("sent while another to the same person was under way", len(at_once), "0")
        # The log may be told again what it was being told when a node died.
        self.verdict(faults={"log": self.size.kills * LOG_IN_FLIGHT})
        self.one_record_a_key()
        self.assertEqual(at_once, [])

    def test_the_periodic_work_moves_on_within_the_lease(self):
        load = NodesLoad(self, groups=("log",))
        self.begin_nodes(load, 2)
        listed = self.evened_out()
        holder = next(n for n in self.nodes if listed[n.name]["periodic"])
        other = next(n for n in self.nodes if n is not holder)
        holder.daemon.kill()
        started = time.monotonic()
        self.sql("SELECT send('message', '+237691000001', '{\"message\": \"Bonjour\"}')")
        wait_until(lambda: self.rows("SELECT count(*) FROM outbox") == [(0,)], 30,
                   "the outbox taken by another node", 0.05)
        took = time.monotonic() - started
        self.figure("outbox taken by another node after s", f"{took:.2f}", f"<= {LEASE:.0f} + 1")
        self.assertLess(took, LEASE + 1 + self.patience())
        wait_until(lambda: (other.listed() or {}).get(other.name, {}).get("shares") == 64, 30,
                   "all shares at the other")
        holder.daemon.start(60)
        load.settled(60)


if __name__ == "__main__":
    unittest.main()
