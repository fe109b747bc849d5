"""From acceptance to the record, at parts of what the daemon sustains. Read from the daemon's own histogram: from the moment a
submission is read until the outcome is known to be durable (herald_first_evidence_seconds)."""

import statistics

from half_bench import Histogram, metrics

from . import rows, sustain
from .herald import running

PARTS = (0.1, 0.5, 0.9)
CONNECTIONS = 128  # the plan is kept while some of them wait
NAME = "herald_first_evidence_seconds"


def at(bench, herald, rate):
    """(p50, p99) in ms."""
    before, after = metrics(herald.port), herald.last_row()
    bench.ground.level()
    sent = herald.load(CONNECTIONS, bench.seconds, bench.users, int(rate))
    herald.drained(after, sent["accepted"])
    during = Histogram(metrics(herald.port), NAME).since(Histogram(before, NAME))
    return during.quantile(0.5) * 1000, during.quantile(0.99) * 1000


def latency(bench):
    found = {part: ([], []) for part in PARTS}
    most, single = [], []
    for _ in bench.rounds("latency"):
        with running(bench.ground, bench.build, users=bench.users) as herald:
            herald.load(CONNECTIONS, 1, bench.users)
            most.append(sustain.once(bench, herald))
            for part, values in found.items():
                # Of the middle so far: one slow round must not make the next part easy.
                for kept, value in zip(values, at(bench, herald, statistics.median(most) * part)):
                    kept.append(value)
            rows.prepare(bench.ground, herald.schema)
            bench.ground.level()
            single.append(bench.ground.pgbench(rows.script(bench.ground, rows.LIKE), 1, bench.seconds)[1])
    table = bench.table
    table.add("latency", "the most: accept -> recorded, 32 connections", most, "/s")
    for part, (p50, p99) in found.items():
        table.add("latency", f"at {part:.0%}, p50", p50, "ms")
        table.add("latency", f"at {part:.0%}, p99", p99, "ms", "beyond 35: not exact")
    table.add("latency", "pgbench, 1 client, the same row and indexes", single, "ms")
    table.judged("latency", "p50 at 10%", found[0.1][0], "ms", 3.0, at_most=True)
    table.ratio("latency", "p99 at 50% to pgbench, 1 client", zip(found[0.5][1], single), 20.0, at_most=True)
