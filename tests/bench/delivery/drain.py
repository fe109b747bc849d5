"""Draining a backlog: notifications that were accepted and are due when the daemon starts, as after an outage. Beside
graphile-worker's workers over as many jobs."""

import time

from waiting import wait_until

from .copies import Copies, model
from .herald import Herald

SCHEMA = "backlog"


def once(bench):
    """Notifications a second, from the daemon's readiness to the last record."""
    ground, count = bench.ground, bench.backlog
    try:
        row = model(ground, bench.build, SCHEMA, bench.users, read=False)
        now = "(extract(epoch FROM now()) * 1000000)::bigint"
        Copies(ground, SCHEMA, row, bench.users).make(count, progress=lambda _: None, notifications={
            "created": now, "not_before": now, "due_at": now, "expires": f"{now} + 86400000000"})
        ground.server.sql("VACUUM ANALYZE", schema=SCHEMA)
        ground.level()
        herald = Herald(ground, bench.build, SCHEMA)
        try:
            before = time.time()
            herald.start()
            ready = time.time()
            wait_until(lambda: int(herald.sql("SELECT count(*) FROM inbox_items")[0][0]) >= count, 600, "the drain", every=0.2)
            first, last = (int(cell) / 1e6 for cell in herald.sql("SELECT min(at), max(at) FROM inbox_items")[0])
            bench.statements("drain")
            # It begins before it says that it is ready.
            return count / (last - min(max(before, first), ready))
        finally:
            herald.close()
    finally:
        ground.server.sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def drain(bench):
    ours, graphile = [], []
    for _ in bench.rounds("drain"):
        ours.append(once(bench))
        graphile.append(bench.peers.run("graphile", "drain", bench.backlog))
    table = bench.table
    table.add("drain", f"backlog of {bench.backlog:,}, recorded by web chat", ours, "/s")
    table.add("drain", "graphile-worker, as many jobs that do nothing", graphile, "/s")
    table.ratio("drain", "Herald to graphile-worker", zip(ours, graphile), 0.4)
