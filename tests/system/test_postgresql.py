"""The daemon on PostgreSQL: killed under load, its server crashing under it, and refusals at start."""

import os
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from herald_harness import Producers, SystemTest, load_lines, postgres, program, wait_until

PEOPLE = [f"2376900{n:05d}" for n in range(40)]


class PostgresqlTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.database = postgres.shared()
        self.schema = postgres.schema_of(self.folder)
        self.addCleanup(self.drop)

    def drop(self):
        self.stop()
        if self.database.process is None:
            self.database.start()
        self.database.sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    def prepare(self, config=None, **changes):
        changes.setdefault("store", {"url": self.database.url(), "schema": self.schema})
        return super().prepare(config, **changes)

    def sql(self, text):
        return self.database.sql(text, schema=self.schema)

    def audit(self):
        done = subprocess.run([str(program("heraldd")), "audit", "--config",
                               str(self.folder / "herald.yaml")], capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class Durability(PostgresqlTest):
    def producers(self, count=4, each=100):
        producers = Producers(self.folder, self.port, PEOPLE, count=count, each=each)
        self.addCleanup(producers.kill)
        return producers

    def everything_arrived(self, producers):
        """Each acknowledged key is one notification with one item; nothing else is stored."""
        producers.wait(150)
        acks = [line for name in producers.names for line in load_lines(producers.acks(name))]
        self.assertEqual([a for a in acks if "id" not in a], [], "a producer was refused")
        ids = {a["key"]: a["id"] for a in acks}
        wait_until(lambda: self.sql("SELECT count(*) FROM inbox_items") == [[str(len(ids))]], 60,
                   "one item each")
        self.stop()
        stored = {row[0] for row in self.sql("SELECT id FROM notifications")}
        self.assertEqual(set(ids.values()) - stored, set(), "acknowledged and lost")
        self.assertEqual(stored - set(ids.values()), set(), "stored and never asked for")
        self.assertEqual(len(set(ids.values())), len(ids))
        items, rows = self.sql("SELECT (SELECT count(*) FROM inbox_items), (SELECT count(*) FROM "
                               "conversations)")[0]
        self.assertEqual((items, rows), (str(len(ids)), str(len(ids))))
        self.audit()

    # covers: F1
    def test_killed_under_load_nothing_accepted_is_lost(self):
        self.start(inbox={"keep": 500})
        producers = self.producers()
        for share in (0.2, 0.5, 0.8):
            wait_until(lambda share=share: producers.acknowledged() > share * 400, 60, "load")
            self.daemon.kill()
            self.daemon.start(30)
        self.everything_arrived(producers)

    # covers: F12 F13
    def test_a_server_that_crashes_or_restarts_under_load_loses_nothing(self):
        self.start(inbox={"keep": 500})
        pid = self.daemon.pid()
        producers = self.producers()
        for share, how in ((0.2, signal.SIGQUIT), (0.4, signal.SIGINT), (0.6, signal.SIGQUIT)):
            wait_until(lambda share=share: producers.acknowledged() > share * 400, 60, "load")
            self.database.restart(how)
            back, before = time.monotonic(), producers.acknowledged()
            wait_until(lambda: producers.acknowledged() > before, 15, "accepted again")
            self.assertLess(time.monotonic() - back, 8)
        wait_until(lambda: producers.acknowledged() > 0.8 * 400, 60, "load")
        self.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                          "application_name = 'heraldd'")
        self.assertEqual(self.daemon.pid(), pid)
        self.everything_arrived(producers)

    def test_without_its_server_the_daemon_says_so_and_does_not_spin(self):
        self.start()
        self.database.stop()
        url = f"http://127.0.0.1:{self.port}/readyz"
        wait_until(lambda: self.status(url) == 503, 15, "not ready")
        ticks = os.sysconf("SC_CLK_TCK")
        began, before = time.monotonic(), self.cpu()
        while time.monotonic() - began < 3:
            healthy = time.monotonic()
            self.assertEqual(self.status(url.replace("readyz", "healthz")), 200)
            self.assertLess(time.monotonic() - healthy, 1)
            time.sleep(0.2)
        self.assertLess((self.cpu() - before) / ticks / (time.monotonic() - began), 0.10)
        self.database.start()
        wait_until(lambda: self.status(url) == 200, 15, "ready again")
        self.api.submit("message", {"phone": PEOPLE[0]}, {"message": "Bonjour"})

    def cpu(self):
        with open(f"/proc/{self.daemon.pid()}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    @staticmethod
    def status(url):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


class Refusals(PostgresqlTest):
    def refused(self, code=1, **store):
        """What a daemon says that does not start with this store."""
        self.prepare(store={"url": self.database.url(), "schema": self.schema, **store})
        self.daemon.spawn()
        self.assertEqual(self.daemon.wait(30), code, self.daemon.log())
        return self.daemon.log()

    # covers: F19
    def test_reasons_are_named_and_secrets_are_not(self):
        self.database.sql("DROP ROLE IF EXISTS secretive; CREATE ROLE secretive LOGIN PASSWORD 'x'")
        (self.folder / "password").write_text("canary-of-the-password", encoding="utf-8")
        (self.folder / "password").chmod(0o600)
        log = self.refused_with_secret()
        self.assertIn("password authentication failed", log)
        self.assertIn("store.password", log)
        self.assertNotIn("canary", log)
        log = self.refused(url=self.database.url(database="nowhere"))
        self.assertIn('database "nowhere" does not exist', log)
        self.assertIn("createdb", log)
        log = self.refused(2, url="postgresql://herald:canary@127.0.0.1/herald")
        self.assertIn("must hold no password", log)
        self.assertNotIn("canary", log)
        log = self.refused(2, url="postgresql:")
        self.assertIn("names no database", log)

    def refused_with_secret(self):
        self.prepare(secrets={"database": {"file": str(self.folder / "password")}},
                     store={"url": self.database.url("secretive"), "schema": self.schema,
                            "password": "database"})
        self.daemon.spawn()
        self.assertEqual(self.daemon.wait(30), 1, self.daemon.log())
        return self.daemon.log()

    # covers: F19
    def test_the_tables_of_another_application_are_left_as_they_are(self):
        self.database.sql(f"CREATE SCHEMA {self.schema}; CREATE TABLE {self.schema}.orders(id int); "
                          f"INSERT INTO {self.schema}.orders VALUES (1)")
        log = self.refused()
        self.assertIn("holds tables of another program", log)
        self.assertIn("store.schema", log)
        tables = self.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = "
                          f"'{self.schema}'")
        self.assertEqual((tables, self.sql("SELECT id FROM orders")), ([["orders"]], [["1"]]))

    # covers: F19
    def test_a_column_that_somebody_dropped_is_named_and_nothing_lost(self):
        self.start()
        made = self.api.submit("message", {"phone": PEOPLE[0]}, {"message": "Bonjour"})["id"]
        self.stop()
        self.sql("ALTER TABLE notifications RENAME COLUMN params TO parameters")
        self.assertIn("column n.params does not exist", self.refused())
        self.sql("ALTER TABLE notifications RENAME COLUMN parameters TO params")
        self.daemon.start()
        self.assertEqual(self.api.notification(made)["id"], made)
        self.stop()
        self.audit()

    def test_a_second_daemon_is_kept_out(self):
        self.start()
        other = type(self)("runTest")
        other.setUp()
        self.addCleanup(other.doCleanups)
        other.prepare(store={"url": self.database.url(), "schema": self.schema})
        other.daemon.spawn()
        self.assertEqual(other.daemon.wait(30), 1)
        self.assertIn("in use by another heraldd", other.daemon.log())

    def runTest(self):
        raise NotImplementedError


class Work(PostgresqlTest):
    def test_an_audit_beside_the_daemon_and_without_it(self):
        self.start()
        made = self.api.submit("message", {"phone": PEOPLE[0]}, {"message": "Bonjour"})["id"]
        wait_until(lambda: self.api.inbox(PEOPLE[0])["count"] == 1, what="an item")
        self.assertEqual(self.ctl("show", made)["id"], made)
        report = self.ctl("audit")
        self.assertTrue(report["clean"], report["broken"])
        self.assertEqual(report["notifications"], 1)
        self.assertIn(self.database.url(), self.ctl("status")["store"]["url"])
        self.stop()
        self.assertIn("no row breaks a rule", self.audit())


if __name__ == "__main__":
    unittest.main()
