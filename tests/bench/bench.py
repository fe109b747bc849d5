"""./dev bench: what the daemon costs, beside what the same disk can do in the same run. Medians of several runs; ratios count.

Everything runs on loopback in a temporary folder and ends by itself.
"""

import argparse
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import half_bench

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "support")]

CONNECTIONS, USERS = 32, 1000
BENCHES = ["start", "accept", "sustained", "half"]


def single_row_commits(folder, seconds=2.0):
    """Commits of one row a second on a file of its own beside the daemon's: WAL, synchronous=FULL."""
    path = folder / "single.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, body TEXT)")
    body, count, start = "x" * 300, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        db.execute("INSERT INTO t(body) VALUES(?)", (body,))
        count += 1
    rate = count / (time.perf_counter() - start)
    db.close()
    return rate


class Bench:
    def __init__(self, build, runs, seconds):
        self.build, self.runs, self.seconds = pathlib.Path(build).resolve(), runs, seconds
        self.rows = []
        self.tools = self.build  # whose load generator
        self.other = None  # another Bench to take turns with

    def daemon(self, folder, chain):
        os.environ["HERALD_BUILD_DIR"] = str(self.build)
        from harness.config import daemon_config, write_config
        from harness.daemon import Daemon
        from ports import free_port
        port = free_port()
        config = daemon_config(folder, port, log={"level": "warning"}, inbox={"keep": 500})
        config["routes"] = [{"name": "default", "chain": chain}]
        return Daemon(write_config(folder / "herald.yaml", config), folder), port

    def people(self, folder):
        """USERS users, over one connection to the control socket."""
        import socket
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(folder / "control"))
        for i in range(1, USERS + 1):
            call = {"method": "io.herald.AddUser", "parameters": {"id": i, "phone": f"+2376{i:08d}"}}
            s.sendall(json.dumps(call).encode() + b"\0")
            answer = b""
            while not answer.endswith(b"\0"):
                answer += s.recv(65536)
            assert b'"error"' not in answer, answer
        s.close()

    def load(self, door, where, *more, connections=CONNECTIONS):
        out = subprocess.run([str(self.tools / "tests" / "bench" / "herald_load"), door, str(where), str(connections),
                              str(self.seconds), str(USERS), *map(str, more)], capture_output=True, text=True, check=True)
        return json.loads(out.stdout)

    def drained(self, folder):
        """Until every notification has had its first attempt."""
        from harness.ctl import Heraldctl
        ctl, deadline = Heraldctl(folder / "control"), time.monotonic() + 120
        while time.monotonic() < deadline:
            counts = ctl("status")["counts"]
            if counts["queued"] + counts["trying"] == 0:
                return
            time.sleep(0.2)
        raise AssertionError("attempts are still waiting after two minutes")

    def row(self, name, values, unit, note=""):
        middle = statistics.median(values)
        self.rows.append((name, middle, min(values), max(values), unit, note))
        print(f"  {name:<44} {middle:>10.2f} {unit:<6} (min {min(values):.2f}, max {max(values):.2f}) {note}", flush=True)
        return middle

    def each(self, chain, work):
        for _ in range(self.runs):
            self.one(chain, work)

    def one(self, chain, work):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-bench-"))
        daemon, port = self.daemon(folder, chain)
        try:
            work(folder, daemon, port)
        finally:
            if daemon.process is not None:
                daemon.stop(60)
            shutil.rmtree(folder, ignore_errors=True)

    def start(self):
        ready, memory = [], []

        def work(_, daemon, port):
            begin = time.perf_counter()
            daemon.start()
            ready.append((time.perf_counter() - begin) * 1000)
            time.sleep(1)  # idle means that start-up work is over
            memory.append(daemon.memory() / 2**20)
        self.each(["webchat", "log"], work)
        self.row("start to ready", ready, "ms", "aim 200")
        self.row("idle resident memory", memory, "MiB", "aim 30")

    def accept(self):
        over_http, over_socket, commits = [], [], []

        def work(folder, daemon, port):
            daemon.start()
            self.people(folder)
            commits.append(single_row_commits(folder))
            over_http.append(self.load("http", port, "hold")["per_second"])
            over_socket.append(self.load("control", folder / "control", "hold")["per_second"])
            commits.append(single_row_commits(folder))
        self.each(["webchat", "log"], work)
        base = self.row("single-row commits of the same disk", commits, "/s")
        http = self.row("accepted over HTTP, 32 connections, held", over_http, "/s")
        control = self.row("accepted over the control socket, held", over_socket, "/s")
        print(f"  ratio to single-row commits: HTTP {http / base:.2f}, control socket {control / base:.2f} (aim 3)")

    def sustained(self):
        rates, p50, p99, commits = [], [], [], []

        def work(folder, daemon, port):
            daemon.start()
            self.people(folder)
            commits.append(single_row_commits(folder))
            sent = self.load("http", port)
            self.drained(folder)
            daemon.stop(60)
            commits.append(single_row_commits(folder))
            db = sqlite3.connect(folder / "herald.db")
            rows = db.execute("SELECT n.created, i.at FROM notifications n JOIN inbox_items i ON i.notification = n.rowid").fetchall()
            db.close()
            assert len(rows) == sent["accepted"], f"{sent['accepted']} accepted, {len(rows)} recorded"
            span = max(r[1] for r in rows) - min(r[0] for r in rows)
            rates.append(len(rows) / (span / 1e6))
            waits = sorted(r[1] - r[0] for r in rows)
            p50.append(waits[len(waits) // 2] / 1000)
            p99.append(waits[int(len(waits) * 0.99)] / 1000)
        self.each([{"channel": "webchat", "until": "delivered", "within": "1h"}, "log"], work)
        base = self.row("single-row commits of the same disk", commits, "/s")
        rate = self.row("accept -> recorded by webchat, sustained", rates, "/s")
        self.row("accept -> recorded p50 (at full load)", p50, "ms")
        self.row("accept -> recorded p99 (at full load)", p99, "ms")
        print(f"  ratio to single-row commits: {rate / base:.2f} (aim 1)")

    def half(self):
        half_bench.half([self] if self.other is None else [self, self.other])


def main():
    options = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    options.add_argument("--build", required=True, help=argparse.SUPPRESS)
    options.add_argument("name", nargs="?", default="all", choices=["all", *BENCHES, "audit"],
                         help="all but audit; audit takes minutes")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--notifications", type=int, default=1_000_000, help="of audit")
    options.add_argument("--against", metavar="BUILD", help="of half: another build, by turns with this one")
    given = options.parse_args()
    if given.name == "audit":
        from audit_bench import audit
        print("audit (one run)")
        audit(pathlib.Path(given.build).resolve(), given.notifications)
        return 0
    bench = Bench(given.build, given.runs, given.seconds)
    if given.against:
        bench.other = Bench(given.against, given.runs, given.seconds)
        bench.other.tools = bench.tools
    for name in BENCHES if given.name == "all" else [given.name]:
        print(f"{name} (median of {given.runs})")
        getattr(bench, name)()
    return 0


if __name__ == "__main__":
    sys.exit(main())
