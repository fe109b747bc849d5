"""A daemon on the ground, with people to write to, and the load on it."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from waiting import wait_until

# Web chat is done with an item as soon as it lies in the inbox; nothing is due any more then but the wait for news.
CHAIN = [{"channel": "webchat", "until": "delivered", "within": "1h"}, "log"]


class Herald:
    """One node on `schema`. `load`: see load.cpp."""

    def __init__(self, ground, build, schema, store=None, **changes):
        os.environ["HERALD_BUILD_DIR"] = str(build)
        from harness.config import daemon_config, write_config
        from harness.daemon import Daemon
        from ports import free_port
        self.ground, self.build, self.schema = ground, build, schema
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-bench-"))
        self.port = free_port()
        config = daemon_config(self.folder, self.port, log={"level": "warning"}, inbox={"keep": 500},
                               store={"url": ground.server.url(), "schema": schema} | (store or {}), **changes)
        config["limits"] = {"backlog": 10_000_000} | config.get("limits", {})
        config["routes"] = [{"name": "default", "chain": CHAIN}]
        self.daemon = Daemon(write_config(self.folder / "herald.yaml", config), self.folder)

    def start(self, timeout=60):
        self.daemon.start(timeout)
        return self

    def close(self):
        try:
            if self.daemon.process is not None:
                self.daemon.stop(120)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def load(self, connections, seconds, users, *more):
        out = subprocess.run([str(self.build / "tests" / "bench" / "herald_load"), "http", str(self.port), str(connections),
                              str(seconds), str(users), *map(str, more)], capture_output=True, text=True, check=False)
        if out.returncode != 0:
            raise RuntimeError(f"the load generator failed: {out.stderr}{self.daemon.tail()}")
        sent = json.loads(out.stdout)
        if sent["refused"]:
            raise RuntimeError(f"{sent['refused']} submissions were refused; a rate with refusals says nothing: {sent}")
        return sent

    def sql(self, text):
        return self.ground.server.sql(text, schema=self.schema)

    def last_row(self):
        return int(self.sql("SELECT coalesce(max(rowid), 0) FROM notifications")[0][0])

    def drained(self, after, wanted, timeout=300):
        """(seconds from the first acceptance to the last record, rows' waits in ms sorted) of what came after row `after`."""
        def recorded():
            rows = self.sql(f"SELECT count(*) FROM inbox_items WHERE notification > {after}")
            return int(rows[0][0]) >= wanted
        wait_until(recorded, timeout, f"{wanted} recorded by web chat", every=0.1)
        count, span = self.sql(f"SELECT count(*), max(i.at) - min(n.created) FROM notifications n JOIN inbox_items i ON "
                               f"i.notification = n.rowid WHERE n.rowid > {after}")[0]
        if int(count) != wanted:
            raise RuntimeError(f"{wanted} accepted, {count} recorded")
        return int(span) / 1e6


def people(ground, schema, count):
    """Users 1..count, as AddUser would make them."""
    ground.server.sql(f"""
        INSERT INTO users(id, name, provider, created) SELECT i, '', 0, 0 FROM generate_series(1, {count}) i
        ON CONFLICT DO NOTHING;
        INSERT INTO identities(kind, value, user_id) SELECT 'phone', '+2376' || lpad(i::text, 8, '0'), i
        FROM generate_series(1, {count}) i ON CONFLICT DO NOTHING; ANALYZE users, identities""", schema=schema)


@contextlib.contextmanager
def running(ground, build, schema="herald", users=1000, keep=False, **changes):
    """A daemon that runs; its schema goes with it unless it is to be kept."""
    herald = Herald(ground, build, schema, **changes)
    try:
        herald.start()
        people(ground, schema, users)
        ground.level()
        yield herald
    finally:
        herald.close()
        if not keep:
            ground.server.sql(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
