"""Durable acceptance, one by one and in bulk, with nothing else to do: what is submitted is for an hour from now (not_before), so
that it is stored and no attempt is made. Beside the same rows inserted without Herald."""

import json
import subprocess

from . import rows
from .herald import running

CONNECTIONS = 32
BULK_CONNECTIONS, BULK_ROWS = 4, 500


def one_by_one(bench):
    """POST /api/v1/notifications on 32 connections, beside pgbench with 32 clients."""
    ours, like, plain = [], [], []
    for _ in bench.rounds("accept"):
        with running(bench.ground, bench.build, users=bench.users) as herald:
            rows.prepare(bench.ground, herald.schema)
            scripts = [(rows.script(bench.ground, rows.LIKE), like), (rows.script(bench.ground, rows.PLAIN), plain)]
            herald.load(CONNECTIONS, 1, bench.users, "hold")  # plans are made, code is in the caches
            bench.ground.level()
            ours.append(herald.load(CONNECTIONS, bench.seconds, bench.users, "hold")["per_second"])
            bench.statements("accept")
            for script, values in scripts:
                bench.ground.level()
                values.append(bench.ground.pgbench(script, CONNECTIONS, bench.seconds)[0])
    table = bench.table
    table.add("accept", "accepted over HTTP, 32 connections, held", ours, "/s")
    table.add("accept", "pgbench, 32 clients, the same row and indexes", like, "/s")
    table.add("accept", "pgbench, 32 clients, the same row, a primary key alone", plain, "/s")
    table.ratio("accept", "HTTP to pgbench, same indexes", zip(ours, like), 1.0)
    table.ratio("accept", "HTTP to pgbench, a primary key alone", zip(ours, plain), 1.0)


def inserted(bench, table):
    """Rows a second of the peer: herald_insert, 4 connections."""
    out = subprocess.run([str(bench.build / "tests" / "bench" / "herald_insert"), bench.ground.server.url(), f"public.{table}",
                          str(BULK_CONNECTIONS), str(bench.seconds), str(BULK_ROWS)], capture_output=True, text=True, check=False)
    if out.returncode != 0:
        raise RuntimeError(f"herald_insert failed: {out.stderr}")
    return json.loads(out.stdout)["per_second"]


def bulk(bench):
    """POST /api/v1/notifications/bulk on 4 connections, beside INSERTs of as many rows on 4 connections."""
    ours, like, plain = [], [], []
    for _ in bench.rounds("bulk"):
        with running(bench.ground, bench.build, users=bench.users) as herald:
            rows.prepare(bench.ground, herald.schema)
            herald.load(BULK_CONNECTIONS, 1, bench.users, "hold", "bulk", BULK_ROWS)
            bench.ground.level()
            ours.append(herald.load(BULK_CONNECTIONS, bench.seconds, bench.users, "hold", "bulk", BULK_ROWS)["per_second"])
            bench.statements("bulk")
            for table, values in ((rows.LIKE, like), (rows.PLAIN, plain)):
                bench.ground.level()
                values.append(inserted(bench, table))
    table = bench.table
    table.add("bulk", f"accepted over HTTP, {BULK_ROWS} a request, 4 connections", ours, "/s")
    table.add("bulk", "INSERT by libpq, as many rows, same indexes", like, "/s")
    table.add("bulk", "INSERT by libpq, as many rows, a primary key alone", plain, "/s")
    table.ratio("bulk", "bulk to INSERT, same indexes", zip(ours, like), 0.35)
    table.ratio("bulk", "bulk to INSERT, a primary key alone", zip(ours, plain), 0.35)
