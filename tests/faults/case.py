"""The base of a fault test: seed, size, figures, and the checks that follow every scenario."""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import types

from herald_harness import Oracle, SystemTest, postgres, program


def chosen_seed():
    """HERALD_SEED, or a new one that the whole process keeps."""
    if "HERALD_SEED" not in os.environ:
        os.environ["HERALD_SEED"] = str(random.SystemRandom().randrange(1, 1 << 32))
    return int(os.environ["HERALD_SEED"])


def is_long():
    return os.environ.get("HERALD_LONG") == "1"


def on_postgresql():
    return os.environ.get("HERALD_STORE") == "postgresql"


def chosen_size(everyday, long, smaller=None):
    """smaller: everyday sizes for PostgreSQL, where they differ."""
    size = dict(everyday)
    if is_long():
        size |= long
    elif on_postgresql():
        size |= smaller or {}
    for setting in os.environ.get("HERALD_SIZES", "").split():
        name, _, value = setting.partition("=")
        if name in size:
            size[name] = type(size[name])(value)
    return size


def daemon_can(word):
    """Whether this build's heraldd knows a command of that name."""
    shown = subprocess.run([str(program("heraldd")), "--help"], capture_output=True, text=True,
                           timeout=30, check=True)
    return f"heraldd {word}" in shown.stdout


class FaultTest(SystemTest):
    """`self.size` has the options of this run, `self.random` its choices, `self.oracle` judges it.

    After each test the daemon is stopped and its database must be whole and pass the audit, unless
    the test sets self.whole to False because it broke it itself.
    """

    everyday = {}  # options by name
    long = {}      # those that differ with --long
    smaller = {}   # those that differ in the everyday run on PostgreSQL, which is its second
    quiet = False  # one scenario within another test

    def setUp(self):
        super().setUp()
        self.seed = chosen_seed()
        self.random = random.Random(f"{self.seed} {self.id()}")
        options = chosen_size(self.everyday, self.long, self.smaller)
        self.size = types.SimpleNamespace(**options)
        self.oracle = Oracle()
        self.whole = True
        if self.quiet:
            return
        shown = "".join(f" {name}={value}" for name, value in options.items())
        print(f"\n  HERALD_SEED={self.seed}{shown}", flush=True)

    def prepare(self, config=None, **changes):
        daemon = super().prepare(config, **changes)
        self.database = self.folder / self.config["store"]["url"].removeprefix("sqlite:")
        return daemon

    def rows(self, sql):
        """Asked of the database itself, whatever runs; numbers as numbers."""
        store = self.config["store"]
        if store["url"].startswith("postgresql:"):
            found = self.server().sql(sql, schema=store["schema"])
            return [tuple(int(cell) if cell and cell.lstrip("-").isdigit() else cell
                          for cell in row) for row in found]
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(sql).fetchall()

    def server(self):
        """The PostgreSQL server that holds the daemon's database."""
        return postgres.shared()

    def figure(self, name, value, target=""):
        """Something measured, for the table at the end; `target` is what the catalogue asks."""
        print(f"  {name}: {value}" + (f"  (asked: {target})" if target else ""), flush=True)
        path = os.environ.get("HERALD_FIGURES")
        if path:
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps({"test": self.id(), "name": name, "value": str(value),
                                       "target": str(target)}) + "\n")

    def tearDown(self):
        if self.daemon is None:
            return
        self.stop()
        if self.whole:
            self.check_database()

    def check_database(self):
        """Of a stopped daemon: sound as a file, and every row is what its events say."""
        if self.config["store"]["url"].startswith("sqlite:"):
            self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
            self.assertEqual(self.rows("PRAGMA foreign_key_check"), [])
        if daemon_can("audit"):
            done = subprocess.run([str(program("heraldd")), "audit", "--config",
                                   str(self.folder / "herald.yaml")], capture_output=True,
                                  text=True, timeout=600)
            self.assertEqual(done.returncode, 0, f"the audit: {done.stdout}{done.stderr}")

    def verdict(self, **how):
        """No promise is broken (oracle.py); `how` goes to violations()."""
        found = self.oracle.violations(**how)
        self.figure("acknowledged", len(self.oracle.acks))
        self.figure("broken promises", len(found), "0")
        self.assertEqual(found, [])
