"""The base of fault tests about PostgreSQL: a server of the test's own, and what they all look at."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from fault_harness import Api, FaultTest, is_long, postgres, wait_until
from load import LOG_IN_FLIGHT

TICKS = os.sysconf("SC_CLK_TCK")
DOORS = pathlib.Path(__file__).with_name("doors.py")


class Doors:
    """Knocks at /healthz all the time, whatever happens to the database."""

    def __init__(self, port):
        self.process = subprocess.Popen([sys.executable, DOORS, str(port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.found = None  # once it is stopped

    def stop(self):
        if self.found is None:
            self.found = json.loads(self.process.communicate(timeout=60)[0])


class PostgresqlFault(FaultTest):
    """server() has the database; whoever has more than one overrides it. A daemon is started with store=self.store()."""

    def setUp(self):
        super().setUp()
        self.schema = postgres.schema_of(self.folder)
        self.doors = None

    @property
    def cluster(self):
        """The one server of a test that needs no more."""
        return postgres.shared()

    def store(self, url=""):
        return {"url": url or self.cluster.url(), "schema": self.schema}

    def sql(self, text):
        return self.server().sql(text, schema=self.schema)

    def watch_doors(self):
        self.doors = Doors(self.port)
        self.addCleanup(self.doors.stop)

    def leave_doors(self, most=0.1):
        """No longer asked; judge_doors() says what it was like."""
        self.doors.stop()
        self.figure("/healthz asked, slowest s",
                    f"{self.doors.found['asked']}, {self.doors.found['slowest']:.3f}", f"<= {most}")

    def judge_doors(self, most=0.1):
        """/healthz knows nothing of the database, so it answers as ever. Seconds. Judged behind what may be
        lost: that counts for more."""
        self.assertEqual(self.doors.found["wrong"], [])
        self.assertGreater(self.doors.found["asked"], 0)
        self.assertLess(self.doors.found["slowest"], most + self.patience())

    def patience(self):
        """What a busy machine may add to a promise of time in the everyday size. Seconds."""
        return 0 if is_long() else 4

    def sessions(self):
        """The process ids of the daemon's sessions at the server."""
        return [int(row[0]) for row in self.sql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'heraldd' AND datname = "
            "current_database() ORDER BY pid")]

    def terminate(self, sessions):
        self.sql(f"SELECT pg_terminate_backend(pid) FROM unnest(ARRAY{sessions}::integer[]) AS pid")

    def ready(self):
        with contextlib.closing(Api(self.port, timeout=10)) as api:
            return api.get("/readyz").status == 200

    def accepted_again(self, load, timeout=30):
        """Seconds until a producer is acknowledged something after now."""
        started, before = time.monotonic(), load.acknowledged()
        wait_until(lambda: load.acknowledged() > before, timeout, "an acknowledgement", 0.005)
        return time.monotonic() - started

    def metric(self, name):
        with contextlib.closing(Api(self.port, timeout=10)) as api:
            text = api.get("/metrics").text
        return next(int(line.split()[1]) for line in text.splitlines()
                    if line.startswith(f"{name} "))

    def queued(self):
        """Writes that wait in the daemon."""
        return self.metric("herald_store_queued")

    def processor(self):
        """Seconds of it that the daemon has used."""
        fields = pathlib.Path(f"/proc/{self.daemon.pid()}/stat").read_text().rpartition(")")[2]
        return sum(int(ticks) for ticks in fields.split()[11:13]) / TICKS

    def judge(self, load, disturbances, patience=90):
        """When everything has come to rest: no promise is broken, and a key is one record."""
        load.wait()
        try:
            states = load.settled(patience)
        except AssertionError:
            left = self.rows("SELECT id, state, progress FROM notifications WHERE state < 3 "
                             "ORDER BY id")
            for row in left[:5]:
                print(f"  not at rest: {row}", flush=True)
            # A machine so busy that the stand-in does not answer lets the breaker open: what met it
            # has its next round in five minutes.
            if not all('"r":"next_round"' in (row[2] or "") for row in left):
                raise
            states = load.settled(330)
        load.collect(self.oracle)
        print(f"  {self.oracle.summary()}\n  states: {states}", flush=True)
        # Where the word of an outcome was lost with the connection, the log is told again.
        self.verdict(faults={"log": disturbances * LOG_IN_FLIGHT})
        self.one_record_a_key()

    def one_record_a_key(self):
        keys = dict(self.rows("SELECT key, id FROM idempotency"))
        stored = {row[0] for row in self.rows("SELECT id FROM notifications")}
        lost = [k for k, i in self.oracle.acks.items() if keys.get(k) != i or i not in stored]
        doubled = len(stored) - len(set(keys.values()))
        self.figure("acknowledged and lost, doubled records", f"{len(lost)}, {doubled}", "0, 0")
        self.assertEqual(lost, [])
        self.assertEqual(stored, set(keys.values()))
        self.assertEqual(set(keys) - set(self.oracle.intents), set(), "a key nobody used")


def kill_backend(pid):
    """SIGKILL, after which the server ends all its sessions and recovers."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
