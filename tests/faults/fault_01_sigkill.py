"""1: the daemon is killed again and again under load, and loses nothing that it acknowledged."""

import collections
import time
import unittest

from fault_harness import FaultTest, Load
from load import LOG_IN_FLIGHT


class Sigkill(FaultTest):
    everyday = {"kills": 20, "acks": 3000, "patience": 90, "least_rate": 0}
    smaller = {"kills": 4, "acks": 600}
    # A rate is a figure of a quiet machine: below it the load would show nothing.
    long = {"kills": 200, "acks": 50_000, "least_rate": 200}

    def kill_under_load(self, load):
        """Kills at random moments between the first and the last acknowledgement."""
        acks, up, early, ready = self.size.acks, 0.0, 0, []
        for due in sorted(self.random.sample(range(acks // 50, acks * 19 // 20), self.size.kills)):
            started = time.monotonic()
            load.reach(due)
            time.sleep(self.random.uniform(0, 0.05))  # any moment, not the one after an answer
            up += time.monotonic() - started
            self.daemon.kill()
            if self.random.random() < 0.25:  # while it recovers
                self.daemon.spawn()
                time.sleep(self.random.uniform(0.01, 0.4))
                self.daemon.kill()
                early += 1
            started = time.monotonic()
            self.daemon.start(60)
            ready.append(time.monotonic() - started)
        started = time.monotonic()
        load.wait()
        return up + time.monotonic() - started, early, sorted(ready)

    # covers: S49
    def test_killed_under_load_nothing_accepted_is_lost(self):
        people = max(60, self.size.acks // 1200)  # an inbox page must hold what one person gets
        load = Load(self, people=people)
        load.begin()
        load.send(self.size.acks)
        up, early, ready = self.kill_under_load(load)
        kills = self.size.kills + early
        acknowledged = load.acknowledged()
        states = load.settled(self.size.patience)
        load.collect(self.oracle)
        reports = collections.Counter(line["attempt"] for line in load.logged)
        again = sum(n - 1 for n in self.oracle.seen["log"].values())
        print(f"  {self.oracle.summary()}\n  states: {states}\n  attempts in flight at a kill "
              f"(accepted: a receipt came later): {dict(load.lost)}", flush=True)
        self.figure("kills", f"{self.size.kills} + {early} while recovering")
        self.figure("acknowledged/s while up", round(acknowledged / up))
        self.figure("ready again p50, p99 s", f"{ready[len(ready) // 2]:.2f}, "
                    f"{ready[-1 - len(ready) // 100]:.2f}", "<= 2")
        self.figure("repeated log lines (in flight)", again, f"<= {kills * LOG_IN_FLIGHT}")
        self.figure("copies too many at WhatsApp",
                    sum(n - 1 for n in self.oracle.seen["whatsapp"].values()), "0")

        # The log may be told again what it was being told when the daemon died, under the same
        # attempt id (it declares itself idempotent); WhatsApp never.
        self.verdict(faults={"log": kills * LOG_IN_FLIGHT})
        self.assertEqual(len(reports), len({line["id"] for line in load.logged}),
                         "a repeated log line has another attempt id")
        self.assertEqual(acknowledged, len(self.oracle.acks), "a producer was refused")
        self.assertGreaterEqual(acknowledged, self.size.acks)
        self.assertGreaterEqual(acknowledged / up, self.size.least_rate,
                                "not enough load to show anything")
        missing = [k for k in self.oracle.acks if self.oracle.seen["webchat"][k] != 1]
        self.assertEqual(missing, [])
        self.one_whole_thing_each()
        for notification_id in self.random.sample(sorted(self.oracle.acks.values()), 5):
            self.assertEqual(self.ctl("show", notification_id)["id"], notification_id)

    def one_whole_thing_each(self):
        """Asked of the database itself: item, conversation row and attempt came together."""
        (items,), = self.rows("SELECT count(*) FROM inbox_items")
        (rows,), = self.rows("SELECT count(*) FROM conversations")
        (delivered,), = self.rows(
            "SELECT count(DISTINCT a.notification) FROM attempts a JOIN inbox_items i "
            "ON i.notification = a.notification AND i.conversation IN "
            "(SELECT id FROM conversations) WHERE a.channel = 'webchat'")
        self.assertEqual((items, rows), (delivered, delivered))


if __name__ == "__main__":
    unittest.main()
