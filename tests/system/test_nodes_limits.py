"""Two nodes on one schema: limits hold for both together, and one of them does what is done once."""

import unittest

from harness.nodes import evened_out
from herald_harness import wait_until
from test_webhooks import webhook, write_keys
from two_nodes_case import TwoNodes
from webhook_sink import WebhookSink


class Limits(TwoNodes):
    rate, burst, apart = 10, 2, 3

    @classmethod
    def more_changes(cls):
        return {"channels": {"whatsapp": {"rate": f"{cls.rate}/s", "burst": cls.burst,
                                          "recipient_rate": f"1/{cls.apart}s"}},
                "routes": [{"name": "default", "rounds": {"count": 1},
                            "chain": [{"channel": "whatsapp", "until": "accepted"}]}]}

    def sent(self, phones, count):
        return wait_until(lambda: len(found := [r["time"] for r in self.host.whatsapp.requests()
                                                if r.get("to") in phones]) == count
                          and sorted(found), 30, f"{count} sends")

    def test_the_rate_of_a_channel_is_that_of_all_nodes_together(self):
        phones = [self.person(self.nodes[n % 2])[0] for n in range(24)]
        for n, phone in enumerate(phones):
            self.send(self.nodes[n // 2 % 2], phone)
        times = self.sent(set(phones), len(phones))
        took = times[-1] - times[0]
        # At once comes the burst of each node, the rest at the rate; in the mean, because a busy
        # machine delays single ones.
        due = (len(phones) - self.burst) / self.rate
        self.assertGreater(took, due * 0.9)
        self.assertLess(took, due * 2 + 3, "and no slower for being two")

    def test_the_limit_of_a_person_holds_wherever_it_is_sent(self):
        for worker in self.nodes:
            phone, _ = self.person(worker)
            for node in (*self.nodes, *self.nodes):
                self.send(node, phone)
            times = self.sent({phone}, 2)
            self.assertGreater(times[1] - times[0], self.apart - 0.5)


class Periodic(TwoNodes):
    @classmethod
    def more_changes(cls):
        cls.sink = WebhookSink()
        cls.addClassCleanup(cls.sink.stop)
        return {"secrets": write_keys(cls.host.folder), "outbound": {"allow": ["127.0.0.1"]},
                "webhooks": [webhook(cls.sink)],
                "routes": [{"name": "default", "rounds": {"count": 1}, "chain": ["log"]}]}

    def test_one_of_them_tells_the_webhooks_and_takes_the_outbox(self):
        listed = evened_out(self.nodes)
        holder = next(n for n in self.nodes if listed[n.name]["periodic"])
        other = next(n for n in self.nodes if n is not holder)
        made = [self.send(self.nodes[n % 2], self.person(self.nodes[n // 2 % 2])[0])
                for n in range(12)]
        for n in range(12):
            self.sql(f"SELECT send('message', '+23769200{n:04}', '{{\"message\": \"Bonjour\"}}')")
        wait_until(lambda: self.sql("SELECT count(*) FROM outbox") == [["0"]], 20, "the outbox")
        stored = {row[0] for row in self.sql("SELECT id FROM notifications")}
        self.assertEqual(len(stored), 24)
        self.assertLessEqual(set(made), stored)
        told = wait_until(lambda: (m := self.sink.messages()) and
                          {b["data"]["id"] for _, b in m} >= stored and m, 30, "the webhooks")
        names = [name for name, _ in told]
        self.assertEqual(len(set(names)), len(names), "each is told once")
        self.assertIn("node.periodic", holder.daemon.log())
        self.assertNotIn("node.periodic", other.daemon.log())


if __name__ == "__main__":
    unittest.main()
