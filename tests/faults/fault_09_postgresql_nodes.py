"""9, on several nodes: one is stopped in its tracks for two leases and wakes up; its work is another's."""

import collections
import json
import signal
import socket
import time
import unittest

from fault_harness import ENDLESS, load_lines, wait_until
from harness.nodes import LEASE
from load import LOG_IN_FLIGHT
from nodes_case import NodesLoad, NodesTest

LATE = 20  # requests that the sleeping node finds when it wakes up


class NodesSleep(NodesTest):
    everyday = {"nodes": 3, "sleeps": 1, "rate": 8.0}
    long = {"nodes": 3, "sleeps": 20, "rate": 20.0}

    # covers: F9
    def test_what_a_sleeper_says_when_it_wakes_up_is_refused(self):
        load = NodesLoad(self, people=60 + 20 * self.size.sleeps)
        self.begin_nodes(load, self.size.nodes)
        # Some are in flight at any moment, and their answers come while it sleeps.
        self.whatsapp.arm(always=True, delay=0.5)
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(60)
        cut_off, late = 0, collections.Counter()
        for n in range(self.size.sleeps):
            node = self.nodes[n % len(self.nodes)]
            asleep = self.send_to_sleep(node)
            cut_off += self.in_flight(node)
            doors = [self.knock(node, f"late-{n:03}{i:04}") for i in range(LATE)]
            others = [other for other in self.nodes if other is not node]
            wait_until(lambda o=others, name=node.name: name not in (o[0].listed() or {name}), 30,
                       "the others to take its work over")
            time.sleep(max(0.0, asleep + 2 * LEASE - time.monotonic()))  # what is tested
            node.daemon.signal(signal.SIGCONT)
            self.assertEqual(node.daemon.wait(20), 1, "it is a node no more")
            self.assertIn("node.lost", node.daemon.log())
            late.update(self.answer(door) for door in doors)
            node.daemon.start(60)
            self.evened_out()
        load.stop()
        load.wait()
        states = load.settled(90)
        load.collect(self.oracle)
        print(f"  {self.oracle.summary()}\n  states: {states}", flush=True)
        stored = self.rows("SELECT count(*) FROM idempotency WHERE key LIKE 'late-%'")[0][0]
        again = [a for a, copies in collections.Counter(
            line["attempt"] for line in load_lines(load.record)).items() if copies > 1]
        self.figure("nodes, sleeps", f"{len(self.nodes)}, {self.size.sleeps}")
        self.figure("in flight when put to sleep", cut_off, "> 0")
        self.figure("late requests answered", dict(late), "none 201")
        self.figure("late requests recorded", stored, "0")
        self.figure("attempts sent twice", len(again), "0")
        self.assertGreater(cut_off, 0, "nothing was in flight when it was put to sleep")
        self.assertEqual(late["201"], 0)
        self.assertEqual((stored, again), (0, []))
        self.came_back_too_late()
        self.verdict(faults={"log": self.size.sleeps * LOG_IN_FLIGHT})
        self.one_record_a_key()

    def send_to_sleep(self, node):
        """While it has something in flight; when that was, monotonic."""
        for _ in range(200):
            time.sleep(self.random.uniform(0, 0.1))  # any moment
            node.daemon.signal(signal.SIGSTOP)
            if self.in_flight(node):
                break
            node.daemon.signal(signal.SIGCONT)
        return time.monotonic()

    def in_flight(self, node):
        """How many of the people's it works for have an attempt under way."""
        return self.rows(
            "SELECT count(*) FROM notifications n JOIN shares s ON s.share = (n.user_id # (n.user_id "
            ">> 6) # (n.user_id >> 12)) & 63 JOIN nodes o ON o.fence = s.node WHERE n.in_flight = 1 "
            f"AND o.name = '{node.name}'")[0][0]

    def knock(self, node, key):
        """A connection on which a whole request waits for the node."""
        body = json.dumps({"kind": "message", "to": {"phone": f"23765{key[5:]}"},
                           "params": {"message": key}, "idempotency_key": key}).encode()
        door = socket.create_connection(("127.0.0.1", node.port), timeout=30)
        door.sendall(b"POST /api/v1/notifications HTTP/1.1\r\nHost: herald\r\nContent-Type: "
                     b"application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return door

    def answer(self, door):
        """The status, or what else came of it."""
        with door:
            try:
                got = door.recv(64)
            except OSError:
                return "cut off"
        return got.split()[1].decode() if got else "closed"

    def came_back_too_late(self):
        """No outcome of an attempt that had been declared lost was recorded after that."""
        wrong = self.rows(
            "SELECT n.id, l.seq, c.seq FROM (SELECT *, event::jsonb AS e FROM timeline WHERE event "
            "LIKE '%\"lost\"%') l JOIN timeline c ON c.notification = l.notification AND c.seq > l.seq "
            "AND c.event::jsonb @> jsonb_build_object('event', 'completed', 'run', l.e->'run', "
            "'step', l.e->'step', 'n', l.e->'n') JOIN notifications n ON n.rowid = l.notification")
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
