"""Producers are told what became of notifications: signed, in order, until they have it."""

import base64
import json
import time
import unittest
from http.client import HTTPException

from herald_harness import SystemTest, wait_until
from webhook_sink import WebhookSink, signed_by

KEYS = {name: "whsec_" + base64.b64encode(name.encode() * 8).decode() for name in ("old_key", "new_key")}
SECRET_TEXT = "Votre code est 4711"


def write_keys(folder):
    secrets = {}
    for name, key in KEYS.items():
        path = folder / name
        path.write_text(key, encoding="utf-8")
        path.chmod(0o600)
        secrets[name] = {"file": str(path)}
    return secrets


def webhook(sink, name="shop", **more):
    return {"name": name, "url": sink.url, "secret": "old_key", "retry_after": ["100ms"] * 10, **more}


ROUTES = [{"name": "default", "rounds": {"count": 1},
           "chain": [{"channel": "webchat", "until": "read", "within": "1h"}, "log"]}]


class WebhookCase(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = WebhookSink()
        self.addCleanup(self.sink.stop)

    def start_with(self, *webhooks, **changes):
        changes = {"routes": ROUTES, "secrets": write_keys(self.folder),
                   "outbound": {"allow": ["127.0.0.1"]}, "webhooks": list(webhooks)} | changes
        return self.start(**changes)

    def send(self, user="237691924173"):
        return self.api.submit("message", {"phone": user}, {"message": SECRET_TEXT})["id"]

    def read(self, user="237691924173"):
        """Until the newest is read by the person."""
        page = wait_until(lambda: (p := self.api.inbox(user))["count"] and p, what="the inbox")
        for item in page["notifications"]:
            self.api.mark_read(user, item["id"]).expect()

    def delivered(self, user="237691924173"):
        made = self.send(user)

        def ended():
            self.read(user)  # what lies there; it may be an older one
            return self.api.notification(made)["state"] == "delivered"
        wait_until(ended, 20, "the end")
        return made

    def told(self, about, count=1, timeout=20):
        return wait_until(lambda: len(m := self.sink.messages(about)) >= count and m, timeout,
                          f"{count} messages about {about}; {self.listed()}")

    def listed(self):
        return self.ctl("webhooks", "list")["webhooks"]


class Webhooks(WebhookCase):
    def test_an_ending_is_told_signed_and_without_text_or_phone(self):
        self.start_with(webhook(self.sink))
        made = self.delivered()
        (webhook_id, body), = self.told(made)
        self.assertEqual(body["type"], "notification.delivered")
        self.assertEqual({k: body["data"].get(k) for k in (
            "id", "kind", "state", "before", "evidence", "channel", "corrected")}, {
                "id": made, "kind": "message", "state": "delivered", "before": "waiting",
                "evidence": "read", "channel": "webchat", "corrected": False})
        last = self.api.timeline(made)["timeline"][-1]
        self.assertEqual((webhook_id, body["timestamp"]), (f"{made}_{last['seq']}", last["at"]))
        headers, raw = self.sink.received[0]
        self.assertTrue(signed_by(KEYS["old_key"], headers, raw))
        self.assertFalse(signed_by(KEYS["new_key"], headers, raw))
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
        for secret in (SECRET_TEXT, "691924173", KEYS["old_key"]):
            self.assertNotIn(secret, raw.decode())
            self.assertNotIn(secret, self.daemon.log())
        self.assertEqual(self.listed()[0]["state"], "delivering")

    def test_keys_change_without_a_gap(self):
        self.start_with(webhook(self.sink))
        self.told(self.delivered())
        for secret, signed in ((["new_key", "old_key"], {"new_key", "old_key"}),
                               ("new_key", {"new_key"})):
            self.configure({**self.config, "webhooks": [webhook(self.sink, secret=secret)]})
            self.daemon.reload()
            self.told(self.delivered())
            headers, raw = self.sink.received[-1]
            self.assertEqual({n for n, key in KEYS.items() if signed_by(key, headers, raw)}, signed)

    def test_only_what_matches_is_told(self):
        self.start_with(webhook(self.sink, match={"kind": "service_request.*"}),
                        webhook(self.sink, "all", events=["ended"], match={"producer": "*"}))
        made = self.delivered()
        self.told(made)
        wait_until(lambda: all(w["behind"] == 0 for w in self.listed()), 20, "both cursors at the end")
        self.assertEqual(len(self.sink.messages()), 1)

    def test_failures_are_tried_again_in_the_order_of_the_notification(self):
        self.start_with(webhook(self.sink, timeout="300ms",
                                events=["progress", "evidence", "ended"]))
        self.sink.answers = [500, (503, {"Retry-After": "1"}), 301, 404]

        def slow_once(*_):
            self.sink.respond = None
            time.sleep(0.8)
            return 200
        self.sink.respond = slow_once
        made = self.delivered()
        seqs = wait_until(lambda: (s := [m[1]["data"]["seq"] for m in self.sink.messages(made)
                                         ]) and s[-1] == self.api.timeline(made)["timeline"][-1][
                                             "seq"] and s, 20, "the last message")
        self.assertEqual(sorted(seqs), seqs, "never an older one after a newer one")
        self.assertGreater(len(seqs), len(set(seqs)))
        bodies = {i: b for i, b in self.sink.messages(made)}
        for i, b in self.sink.messages(made):
            self.assertEqual(bodies[i], b, "the same id says the same")

    def test_gone_disables_and_redeliver_uses_it_again(self):
        self.start_with(webhook(self.sink))
        self.sink.answers = [410]
        made = self.delivered()
        state = wait_until(lambda: (w := self.listed()[0])["state"] == "disabled" and w, 20,
                           "a disabled webhook")
        self.assertIn("410", state["error"])
        other = self.delivered("237691924174")
        self.daemon.restart()
        self.assertEqual(self.listed()[0]["state"], "disabled")
        self.assertEqual(len(self.sink.received), 1)
        self.ctl("webhooks", "redeliver", "shop")
        self.told(other)
        self.told(made, 2)
        self.assertEqual(self.listed()[0]["state"], "delivering")

    def test_after_the_schedule_a_message_is_dead_until_redelivered(self):
        self.start_with(webhook(self.sink, retry_after=["100ms", "100ms"]))
        self.sink.respond = lambda headers, body: 500
        made = self.delivered()
        dead = wait_until(lambda: self.ctl("webhooks", "messages", "shop", "--dead")["messages"], 20,
                          "a dead message")
        self.assertEqual([(m["notification"], m["tries"], m["error"]) for m in dead],
                         [(made, 3, "answered 500")])
        self.assertIn("webhook.dead", self.daemon.log())
        self.assertEqual((self.listed()[0]["dead"], len(self.sink.received)), (1, 3))
        self.sink.respond = None
        code, _, errors = self.ctl.run("webhooks", "redeliver", "shop", "--id", "nothing")
        self.assertEqual(code, 5, errors)
        self.assertEqual(self.ctl("webhooks", "redeliver", "shop", "--id", dead[0]["id"]),
                         {"redelivered": 1})
        self.assertEqual({i for i, _ in self.told(made, 4)}, {dead[0]["id"]})

    def test_nothing_connects_to_what_is_not_public(self):
        self.start_with(webhook(self.sink), webhook(self.sink, "named", url=self.sink.url.replace(
            "127.0.0.1", "localhost")), outbound={"allow": ["10.0.0.0/8"]})
        self.delivered()
        wait_until(lambda: all("not public" in (w["error"] or "") for w in self.listed()), 20,
                   "both refused")
        self.assertEqual(self.sink.received, [])

    def test_a_dead_endpoint_costs_nobody_else_anything(self):
        other = WebhookSink()
        other.stop()  # nobody listens there
        self.start_with(webhook(other, "dead"), webhook(self.sink))
        mine = [self.delivered(f"2376919242{n:02}") for n in range(12)]
        for made in mine:
            self.told(made)
        dead = wait_until(lambda: (w := next(w for w in self.listed() if w["name"] == "dead"))[
            "state"] == "failing" and w, 20, "a failing webhook")
        self.assertLessEqual(dead["waiting"], 12)

    def test_a_key_that_is_none_stops_a_reload_and_not_the_start(self):
        (self.folder / "bad").write_text("secret", encoding="utf-8")
        secrets = write_keys(self.folder) | {"bad": {"file": str(self.folder / "bad")}}
        self.start_with(webhook(self.sink), secrets=secrets)
        bad = {**self.config, "webhooks": [webhook(self.sink, secret="bad")]}
        self.configure(bad)
        code, _, errors = self.ctl.run("reload")
        self.assertNotEqual(code, 0)
        self.assertIn("whsec_", errors)
        self.told(self.delivered())
        self.daemon.restart()
        self.assertEqual([(w["state"], "whsec_" in w["error"]) for w in self.listed()],
                         [("unusable", True)])


class Crashes(WebhookCase):
    """The daemon is killed at a crash point, once, and started again."""

    def run_through(self, point, mutant=None, count=8):
        """Sends `count` and is killed on the way; what was told that is wrong in the end."""
        self.start_with(webhook(self.sink, events=["progress", "evidence", "ended"]), routes=ROUTES)
        self.daemon.stop()
        self.daemon.program = "heraldd-faults"
        mutant = {"HERALD_MUTANT": mutant} if mutant else {}
        self.daemon.environment = {"HERALD_CRASH_AT": point} | mutant
        self.daemon.start()
        made = []
        for n in range(count):
            try:
                made.append(self.send(f"2376919250{n:02}"))
            except (OSError, HTTPException):
                break
        self.assertEqual(self.daemon.process.wait(30), -9, "killed at the point")
        self.daemon.forget()
        self.api.close()
        self.daemon.environment = mutant
        self.daemon.start()
        for n, one in enumerate(made):
            self.read(f"2376919250{n:02}")
            wait_until(lambda one=one: self.api.notification(one)["state"] == "delivered", 20,
                       "the end")
        wait_until(lambda: (w := self.listed()[0])["behind"] == 0 == w["waiting"], 20,
                   "the cursor at the end")
        wrong = [fault for one in made for fault in self.faults_of(one)]
        self.stop()
        return wrong

    def faults_of(self, one):
        """What is wrong with what was told of it: lost, invented, out of order, or renamed."""
        told = self.sink.messages(one)
        events = {e["seq"]: e for e in self.api.timeline(one)["timeline"]}
        recorded = self.recorded(one)
        seqs = [body["data"]["seq"] for _, body in told]
        first = list(dict.fromkeys(seqs))
        if first != sorted(first):
            yield "out of order", seqs
        if set(seqs) < recorded:
            yield "lost", recorded - set(seqs)
        for webhook_id, body in told:
            data = body["data"]
            event = events.get(data["seq"])
            if event is None or (event["state"], event["at"]) != (data["state"], body["timestamp"]):
                yield "invented", body
            if webhook_id != f"{one}_{data['seq']}":
                yield "renamed", webhook_id

    def recorded(self, one):
        """The sequence numbers of its transactions, as the journal has them."""
        last = self.api.timeline(one)["timeline"][-1]["seq"]
        monitor = self.ctl.stream("monitor", "--after", "0", "--id", one)
        try:
            seqs = set()
            while last not in seqs:
                seqs.add(json.loads(monitor.stdout.readline())["seq"])
            return seqs
        finally:
            monitor.kill()
            monitor.communicate()

    def test_nothing_is_lost_or_invented_at_any_point(self):
        for point in ("journal.before_send:3", "journal.answered:2", "journal.before_settle:1",
                      "journal.after_settle:1", "store.before_commit:9", "store.after_commit:9"):
            with self.subTest(point):
                self.sink.received.clear()
                self.assertEqual(self.run_through(point), [])
                self.forget_database()

    def test_the_same_eyes_see_a_cursor_that_runs_ahead(self):
        wrong = self.run_through("journal.before_send:3", "outcome_cursor_first")
        self.assertIn("lost", {what for what, _ in wrong})

    def test_the_same_eyes_see_what_was_told_before_its_commit(self):
        for time_told in range(2, 8):
            wrong = self.run_through(f"store.told_too_early:{time_told}", "webhook_before_commit")
            if "invented" in {what for what, _ in wrong}:
                return
            self.sink.received.clear()
            self.forget_database()
        self.fail("no message was told before its commit")

    def forget_database(self):
        for path in self.folder.glob("herald.db*"):
            path.unlink()


class Monitor(SystemTest):
    def events(self, monitor, until):
        """Lines of a monitor until one is `until`, or its end."""
        out = []
        for line in monitor.stdout:
            out.append(json.loads(line))
            if until(out[-1]):
                break
        return out

    def follow(self, *arguments):
        monitor = self.ctl.stream("monitor", *arguments)
        self.addCleanup(lambda: (monitor.kill(), monitor.communicate()))
        return monitor

    def test_goes_on_after_a_kill_without_gap_or_repeat(self):
        self.start(routes=ROUTES)
        whole = self.follow("--after", "0")
        made = [self.api.submit("message", {"phone": "237691924173"}, {"message": SECRET_TEXT})["id"]
                for _ in range(10)]

        def waiting(one):
            return lambda e: (e["id"], e["state"]) == (one, "waiting")
        before = self.events(whole, waiting(made[-1]))
        self.daemon.kill()
        self.api.close()
        whole.wait(20)
        rest = [e for e in map(json.loads, whole.stdout) if "cursor" in e]  # the last is an error
        _, errors = whole.communicate()
        cursor = (before + rest)[-1]["cursor"]
        self.assertIn(f"--after {cursor}", errors)
        self.daemon.start()
        resumed = self.follow("--after", cursor)
        more = [self.api.submit("message", {"phone": "237691924173"}, {"message": SECRET_TEXT})["id"]
                for _ in range(10)]
        after = self.events(resumed, waiting(more[-1]))
        for cut in (0, 3, 11):  # from anywhere
            again = self.follow("--after", (before + rest + after)[cut]["cursor"])
            self.assertEqual(self.events(again, waiting(more[-1])), (before + rest + after)[cut + 1:])
        cursors = [int(e["cursor"]) for e in before + rest + after]
        self.assertEqual(cursors, list(range(1, len(cursors) + 1)))
        self.assertNotIn(SECRET_TEXT, json.dumps(before + rest + after))

    def test_filters_and_private_parts(self):
        self.start(routes=ROUTES)
        ids = [self.api.submit("message", {"phone": phone}, {"message": SECRET_TEXT})["id"]
               for phone in ("237691924173", "237691924174")]
        for one in ids:
            wait_until(lambda one=one: self.api.notification(one)["state"] == "waiting", what="it")
        for arguments in (["--id", ids[1]], ["--id", ids[1], "--state", "waiting"],
                          ["--id", ids[1], "--kind", "mess*", "--producer", "*"]):
            events = self.events(self.follow("--after", "0", *arguments),
                                 lambda e: e["state"] == "waiting")
            self.assertEqual({e["id"] for e in events}, {ids[1]})
        private = self.events(self.follow("--after", "0", "--private"), lambda e: True)
        self.assertEqual(private[0]["params"]["message"], SECRET_TEXT)

    def test_a_cursor_that_is_none_is_refused(self):
        self.start()
        for cursor, word in (("4711", "not come to"), ("yesterday", "cursor"), ("-1", "cursor")):
            code, _, errors = self.ctl.run("monitor", f"--after={cursor}")
            self.assertNotEqual(code, 0)
            self.assertIn(word, errors)


if __name__ == "__main__":
    unittest.main()
