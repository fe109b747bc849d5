"""19: the server refuses: too many connections, wrong password, no database, read-only. At start and later."""

import time
import unittest

from fault_harness import postgres, wait_until
from postgresql_case import PostgresqlFault

PASSWORD = "correct-horse-1"
# What an administrator does, what undoes it, and what a daemon that starts meanwhile must say.
REFUSALS = {
    "too many connections": (
        "ALTER ROLE secretive CONNECTION LIMIT 0", "ALTER ROLE secretive CONNECTION LIMIT -1",
        ("too many connections", "max_connections")),
    "wrong password": (
        "ALTER ROLE secretive PASSWORD 'another'", f"ALTER ROLE secretive PASSWORD '{PASSWORD}'",
        ("password authentication failed", "store.password")),
    "no database": (
        "ALTER DATABASE DATABASE_NAME RENAME TO elsewhere",
        "ALTER DATABASE elsewhere RENAME TO DATABASE_NAME",
        ("does not exist", "createdb")),
    "read-only": (
        "ALTER ROLE secretive SET default_transaction_read_only TO on",
        "ALTER ROLE secretive RESET default_transaction_read_only",
        ("read-only", "store.url")),
}


class Refusals(PostgresqlFault):
    everyday = {"watched": 2.0}
    long = {"watched": 20.0}

    def setUp(self):
        super().setUp()
        self.own = self.schema
        self.administer("DROP ROLE IF EXISTS secretive")
        self.administer(f"CREATE ROLE secretive LOGIN PASSWORD '{PASSWORD}'")
        self.administer(f"CREATE DATABASE {self.own} OWNER secretive")
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        (self.folder / "password").chmod(0o600)

    def administer(self, text):
        return postgres.shared().sql(text.replace("DATABASE_NAME", self.schema),
                                     database="postgres", schema="public")

    def rows(self, sql):
        return self.cluster.sql(sql, database=self.own, schema=self.schema)

    def terminate(self):
        self.administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
                        "'secretive'")

    # covers: F19
    def test_refusals_are_named_at_start_and_cost_nothing_while_it_runs(self):
        changes = {"secrets": {"database": {"file": str(self.folder / "password")}},
                   "store": {"url": self.cluster.url("secretive", self.own),
                             "schema": self.schema, "password": "database"}}
        self.start(**changes)
        self.watch_doors()
        sent = []
        for name, (refuse, undo, _) in REFUSALS.items():
            sent.append(self.submit(f"before {name}"))
            share = self.refused_while_running(refuse)
            self.administer(undo)
            began = time.monotonic()
            wait_until(self.ready, 30, "a daemon that is ready", 0.05)
            back = time.monotonic() - began
            self.figure(f"{name}: processor, ready again s", f"{share:.1%}, {back:.2f}",
                        "< 5 %, <= 30")
            self.assertLess(share, 0.05)
            self.assertLess(back, 30)
            sent.append(self.submit(f"after {name}"))
        self.leave_doors()
        self.judge_doors()
        for notification_id in sent:
            self.assertEqual(self.ctl("show", notification_id)["id"], notification_id)
        self.assertEqual(self.rows("SELECT count(*) FROM notifications"), [[str(len(sent))]])
        self.stop()
        for name, (refuse, undo, words) in REFUSALS.items():
            self.refused_at_start(name, refuse, undo, words)
        self.assertNotIn(PASSWORD, self.daemon.log())

    def submit(self, text):
        return self.api.submit("message", {"phone": "237690000001"}, {"message": text})["id"]

    def refused_while_running(self, refuse):
        """The daemon's share of a core once it has noticed."""
        self.shut_out(refuse)
        answer = self.api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": "237690000001"}, "params": {"message": "Non"}})
        self.assertEqual(answer.status, 503, answer.text)
        self.assertTrue(answer.headers["Retry-After"])
        self.assertFalse(self.ready())
        used, began = self.processor(), time.monotonic()
        time.sleep(self.size.watched)  # what is measured is what it does while nothing changes
        return (self.processor() - used) / (time.monotonic() - began)

    def shut_out(self, refuse):
        """A database cannot be renamed while anybody is in it, and the daemon comes back at once."""
        self.administer(f"ALTER DATABASE {self.own} ALLOW_CONNECTIONS off")
        self.terminate()
        wait_until(lambda: self.administer(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'secretive'") == [["0"]],
            15, "an end of its sessions")
        self.administer(refuse)
        self.administer("UPDATE pg_database SET datallowconn = true WHERE datname IN "
                        "('DATABASE_NAME', 'elsewhere')")

    def refused_at_start(self, name, refuse, undo, words):
        self.administer(refuse)
        said = len(self.daemon.log())
        self.daemon.spawn()
        code = self.daemon.wait(30)
        self.administer(undo)
        text = self.daemon.log()[said:]
        self.figure(f"{name}: at start", f"exit {code}, {', '.join(words)}", "a named reason")
        self.assertEqual(code, 1, text)
        for word in words:
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
