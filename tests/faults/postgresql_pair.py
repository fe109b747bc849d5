"""Two PostgreSQL servers, one the standby of the other, and how they change places."""

import time

from fault_harness import postgres, wait_until


class Pair:
    """Of one test. `primary` takes writes; with sync=True a commit waits for `standby`."""

    def __init__(self, test, sync):
        self.sync = sync
        self.primary = self.made(test)
        self.standby = self.made(test, copy_of=self.primary)
        self.both = [self.primary, self.standby]
        self.attach()

    @staticmethod
    def made(test, **how):
        # By default a standby whose primary died looks again after 5 s, and is promoted no sooner.
        server = postgres.Postgres("wal_sender_timeout = 2s", "wal_retrieve_retry_interval = 200ms",
                                   **how)
        test.addCleanup(server.close)
        return server

    def url(self):
        """Both, in the order in which they were made."""
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self.both)
        return f"postgresql://herald@{hosts}/herald"

    def sql(self, text, server=None):
        return (server or self.primary).sql(text, database="postgres", schema="public")

    def attach(self):
        """The standby has caught up; commits wait for it from now on, if they shall."""
        if self.sync:
            self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.sql("SELECT pg_reload_conf()")
        state = "sync" if self.sync else "async"
        wait_until(lambda: [[state, "streaming"]] == self.sql(
            "SELECT sync_state, state FROM pg_stat_replication"), 60, f"a standby that is {state}")

    def fail_over(self):
        """The primary dies, the standby becomes the primary; when that was, monotonic."""
        self.primary.crash()
        died = time.monotonic()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        return died

    def rebuild(self):
        """The dead one comes back as a copy of the other, its standby."""
        self.standby.follow(self.primary)
        self.attach()
