"""A database as an earlier heraldd left it: its schema up to some migration, filled with many copies of the rows
that a daemon of today wrote about one person.

Before is what an upgrade begins with; restore() puts a copy of it where the daemon looks.
"""

import contextlib
import re
import shutil
import sqlite3
import subprocess

from fault_harness import SOURCE, on_postgresql, postgres

STRIDE = 10_000  # between the row numbers of two copies; PostgreSQL's store takes them by the thousand
NEW_ID = "substr(t.id, 1, 27) || substr(CAST(100000000 + k.i AS text), 2)"
PHONE = "'+' || CAST(CAST(substr(t.{0}, 2) AS bigint) + k.i AS text)"
# What is there once, whatever the number of copies; in an order that foreign keys allow.
ONCE = {"chains": {}, "kv": {}, "notes": {}, "inbox_epoch": {}, "counters": {"count": "t.count * {n}"},
        "journal_end": {"pos": "{n}"}}
EACH = ("users", "identities", "notifications", "inbox_users", "conversations", "inbox_items",
        "attempts", "timeline", "renderings", "idempotency", "journal", "questions")
NUMBERED = {"rowid", "notification", "conversation"}


def migrations():
    """(version, name, SQL) of today's program, in order."""
    folder = SOURCE / "daemon" / "store" / "migrations" / ("postgresql" if on_postgresql() else
                                                         "sqlite")
    return [(int(path.stem[:4]), path.stem, path.read_text("utf-8"))
            for path in sorted(folder.glob("[0-9]*.sql"))]


def value(table, column):
    """What stands in that column of copy k.i of row t. The journal has a row for each copy, without gaps."""
    if (table, column) == ("users", "id") or column in ("user_id", "pos"):
        return f"t.{column} + k.i"
    if column in NUMBERED or (table, column) in {("inbox_items", "id"), ("conversations", "id")}:
        return f"t.{column} + k.i * {STRIDE}"
    if (table, column) in {("notifications", "id"), ("idempotency", "id")}:
        return NEW_ID
    if column == "progress":
        return f"replace(t.progress, t.id, {NEW_ID})"
    if column == "to_value" or (table, column) == ("identities", "value"):
        return PHONE.format(column)
    if (table, column) == ("idempotency", "key"):
        return "CASE WHEN k.i = 0 THEN t.key ELSE t.key || '-' || CAST(k.i AS text) END"
    return f"t.{column}"


def copies(columns, count):
    """Statements that fill the older tables from those of `template`. columns: names by table, of those that both
    have."""
    for table, given in ONCE.items():
        if table in columns:
            yield f"DELETE FROM {table}"
            values = ", ".join(given.get(c, f"t.{c}").format(n=count) for c in columns[table])
            yield (f"INSERT INTO {table}({', '.join(columns[table])}) SELECT {values} FROM "
                   f"template.{table} AS t")
    for table in EACH:
        if table in columns:
            values = ", ".join(value(table, c) for c in columns[table])
            yield (f"INSERT INTO {table}({', '.join(columns[table])}) WITH RECURSIVE k(i) AS "
                   f"(SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < {count} - 1) SELECT {values} "
                   f"FROM template.{table} AS t CROSS JOIN k")


def shared(older, newer):
    return {table: [c for c in names if c in newer[table]] for table, names in older.items()
            if table in newer}


class SqliteStore:
    """Of one test; its files lie in the test's folder."""

    points = "store"

    def __init__(self, test):
        self.file, self.before = test.folder / "herald.db", test.folder / "before.db"
        self.template = test.folder / "template.db"
        self.store = {"url": f"sqlite:{self.file}"}

    def rows(self, sql, file=None):
        with contextlib.closing(sqlite3.connect(file or self.file)) as db, db:
            return db.execute(sql).fetchall()

    def schema(self):
        return self.rows("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' "
                         "ORDER BY name")

    def columns(self, file):
        tables = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'", file)
        return {table: [row[1] for row in self.rows(f"PRAGMA table_info({table})", file)]
                for table, in tables}

    def make_before(self, level, count):
        """Out of what a daemon wrote; `count` copies of it, as of migration `level`."""
        self.file.rename(self.template)
        for path in self.file.parent.glob("herald.db-*"):  # a daemon that was killed leaves its log
            path.rename(str(path).replace("herald.db", "template.db"))
        db = sqlite3.connect(self.before, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                   "applied INTEGER NOT NULL) STRICT")
        for version, name, sql in migrations()[:level]:
            db.executescript(sql)
            db.execute("INSERT INTO schema_version VALUES (?, ?, 1)", (version, name))
        columns = shared(self.columns(self.before), self.columns(self.template))
        db.execute("ATTACH ? AS template", (str(self.template),))
        db.execute("BEGIN")
        for statement in copies(columns, count):
            db.execute(statement)
        db.execute("COMMIT")
        db.execute("DETACH template")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    def restore(self):
        for path in self.file.parent.glob("herald.db*"):
            path.unlink()
        shutil.copy(self.before, self.file)


class PostgresqlStore:
    """Of one test: two databases of the shared server, one made from the other."""

    points = "pg"
    SCHEMA = "herald"

    def __init__(self, test):
        self.server, self.live = postgres.shared(), postgres.schema_of(test.folder)
        self.before = f"{self.live}_before"
        self.administer(f"CREATE DATABASE {self.live}")
        self.store = {"url": self.server.url(database=self.live), "schema": self.SCHEMA}

    def administer(self, sql):
        return self.server.sql(sql, database="postgres", schema="public")

    def rows(self, sql, schema=SCHEMA):
        found = self.server.sql(sql, database=self.live, schema=schema)
        return [tuple(int(cell) if re.fullmatch(r"-?\d+", cell or "") else cell for cell in row)
                for row in found]

    def schema(self):
        return self.rows(
            "SELECT table_name, column_name, data_type, column_default, is_nullable FROM "
            f"information_schema.columns WHERE table_schema = '{self.SCHEMA}' UNION ALL SELECT "
            f"tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = "
            f"'{self.SCHEMA}' ORDER BY 1, 2")

    def columns(self, schema):
        found = {}
        for table, column in self.rows(
                "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN "
                "information_schema.tables USING (table_schema, table_name) WHERE table_type = "
                f"'BASE TABLE' AND table_schema = '{schema}' ORDER BY c.ordinal_position"):
            found.setdefault(table, []).append(column)
        return found

    def make_before(self, level, count):
        """Out of what a daemon wrote; `count` copies of it, as of migration `level`."""
        self.rows(f"ALTER SCHEMA {self.SCHEMA} RENAME TO template; CREATE SCHEMA {self.SCHEMA}; "
                  f"CREATE TABLE {self.SCHEMA}.schema_version (version bigint PRIMARY KEY, name text "
                  "NOT NULL, applied bigint NOT NULL)")
        for version, name, sql in migrations()[:level]:
            self.rows(f"BEGIN; {sql}; INSERT INTO schema_version VALUES ({version}, '{name}', 1); "
                      "COMMIT")
        columns = shared(self.columns(self.SCHEMA), self.columns("template"))
        self.rows(";\n".join([
            "BEGIN", *copies(columns, count), f"DO $$BEGIN PERFORM setval('notification_rows', "
            f"{STRIDE} * {count + 1000}), setval('inbox_item_ids', {STRIDE} * {count + 1}), "
            "setval(pg_get_serial_sequence('chains', 'id'), 100), setval(pg_get_serial_sequence("
            f"'conversations', 'id'), {STRIDE} * {count + 1}); END$$", "COMMIT",
            "DROP SCHEMA template CASCADE", "ANALYZE"]))
        self.administer(f"ALTER DATABASE {self.live} RENAME TO {self.before}")

    def restore(self):
        self.administer(f"DROP DATABASE IF EXISTS {self.live} WITH (FORCE)")
        self.administer(f"CREATE DATABASE {self.live} TEMPLATE {self.before}")

    def migrating(self):
        """The session of a migration that waits for a lock."""
        found = self.administer("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                                f"datname = '{self.live}'")
        return [int(pid) for pid, in found]

    @contextlib.contextmanager
    def locked(self, table):
        """Nobody else gets at that table meanwhile."""
        psql = subprocess.Popen(
            [str(postgres.programs() / "psql"), "-X", "-q", "-A", "-t", "-h", str(self.server.folder),
             "-p", str(self.server.port), "-U", "herald", self.live], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        psql.stdin.write(f"BEGIN; LOCK TABLE {self.SCHEMA}.{table}; SELECT 'locked';\n")
        psql.stdin.flush()
        assert psql.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            psql.communicate()  # its end is that of the transaction


def store_of(test):
    return PostgresqlStore(test) if on_postgresql() else SqliteStore(test)
