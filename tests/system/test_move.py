"""A store moved from SQLite to PostgreSQL between two lives of the daemon, killed on the way."""

import os
import subprocess
import time
import unittest

from herald_harness import SystemTest, postgres, program, wait_until
from test_webhooks import webhook, write_keys
from webhook_sink import WebhookSink

INBOX = "/api/web-chat/notifications"
# Wait for a person: what is sent here is an open chain when the daemon stops.
ROUTES = [{"name": "questions", "match": {"kind": "provider.request"}, "rounds": {"count": 1},
           "chain": [{"channel": "webchat", "until": "answered", "within": "1h"}, "log"]},
          {"name": "record", "match": {"kind": "message", "priority": "low"},
           "rounds": {"count": 1}, "chain": ["log"]},
          {"name": "default", "rounds": {"count": 1},
           "chain": [{"channel": "webchat", "until": "read", "within": "1h"}, "log"]}]
ORDER = {"service": "Plomberie", "location": "Bonamoussadi", "description": "Fuite d'eau \\ \"ici\"",
         "urgency": "Urgent"}
READER, ASKED, ANSWERER, OTHER = (f"23769019{n:04}" for n in range(4))
# Where the move dies, one after the other: in its first, middle and last steps.
DEATHS = ["move.schema_made:1", "move.page_written:1", "move.page_recorded:4",
          "move.page_committed:9", "move.page_written:5", "move.ends_set:1", "move.finishing:1"]


class Move(SystemTest):
    def setUp(self):
        super().setUp()
        self.database = postgres.shared()
        self.schema = postgres.schema_of(self.folder)
        self.addCleanup(lambda: self.database.sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE"))
        self.sink = WebhookSink()
        self.addCleanup(self.sink.stop)

    def settings(self, store):
        return {"routes": ROUTES, "secrets": write_keys(self.folder), "store": store,
                "webhooks": [webhook(self.sink, events=["ended"], retry_after=["1s"] * 20)],
                "outbound": {"allow": ["127.0.0.1"]}}

    def in_sqlite(self):
        return self.settings({"url": f"sqlite:{self.folder / 'herald.db'}"})

    def in_postgresql(self):
        return self.settings({"url": self.database.url(), "schema": self.schema})

    def move(self, crash_at=None):
        """Runs it with the daemon's configuration, which names the schema."""
        path = self.configure(**self.in_postgresql())
        name = "heraldd-faults" if crash_at else "heraldd"
        return subprocess.run(
            [str(program(name)), "migrate-store", "--from", f"sqlite:{self.folder / 'herald.db'}",
             "--to", self.database.url(), "--config", str(path)],
            env=os.environ | ({"HERALD_CRASH_AT": crash_at} if crash_at else {}),
            capture_output=True, text=True, timeout=120, check=False)

    def message(self, to, text, **more):
        return self.api.submit("message", {"phone": to}, {"message": text}, **more)["id"]

    def question(self, to):
        made = self.api.submit("provider.request", {"phone": to}, ORDER)["id"]
        self.state(made, "waiting")
        return made

    def state(self, made, state):
        wait_until(lambda: self.api.notification(made)["state"] == state, 20, f"{made} {state}")
        return self.api.notification(made)

    def answer(self, to, action):
        item = self.api.inbox(to)["notifications"][0]
        return self.api.post(f"{INBOX}/{to}/answer",
                             {"notification_id": item["id"], "action": action}).expect()

    def fill(self):
        """Something in every state; by name."""
        self.sink.respond = lambda *_: 500  # its messages wait
        made = {"read": self.message(READER, "Bonjour 🔧 \\ \"toi\"")}
        self.state(made["read"], "waiting")
        self.api.mark_read(READER, self.api.inbox(READER)["notifications"][0]["id"]).expect()
        self.state(made["read"], "delivered")
        made["listed"] = self.message(READER, "Encore", idempotency_key="order-1")
        made["asked"], made["answered"] = self.question(ASKED), self.question(ANSWERER)
        self.answer(ANSWERER, "accept")
        made["dead"] = self.message(OTHER, "Personne", priority="low")
        self.state(made["dead"], "undelivered")
        tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
        made["later"] = self.message(OTHER, "Demain", not_before=tomorrow)
        made["cancelled"] = self.message(OTHER, "Jamais", not_before=tomorrow)
        self.api.post(f"/api/v1/notifications/{made['cancelled']}/cancel").expect()
        self.ctl("token", "service", "shop", "--scope", "notifications:send")
        self.ctl("token", "revoke", "--user", OTHER)
        self.ctl("pause", "log", "--reason", "the move")
        wait_until(lambda: self.ctl("webhooks", "list")["webhooks"][0]["waiting"] > 0, 20, "a message that waits")
        return made

    def seen(self, made):
        """What can be told of all of it, without what a reader changes."""
        return {"inboxes": [self.items(to) for to in (READER, ASKED, ANSWERER, OTHER)],
                "notifications": {name: self.told(one) for name, one in made.items()},
                "tokens": self.ctl("token", "list"), "counts": self.ctl("status")["counts"]}

    def items(self, to):
        keys = ("id", "herald_id", "type", "title", "message", "read", "timestamp", "answered")
        page = self.api.inbox(to, "?history=1")["notifications"]
        return [{key: item.get(key) for key in keys} for item in page]

    def told(self, made):
        timeline = self.api.timeline(made)
        return self.api.notification(made), timeline["timeline"], timeline["attempts"]

    # covers: F7
    def test_killed_on_the_way_it_goes_on_and_nothing_is_lost(self):
        self.start(**self.in_sqlite())
        made = self.fill()
        before = self.seen(made)
        running = self.move()
        self.assertEqual(running.returncode, 2, running.stdout)
        self.assertIn("is in use by another heraldd", running.stderr)
        self.stop()

        for point in DEATHS:
            self.assertEqual(self.move(point).returncode, -9, f"killed at {point}")
        self.prepare(**self.in_postgresql()).spawn()
        self.assertEqual(self.daemon.wait(30), 1)
        self.assertIn("migrate-store again", self.daemon.log())

        moved = self.move()
        self.assertEqual(moved.returncode, 0, moved.stdout + moved.stderr)
        self.assertIn("going on where an earlier run stopped", moved.stderr)
        self.assertIn("every table has as many rows as in the file", moved.stdout)
        self.assertIn("no row breaks a rule", moved.stdout)
        again = self.move()
        self.assertEqual(again.returncode, 2)
        self.assertIn("already", again.stderr)

        self.start(**self.in_postgresql())
        self.assertEqual(self.seen(made), before)
        self.goes_on(made)
        self.assertTrue(self.ctl("audit")["clean"])

    def goes_on(self, made):
        repeated = self.message(READER, "Encore", idempotency_key="order-1", expect=200)
        self.assertEqual(repeated, made["listed"])
        self.answer(ASKED, "refuse")
        self.assertEqual(self.state(made["asked"], "delivered")["evidence"], "answered")
        self.sink.received.clear()
        self.sink.respond = None
        wait_until(lambda: {made["read"], made["answered"], made["asked"]} <=
                   {m["data"]["id"] for _, m in self.sink.messages()}, 60, "what webhooks waited for")
        self.ctl("resume", "log")
        fresh = self.message(READER, "Après")
        self.state(fresh, "waiting")
        item = self.api.inbox(READER)["notifications"]
        self.assertGreater(max(i["id"] for i in item if i["herald_id"] == fresh),
                           max(i["id"] for i in item if i["herald_id"] != fresh))

    def test_what_cannot_be_moved_is_left_as_it_is(self):
        self.start(**self.in_sqlite())
        self.message(READER, "Bonjour")
        self.stop()
        path = self.configure(**self.in_sqlite())

        def refused(to, *more):
            done = subprocess.run([str(program("heraldd")), "migrate-store", "--config", str(path),
                                   "--from", f"sqlite:{self.folder / 'herald.db'}", "--to", to,
                                   *more], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stdout)
            return done.stderr

        self.assertIn("holds a password", refused("postgresql://herald:canary@127.0.0.1/herald"))
        self.assertNotIn("canary", refused("postgresql://herald:canary@127.0.0.1/herald"))
        self.assertIn('"nowhere" does not exist', refused(self.database.url(database="nowhere")))
        self.assertIn("must be a PostgreSQL database", refused("sqlite:/tmp/other.db"))
        self.start(**self.in_sqlite())
        self.assertEqual(self.api.inbox(READER)["count"], 1)


if __name__ == "__main__":
    unittest.main()
