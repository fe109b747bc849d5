"""7: a program of today starts on yesterday's database, with a backlog, and is killed midway again and again."""

import http.client
import os
import signal
import time
import unittest

from fault_harness import FaultTest, load_lines, wait_until
from older_store import migrations, store_of
from postgresql_case import kill_backend

PHONE = "237690000000"
ORDER = {"service": "plomberie", "location": "Bastos", "description": "Fuite", "request_id": 42}
ROUTES = [{"name": "questions", "match": {"kind": "provider.request"},
           "chain": [{"channel": "webchat", "until": "answered", "within": "20h"}]},
          {"name": "default", "chain": ["log"]}]
POINTS = ("migration_begun", "migration_run", "migration_recorded", "migration_committed")


class Upgrade(FaultTest):
    everyday = {"queued": 500, "kills": 4, "level": 0}  # level: the migration that it has; 0: any
    smaller = {"kills": 2}
    long = {"queued": 100_000, "kills": 20}

    def setUp(self):
        super().setUp()
        self.place = store_of(self)
        self.newest = migrations()[-1][0]
        self.level = self.size.level or self.random.randrange(1, self.newest)

    def rows(self, sql):
        return self.place.rows(sql)

    # covers: F7
    def test_killed_midway_it_goes_on_and_nothing_is_lost(self):
        self.prepare(store=self.place.store, routes=ROUTES, limits={"backlog": 10**6})
        first = self.write_the_first()
        wanted = self.place.schema()
        self.place.make_before(self.level, self.size.queued)
        self.restore()
        self.took = self.upgrade()
        self.daemon.kill()
        self.restore()
        done = self.kill_midway()
        ready = self.upgrade()
        self.figure("queued, upgraded", f"{self.size.queued}, {self.level} to {self.newest}")
        self.figure("ends midway", done, self.size.kills)
        self.figure("ready s, undisturbed and after them", f"{self.took:.2f}, {ready:.2f}")
        self.assertEqual(self.place.schema(), wanted, "it is not what a new database has")
        self.judge(first)
        self.an_older_program_refuses()

    def write_the_first(self):
        """A question that lies in an inbox, and one that is accepted and not yet begun; the second's id."""
        self.daemon.program = "heraldd-faults"
        self.daemon.start()
        self.api.submit("provider.request", {"phone": PHONE}, ORDER)
        wait_until(lambda: self.rows("SELECT count(*) FROM questions") == [(1,)], 20, "a question")
        self.stop()
        self.daemon.environment["HERALD_CRASH_AT"] = "producer.accepted"
        self.daemon.start()
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.submit_queued()
        self.assertEqual(self.daemon.wait(30), -signal.SIGKILL)
        self.api.close()
        self.forget_faults()
        (made,), = self.rows("SELECT id FROM notifications WHERE kind = 'message'")
        return made

    def submit_queued(self):
        return self.api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": PHONE}, "params": {"message": "Bonjour"},
            "idempotency_key": "queued"})

    def forget_faults(self):
        self.daemon.program = os.environ.get("HERALD_DAEMON", "heraldd")
        self.daemon.environment.pop("HERALD_CRASH_AT", None)

    def restore(self):
        self.place.restore()
        (self.folder / "notifications.jsonl").unlink(missing_ok=True)

    def version(self):
        (count, newest), = self.rows("SELECT count(*), max(version) FROM schema_version")
        self.assertEqual(count, newest, "a migration is missing or recorded twice")
        return newest

    def upgrade(self):
        """Seconds until it is ready."""
        started = time.monotonic()
        self.daemon.start(180)
        took = time.monotonic() - started
        self.assertEqual(self.version(), self.newest)
        return took

    # The kills

    def kill_midway(self):
        """How often in which way it ended before the last migration was recorded."""
        done, late = {}, 0
        while sum(done.values()) < self.size.kills:
            before = self.version()
            if before == self.newest:
                self.restore()
                continue
            way = self.random.choice(self.ways(before))
            way(before)
            after = self.version()
            self.assertGreaterEqual(after, before)
            if after == self.newest:
                late += 1
                self.assertLess(late, 20 * self.size.kills, "it is never killed midway")
            else:
                done[way.__name__] = done.get(way.__name__, 0) + 1
        return done

    def ways(self, version):
        ways = [self.at_a_point, self.at_any_moment]
        if self.place.points == "pg" and any("inbox_items" in sql for number, _, sql in migrations()
                                             if number > version):
            ways += [self.waiting_for_a_lock, self.session_terminated, self.backend_killed]
        return ways

    def at_a_point(self, version):
        self.daemon.program = "heraldd-faults"
        self.daemon.environment["HERALD_CRASH_AT"] = (
            f"{self.place.points}.{self.random.choice(POINTS)}:"
            f"{self.random.randint(1, self.newest - version)}")
        self.daemon.spawn()
        self.assertEqual(self.daemon.wait(120), -signal.SIGKILL, self.daemon.tail())
        self.forget_faults()

    def at_any_moment(self, _):
        self.daemon.spawn()
        time.sleep(self.random.uniform(0, self.took))
        self.daemon.kill()

    def waiting_for_a_lock(self, _):
        with self.place.locked("inbox_items"):
            self.daemon.spawn()
            wait_until(self.place.migrating, 60, "a migration that waits")
            self.daemon.kill()

    def session_terminated(self, _):
        self.ended_by_its_server(lambda pid: self.place.administer(
            f"SELECT pg_terminate_backend({pid})"))

    def backend_killed(self, _):
        """After which the server ends all its sessions and recovers."""
        self.ended_by_its_server(kill_backend)
        time.sleep(0.05)  # until the server has noticed
        self.place.server.wait()

    def ended_by_its_server(self, end):
        with self.place.locked("inbox_items"):
            self.daemon.spawn()
            end(wait_until(self.place.migrating, 60, "a migration that waits")[0])
            said = len(self.daemon.log())
            self.assertEqual(self.daemon.wait(60), 1, self.daemon.tail())
        self.assertIn("store", self.daemon.log()[said - 1:], "no reason is named")

    # What came of it

    def judge(self, first):
        queued = {row[0] for row in self.rows("SELECT id FROM notifications WHERE kind = 'message'")}
        asked = self.size.queued
        self.assertEqual(len(queued), asked)
        self.assertEqual(self.submit_queued().expect(200)["id"], first[:27] + "0" * 8,
                         "its key was forgotten")

        def ended():
            counts = self.ctl("status")["counts"]
            return not counts["queued"] and not counts["trying"] and counts
        counts = wait_until(ended, 60 + asked / 200, "an end of the backlog", 0.5)
        logged = [line["id"] for line in load_lines(self.folder / "notifications.jsonl")]
        self.figure("delivered, lost, twice", f"{len(set(logged))}, {len(queued - set(logged))}, "
                    f"{len(logged) - len(set(logged))}", f"{asked}, 0, 0")
        self.assertEqual(sorted(logged), sorted(queued))
        self.assertEqual((counts["waiting"], counts["undelivered"]), (asked, asked))
        self.assertEqual(self.rows("SELECT count(*) FROM questions"), [(asked,)])
        for n in self.random.sample(range(asked), 3):
            item, = self.api.inbox(str(int(PHONE) + n))["notifications"]
            self.assertEqual(len(item["actions"]), 2)

    def an_older_program_refuses(self):
        self.stop()
        before = self.rows("SELECT count(*), max(last_seq) FROM notifications")
        self.rows(f"INSERT INTO schema_version VALUES ({self.newest + 1}, 'later', 1)")
        said = len(self.daemon.log())
        self.daemon.spawn()
        self.assertEqual(self.daemon.wait(30), 1, self.daemon.tail())
        words = [line for line in self.daemon.log()[said:].splitlines() if "start the newer" in line]
        self.figure("an older program says", len(words), "one line")
        self.assertEqual(len(words), 1, self.daemon.tail())
        self.assertIn(str(self.newest + 1), words[0])
        self.assertEqual(self.rows("SELECT count(*), max(last_seq) FROM notifications"), before)
        self.rows(f"DELETE FROM schema_version WHERE version = {self.newest + 1}")
        self.daemon.start()


if __name__ == "__main__":
    unittest.main()
