"""./dev bench half: from acceptance to the recorded outcome at half of what the daemon sustains, beside commits of a hundred
rows on the same file. With --against another build, both in turn and at the same rate, so that what the machine does meanwhile meets both."""

import os
import re
import sqlite3
import statistics
import time
import urllib.request

BATCH, BATCHES = 100, 2000
# Nearly as many as the daemon takes from one address: the plan of the generator is kept while the daemon stands still for
# some hundredths of a second. What then is not kept shows as `planned -> read`.
CONNECTIONS = 250
CHAIN = [{"channel": "webchat", "until": "delivered", "within": "1h"}, "log"]

# name, unit, note
ROWS = [("sustained, to find the half", "/s", ""),
        ("submitted, half of it", "/s", ""),
        ("planned -> read by the daemon p99", "ms", "the generator and the socket"),
        ("read -> recorded by webchat p50", "ms", "with the acceptance"),
        ("read -> recorded by webchat p99", "ms", "aim 10"),
        ("acceptance durable -> outcome durable p50", "ms", "0.5: the same commit, or the next"),
        ("acceptance durable -> outcome durable p99", "ms", ""),
        ("planned -> decided by webchat p99", "ms", "with all that waited before; without the commit's end"),
        ("notifications' writes in a commit", "", ""),
        ("processors, per notification", "us", "the daemon, all threads"),
        (f"commit of {BATCH} rows on the same file p50", "ms", ""),
        (f"commit of {BATCH} rows on the same file p99", "ms", ""),
        ("ratio of the p99, from acceptance", "", "aim at most 1"),
        ("ratio of the p99, from the reading", "", "")]


def part(ordered, which):
    return ordered[int(len(ordered) * which)]


def batch_commits(path):
    """How long commits of BATCH rows took, in ms, sorted: on the daemon's own file, once it has stopped, in SQLite's
    ordinary way (it copies its log into the file from 1000 pages on)."""
    db = sqlite3.connect(path, isolation_level=None)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE bench(id INTEGER PRIMARY KEY, body TEXT)")
    body, took = "x" * 300, []
    for _ in range(BATCHES):
        start = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO bench(body) VALUES(?)", [(body,)] * BATCH)
        db.execute("COMMIT")
        took.append((time.perf_counter() - start) * 1000)
    db.close()
    return sorted(took)


class Histogram:
    """A Prometheus histogram, all labels together; the difference of two is what came between."""

    def __init__(self, text, name):
        self.buckets = {}
        for line in text.splitlines():
            found = re.fullmatch(name + r'_bucket\{.*le="([^"]+)"\} (\d+)', line)
            if found:
                bound = float(found[1].replace("+Inf", "inf"))
                self.buckets[bound] = self.buckets.get(bound, 0) + int(found[2])

    def since(self, earlier):
        for bound, count in earlier.buckets.items():
            self.buckets[bound] -= count
        return self

    def quantile(self, which):
        """Interpolated within its bucket, in seconds; of what is beyond the last bound only that bound is known."""
        below, low = 0, 0.0
        wanted = which * max(self.buckets.values(), default=0)
        for bound, count in sorted(self.buckets.items()):
            if count >= wanted:
                width = 0 if bound == float("inf") else bound - low
                return low + width * (wanted - below) / max(count - below, 1)
            below, low = count, bound
        return low


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def number(text, name):
    return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])


def processor_us(pid):
    fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


def waits(path, first):
    """Of the rows from `first` on, in ms, sorted: planned by the generator until read by the daemon, and until decided."""
    db = sqlite3.connect(path)
    rows = db.execute("SELECT n.params, n.created, i.at FROM notifications n JOIN inbox_items i ON i.notification = n.rowid"
                      " WHERE n.rowid > ?", (first,)).fetchall()
    db.close()
    planned = [int(re.search(r": (\d+)\"", params)[1]) for params, _, _ in rows]
    return (sorted((row[1] - plan) / 1000 for plan, row in zip(planned, rows)),
            sorted((row[2] - plan) / 1000 for plan, row in zip(planned, rows)))


def once(bench, folder, daemon, port, rate):
    """The values of ROWS. `rate`: submitted a second; 0: half of what the daemon sustains."""
    daemon.start()
    bench.people(folder)
    start = time.perf_counter()
    first = bench.load("http", port)["accepted"]
    bench.drained(folder)
    full = first / (time.perf_counter() - start)
    before, busy = metrics(port), processor_us(daemon.process.pid)
    sent = bench.load("http", port, rate or int(full / 2), connections=CONNECTIONS)
    bench.drained(folder)
    after, busy = metrics(port), processor_us(daemon.process.pid) - busy
    assert sent["refused"] == 0, sent
    during, attempted = (Histogram(after, name).since(Histogram(before, name))
                         for name in ("herald_first_evidence_seconds", "herald_first_attempt_seconds"))
    daemon.stop(60)
    read, decided = waits(folder / "herald.db", first)
    assert len(read) == sent["accepted"], f"{sent['accepted']} accepted, {len(read)} recorded"
    commits = batch_commits(folder / "herald.db")
    gained = [number(after, name) - number(before, name)
              for name in ("herald_store_writes_total", "herald_store_commits_total")]
    p99, since_acceptance = during.quantile(0.99) * 1000, attempted.quantile(0.99) * 1000
    return [full, sent["per_second"], part(read, 0.99), during.quantile(0.5) * 1000, p99,
            attempted.quantile(0.5) * 1000, since_acceptance, part(decided, 0.99),
            gained[0] / gained[1], busy / sent["accepted"], part(commits, 0.5), part(commits, 0.99),
            since_acceptance / part(commits, 0.99), p99 / part(commits, 0.99)]


def half(benches):
    """`benches`: one, or two whose builds take turns."""
    values = [[] for _ in benches]
    for _ in range(benches[0].runs):
        rate = 0
        for bench, its in zip(benches, values):
            bench.one(CHAIN, lambda *where, b=bench, v=its, r=rate: v.append(once(b, *where, r)))
            rate = int(its[-1][0] / 2)  # the second gets the same
    for bench, its in zip(benches, values):
        if len(benches) > 1:
            print(f" {bench.build}")
        for (name, unit, note), row in zip(ROWS, zip(*its)):
            bench.row(name, row, unit, note)
    if len(benches) > 1:
        pairs = [statistics.median(a[4] / b[4] for a, b in zip(*values)), statistics.median(a[9] / b[9] for a, b in zip(*values))]
        print(f"  first to second, median of the pairs: p99 {pairs[0]:.2f}, processors {pairs[1]:.2f}")
