"""15: the primary dies, an asynchronous standby takes over: what it had not got is lost, and no more."""

import os
import signal
import time
import unittest

from fault_harness import ENDLESS, Load
from load import LOG_IN_FLIGHT
from postgresql_case import PostgresqlFault
from postgresql_pair import Pair


class Asynchronous(PostgresqlFault):
    everyday = {"failovers": 1, "behind": 0.4, "rate": 20.0}
    long = {"failovers": 10, "behind": 2.0, "rate": 40.0}

    def setUp(self):
        super().setUp()
        self.pair = Pair(self, sync=False)

    def server(self):
        return self.pair.primary

    # covers: F15
    def test_the_loss_equals_what_was_not_replicated(self):
        load = Load(self, people=60 + 40 * self.size.failovers)
        load.begin(store=self.store(self.pair.url()))
        load.send(ENDLESS, rate=self.size.rate)
        self.tail, self.confirmed, self.attempted, lacking = set(), set(), set(), 0
        self.log_again = 0
        for n in range(self.size.failovers):
            if n:
                self.pair.rebuild()
            load.reach(load.acknowledged() + 50)
            self.hold_replication()
            self.pair.fail_over()
            self.accepted_again(load)
            lacking += self.ask_the_dead_one()
        load.stop()
        load.settled()
        load.collect(self.oracle)
        stored = self.stored()
        lost = {i for i in self.oracle.acks.values() if i not in stored}
        self.figure("primaries killed", self.size.failovers)
        self.figure("acknowledged, of them lost", f"{len(self.oracle.acks)}, {len(lost)}",
                    "the tail that was not replicated")
        self.figure("records the standby had not got", len(self.tail))
        told = self.metric("herald_store_losses_total")
        self.figure("losses the daemon tells of", told, lacking)
        self.assertGreater(len(self.tail), 0, "the standby had everything: this shows nothing")
        self.assertEqual(lost - self.tail, set(), "lost, though it was replicated or never stored")
        self.assertEqual(told, lacking)
        self.judge_the_rest(lost)

    def judge_the_rest(self, lost):
        """What was not lost keeps every promise, but that what the standby did not know of was sent again,
        under the same attempt ids."""
        for key in [k for k, i in self.oracle.acks.items() if i in lost]:
            del self.oracle.acks[key]
            for keys in self.oracle.required.values():
                keys.discard(key)
        # Receipts were acknowledged too, of older notifications.
        self.figure("receipts it had not got", len(self.confirmed))
        self.oracle.confirmed -= self.confirmed
        twice = {attempt for attempt, copies in self.oracle.attempts.items() if copies > 1}
        self.figure("attempts sent again", len(twice), "of those that were not replicated")
        self.assertEqual(twice - self.attempted, set())
        self.figure("lines of the log it had not got", self.log_again)
        self.verdict(faults={"log": self.size.failovers * LOG_IN_FLIGHT + self.log_again,
                             "whatsapp": len(twice)},
                     attempts_once=False)
        (records, ids), = self.rows("SELECT count(*), count(DISTINCT id) FROM notifications")
        self.assertEqual(records, ids)

    def hold_replication(self):
        """The primary says nothing more to its standby, and goes on."""
        (pid,), = self.pair.sql("SELECT pid FROM pg_stat_replication")
        self.held_us = int(time.time() * 1e6)
        os.kill(int(pid), signal.SIGSTOP)
        time.sleep(self.size.behind)  # what is tested: what is written meanwhile

    def arrived(self, server):
        """The notifications of which it knows that they arrived."""
        return {row[0] for row in server.sql(
            "SELECT DISTINCT n.id FROM attempts a JOIN notifications n ON n.rowid = a.notification "
            "WHERE a.evidence >= 2", schema=self.schema)}

    def stored(self):
        return {row[0] for row in self.rows("SELECT id FROM notifications")}

    def ask_the_dead_one(self):
        """Adds what it had; it is started for that where no daemon finds it. Whether it had more."""
        dead = self.pair.standby
        dead.configure(["listen_addresses = ''"])
        dead.start()
        had = {row[0] for row in dead.sql("SELECT id FROM notifications", schema=self.schema)}
        tail = had - self.stored()
        self.tail |= tail
        self.confirmed |= self.arrived(dead) - self.arrived(self.pair.primary)
        self.attempted |= {row[0] for row in dead.sql(
            "SELECT concat_ws('.', n.id, a.run, a.step, a.number) FROM attempts a JOIN "
            "notifications n ON n.rowid = a.notification", schema=self.schema)}
        (count,), = dead.sql(f"SELECT count(*) FROM attempts WHERE channel = 'log' AND ended >= {self.held_us}",
                             schema=self.schema)
        self.log_again += int(count)
        dead.stop()
        dead.configure(["listen_addresses = '127.0.0.1'"])
        return bool(tail)


if __name__ == "__main__":
    unittest.main()
