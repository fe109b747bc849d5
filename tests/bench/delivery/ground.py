"""What is measured on: one PostgreSQL cluster for everything, Herald and its peers alike."""

import re
import subprocess

import postgres

# As a careful administrator would begin: PostgreSQL's own defaults (fsync, full_page_writes, synchronous_commit, autovacuum on;
# max_wal_size 1 GB) but for these.
SETTINGS = ("shared_buffers = 256MB", "max_connections = 100", "checkpoint_timeout = 15min")


class Ground:
    def __init__(self, statements=False):
        more = ("shared_preload_libraries = 'pg_stat_statements'",) if statements else ()
        self.server = postgres.Postgres(*SETTINGS, *more)
        self.statements = statements
        if statements:
            self.server.sql("CREATE EXTENSION pg_stat_statements", schema="public")

    def close(self):
        self.server.close()

    def settings(self):
        """What the server says of itself, by name."""
        names = ("server_version", "fsync", "full_page_writes", "synchronous_commit", "wal_sync_method", "autovacuum",
                 "shared_buffers", "max_wal_size", "checkpoint_timeout", "max_connections")
        return {name: self.one(f"SELECT current_setting('{name}')") for name in names}

    def one(self, text, schema="herald"):
        """The first cell of the first row."""
        return self.server.sql(text, schema=schema)[0][0]

    def level(self):
        """The same start for everything that is measured: nothing left to write."""
        self.server.sql("CHECKPOINT")
        if self.statements:
            self.server.sql("SELECT pg_stat_statements_reset()", schema="public")

    def script(self, name, text):
        path = self.server.folder / f"{name}.sql"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        return path

    def pgbench(self, script, clients, seconds):
        """(transactions a second, average latency in ms) of one statement, prepared."""
        told = self.server.run("pgbench", "-n", "-h", "127.0.0.1", "-p", self.server.port, "-U", "herald",
                               "-c", clients, "-j", min(2, clients), "-T", max(1, round(seconds)), "-M", "prepared", "-f", script, "herald")
        return (float(re.search(r"tps = ([\d.]+)", told)[1]), float(re.search(r"latency average = ([\d.]+)", told)[1]))

    def fill(self, text, timeout=3600):
        """As Postgres.sql, for what takes long."""
        subprocess.run([str(postgres.programs() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.server.folder),
                        "-p", str(self.server.port), "-U", "herald", "-d", "herald"], input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL, timeout=timeout)

    def top_statements(self, count=25):
        """[(calls, ms in all, rows, statement)], the costliest first."""
        return [(int(calls), float(ms), int(rows), " ".join(text.split())) for calls, ms, rows, text in self.server.sql(
            f"SELECT calls, total_exec_time, rows, query FROM pg_stat_statements ORDER BY 2 DESC LIMIT {count}", schema="public")]
