"""16: the synchronous standby is lost, the primary is alone: nothing is acknowledged, nothing cancelled."""

import contextlib
import signal
import time
import unittest

from fault_harness import ENDLESS, Api, Load
from fault_proxy import FaultProxy
from postgresql_case import PostgresqlFault
from postgresql_pair import Pair


class StandbyLost(PostgresqlFault):
    everyday = {"losses": 1, "alone": 5.0, "rate": 20.0}
    long = {"losses": 20, "alone": 15.0, "rate": 40.0}

    def setUp(self):
        super().setUp()
        self.pair = Pair(self, sync=True)

    def server(self):
        return self.pair.primary

    # covers: F16
    def test_without_its_synchronous_standby_nothing_is_acknowledged(self):
        proxy = FaultProxy(self.pair.primary.port)
        self.addCleanup(proxy.close)
        load = Load(self, people=60 + 20 * self.size.losses)
        load.begin(store=self.store(f"postgresql://herald@127.0.0.1:{proxy.port}/herald"))
        self.watch_doors()
        load.send(ENDLESS, rate=self.size.rate)
        acknowledged, told, back = 0, [], []
        for _ in range(self.size.losses):
            load.reach(load.acknowledged() + 50)
            self.pair.standby.stop(signal.SIGQUIT)
            time.sleep(0.2)  # what it had confirmed is told
            before = load.acknowledged()
            told += self.ask_while_alone()
            acknowledged += load.acknowledged() - before
            self.pair.standby.start()
            self.pair.attach()
            back.append(self.accepted_again(load))
        load.stop()
        slowest = max(took for took, _ in told)
        self.figure("standby lost", self.size.losses)
        self.figure("acknowledged meanwhile", acknowledged, "0")
        self.figure("answers meanwhile, slowest s", f"{len(told)}, {slowest:.2f}", "503, <= 5")
        self.figure("accepted again, longest s", f"{max(back):.2f}")
        self.figure("requests to cancel", proxy.cancels, "0")
        self.leave_doors()
        self.judge(load, self.size.losses)
        self.judge_doors()
        self.assertEqual((acknowledged, proxy.cancels), (0, 0))
        self.assertEqual({answer for _, answer in told}, {(503, True)})
        self.assertLess(slowest, 5 + self.patience())

    def ask_while_alone(self):
        """(seconds, (status, whether it said when to try again)) of requests one after the other."""
        told, end = [], time.monotonic() + self.size.alone
        with contextlib.closing(Api(self.port, timeout=60)) as api:
            while time.monotonic() < end:
                key, to = f"alone-{len(self.oracle.intents)}", "237650000001"
                text = f"Message {key}"
                self.oracle.intents[key] = {"key": key, "to": to, "text": text}
                started = time.monotonic()
                answer = api.post("/api/v1/notifications", {
                    "kind": "message", "to": {"phone": to}, "params": {"message": text},
                    "idempotency_key": key})
                told.append((time.monotonic() - started,
                             (answer.status, bool(answer.headers.get("Retry-After")))))
                time.sleep(0.05)
        return told


if __name__ == "__main__":
    unittest.main()
