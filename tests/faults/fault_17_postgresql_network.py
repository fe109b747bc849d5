"""17: the way to the server is silent, half open, late, or passes a byte a second."""

import contextlib
import threading
import time
import unittest

from fault_harness import ENDLESS, Api, Load, wait_until
from fault_proxy import FaultProxy
from postgresql_case import PostgresqlFault

QUEUE = 4096  # more writes than this never wait


class Network(PostgresqlFault):
    # To notice one takes seconds, so that an everyday run has one of the four.
    everyday = {"rounds": 1, "faults": 1, "clients": 40, "rate": 10.0}
    long = {"rounds": 5, "faults": 4, "clients": 400, "rate": 20.0}

    # covers: F17
    def test_a_network_that_fails_is_noticed_and_healthz_answers(self):
        self.proxy = FaultProxy(self.cluster.port)
        self.addCleanup(self.proxy.close)
        self.load = Load(self, people=60 + 100 * self.size.rounds)
        self.load.begin(store=self.store(f"postgresql://herald@127.0.0.1:{self.proxy.port}/herald"),
                        http={"max_per_address": 2 * self.size.clients + 200})
        self.watch_doors()
        self.load.send(ENDLESS, rate=self.size.rate)
        faults = {"silent": self.silent, "half open": self.half_open, "5 s late": self.late,
                  "1 B/s": self.slow}
        faults = dict(self.random.sample(sorted(faults.items()), self.size.faults))
        noticed, back, queued = {name: [] for name in faults}, [], []
        for _ in range(self.size.rounds):
            for name, fault in faults.items():
                self.load.reach(self.load.acknowledged() + 30)
                noticed[name].append(self.noticed(fault, queued))
                self.proxy.heal()
                back.append(self.accepted_again(self.load, 60))
        self.load.stop()
        for name, seconds in noticed.items():
            self.figure(f"{name}: noticed, longest s", f"{max(seconds):.2f}", "<= 10")
        self.figure("most writes that waited", max(queued), f"<= {QUEUE}")
        self.figure("accepted again, longest s", f"{max(back):.2f}")
        self.leave_doors()
        self.judge(self.load, len(back))
        self.judge_doors()
        self.assertLess(max(max(s) for s in noticed.values()), 10 + self.patience())
        self.assertLessEqual(max(queued), QUEUE)

    def noticed(self, fault, queued):
        """Seconds until /readyz says so, with a crowd at the door."""
        started = time.monotonic()
        fault()
        crowd = [threading.Thread(target=self.knock, args=(n,), daemon=True)
                 for n in range(self.size.clients)]
        for client in crowd:
            client.start()

        def unready():
            queued.append(self.queued())
            return not self.ready()
        wait_until(unready, 60, "a daemon that is not ready", 0.05)
        took = time.monotonic() - started
        for client in crowd:
            client.join(60)
        return took

    def knock(self, n):
        key, to = f"crowd-{time.monotonic_ns()}-{n}", f"23765{n:07d}"
        text = f"Message {key}"
        self.oracle.intents[key] = {"key": key, "to": to, "text": text}
        with contextlib.closing(Api(self.port, timeout=60)) as api:
            answer = api.post("/api/v1/notifications", {
                "kind": "message", "to": {"phone": to}, "params": {"message": text},
                "idempotency_key": key})
        if answer.status in (200, 201):
            self.oracle.acks[key] = answer.json["id"]

    def silent(self):
        self.proxy.silent = True

    def half_open(self):
        """And no new connection gets through either."""
        self.proxy.half_open()
        self.proxy.silent = True

    def late(self):
        self.proxy.delay = 2.5  # each way

    def slow(self):
        self.proxy.rate = 1.0


if __name__ == "__main__":
    unittest.main()
