"""Two nodes on one schema: what is asked of one counts for both."""

import itertools
import signal
import threading
import time
import unittest

from harness.nodes import start_nodes
from harness.streams import TRANSPORTS
from herald_harness import Api, SystemTest, postgres, wait_until
from two_nodes_case import TwoNodes

PREFIX = "/api/web-chat/notifications"
ASKING = {"name": "questions", "match": {"kind": "provider.request"}, "rounds": {"count": 1},
          "chain": [{"channel": "webchat", "until": "answered", "within": "1h"}]}
ORDER = {"service": "Plomberie", "location": "Akwa", "description": "Fuite", "request_id": 7}


class OneHouse(TwoNodes):
    changes = {"routes": [ASKING, {"name": "default", "rounds": {"count": 1}, "chain": [
        {"channel": "webchat", "until": "read", "within": "1h"}]}]}

    def answer(self, node, phone, action, made):
        return node.api.post(f"{PREFIX}/{phone}/answer",
                             {"notification_id": made, "action": action})

    def ask(self, node, phone):
        made = node.api.submit("provider.request", {"phone": phone}, ORDER)["id"]
        self.reaches(node, made, "waiting")
        return made

    def test_an_answer_at_one_counts_for_what_another_works_on(self):
        for worker, other in ((self.a, self.b), (self.b, self.a)):
            phone, _ = self.person(worker)
            made = self.ask(worker, phone)
            told = self.answer(other, phone, "accept", made).expect()
            self.assertEqual((told["verdict"], told["label"]), ("won", "OUI"))
            for node in self.nodes:
                done = node.api.timeline(made)
                self.assertEqual((done["state"], done["evidence"], done["answer"]["action"]),
                                 ("delivered", "answered", "accept"))
                late = self.answer(node, phone, "refuse", made).expect(409)
                self.assertEqual((late["verdict"], late["action"]), ("already_answered", "accept"))
            events = [e["detail"] for e in worker.api.timeline(made)["timeline"]
                      if e["event"] == "answered"]
            self.assertEqual(events, ["accept on webchat"])

    def test_of_answers_at_both_at_once_one_counts(self):
        won = []
        for n in range(10):
            phone, _ = self.person(self.nodes[n % 2])
            made = self.ask(self.a, phone)
            answers = together(
                lambda phone=phone, made=made: self.answer(self.a, phone, "accept", made),
                lambda phone=phone, made=made: self.answer(self.b, phone, "refuse", made))
            self.assertEqual(sorted(a.status for a in answers), [200, 409])
            right = next(a.json["action"] for a in answers if a.status == 200)
            won.append(right)
            self.assertEqual({a.json["action"] for a in answers}, {right}, "both say which stands")
            self.assertEqual(self.sql(f"SELECT action FROM answers WHERE id = '{made}'"), [[right]])

    def test_what_is_accepted_at_one_shows_at_the_other_at_once(self):
        took = []
        for worker, (name, transport) in itertools.product(self.nodes, TRANSPORTS.items()):
            if name == "poll":  # asks by itself
                continue
            with self.subTest(f"{name}, {worker.name} works for the person"):
                phone, user = self.person(worker)
                self.send(self.a, phone, "zéro")
                wait_until(lambda p=phone: self.b.api.inbox(p)["count"], what="the first")
                client = transport(self.b.port, user)
                self.addCleanup(client.cut)
                client.next()
                started = time.monotonic()
                self.send(self.a, phone, "un")
                batch = client.next(timeout=5)
                took.append(time.monotonic() - started)
                self.assertEqual([i["text"] for i in batch["notifications"]], ["un"])
        # Without the other's word it would be looked for every ten seconds.
        self.assertLess(max(took), 2)

    def test_a_token_revoked_at_one_is_refused_by_the_other(self):
        took = []
        for n in range(3):
            name = f"shop-{n}"
            token = self.a.ctl("token", "service", name, "--scope", "notifications:send")["token"]
            api = Api(self.b.port, token)
            self.addCleanup(api.close)

            def status(api=api):
                return api.get("/api/v1/notifications/unknown").status
            wait_until(lambda ask=status: ask() != 401, 5, "the token at the other node", 0.002)
            self.a.ctl("token", "revoke", name)
            revoked = time.monotonic()
            wait_until(lambda ask=status: ask() == 401, 5, "its end at the other node", 0.002)
            took.append(time.monotonic() - revoked)
        # By the other's word; a lost one is made up for every two seconds.
        self.assertLess(sorted(took)[1], 1)

    def test_a_pause_at_one_holds_the_other_and_so_does_its_end(self):
        phone, _ = self.person(self.b)
        self.a.ctl("pause", "webchat")
        self.addCleanup(self.a.ctl.run, "resume", "webchat")
        wait_until(lambda: "paused" in self.b.ctl.text("channels"), 5, "the pause at the other")
        made = self.send(self.b, phone)
        wait_until(lambda: self.b.api.timeline(made)["reason"] == "paused", 10, "it to wait")
        self.a.ctl("resume", "webchat")
        self.reaches(self.b, made, "waiting")

    def test_a_cancel_at_one_ends_what_another_works_on(self):
        phone, _ = self.person(self.b)
        made = self.send(self.b, phone)
        self.reaches(self.b, made, "waiting")
        self.a.api.post(f"/api/v1/notifications/{made}/cancel").expect()
        self.assertEqual(self.b.api.timeline(made)["state"], "cancelled")
        self.assertEqual(self.b.api.inbox(phone)["count"], 0)

    def test_the_nodes_are_shown(self):
        shown = self.b.ctl.text("nodes").splitlines()
        self.assertEqual(len(shown), 3, shown)
        self.assertEqual(shown[0].split(), ["NODE", "SHARES", "PERIODIC", "LEASE", "STARTED",
                                            "VERSION", "FENCE"])
        for name in ("SHARES", "LEASE", "FENCE"):
            at = shown[0].index(name)
            for line in shown[1:]:
                self.assertTrue(line[at] != " " and line[at - 1] == " ", shown)
        self.assertEqual([line.split()[0] for line in shown[1:]], ["n0", "n1"])
        self.assertIn("(this one)", shown[2])
        listed = self.a.ctl("nodes")["nodes"]
        self.assertEqual([(n["shares"], n["self"]) for n in listed], [(32, True), (32, False)])
        code, _, errors = self.a.ctl.run("nodes", "n0")
        self.assertNotEqual(code, 0)
        self.assertIn("too many arguments", errors)


class Shown(SystemTest):
    def test_alone_there_are_no_nodes(self):
        self.start()
        self.assertEqual(self.ctl.text("nodes"), "this daemon is alone on its store\n")
        self.assertEqual(self.ctl("nodes"), {"nodes": []})

    def test_without_the_database_nobody_knows(self):
        server = postgres.Postgres()
        self.addCleanup(server.close)
        node, = start_nodes(self, 1, {"url": server.url(), "schema": "herald"})
        server.stop(signal.SIGQUIT)
        code, shown, errors = node.ctl.run("nodes")
        self.assertNotEqual(code, 0, shown)
        self.assertIn("the database cannot be read; try again later", errors)
        server.start()
        wait_until(lambda: node.ctl.run("nodes")[0] == 0, 20, "the nodes again")


def together(*calls):
    """What they give, begun at the same time."""
    start, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(n, call):
        start.wait()
        found[n] = call()
    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


if __name__ == "__main__":
    unittest.main()
