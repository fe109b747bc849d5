"""From acceptance to the record of web chat while producers submit, one by one, on 32 connections; the queues in the same shape.
A rate counts from the first submission until the last of them is recorded, so that nothing can pile up."""

from .herald import running

CONNECTIONS = 32


def once(bench, herald):
    """Notifications a second."""
    after = herald.last_row()
    sent = herald.load(CONNECTIONS, bench.seconds, bench.users)
    return sent["accepted"] / herald.drained(after, sent["accepted"])


def sustain(bench):
    ours, pgboss, graphile = [], [], []
    for _ in bench.rounds("sustain"):
        with running(bench.ground, bench.build, users=bench.users) as herald:
            herald.load(CONNECTIONS, 1, bench.users)
            bench.ground.level()
            ours.append(once(bench, herald))
            bench.statements("sustain")
        for name, values in (("pgboss", pgboss), ("graphile", graphile)):
            values.append(bench.peers.run(name, "sustain", bench.seconds))
    table = bench.table
    table.add("sustain", "accept -> recorded by web chat, 32 connections", ours, "/s")
    table.add("sustain", "pg-boss, enqueue -> completed, 32 callers", pgboss, "/s")
    table.add("sustain", "graphile-worker, enqueue -> completed, 32 callers", graphile, "/s")
    table.ratio("sustain", "Herald to pg-boss", zip(ours, pgboss), 4.0)
    table.ratio("sustain", "Herald to graphile-worker", zip(ours, graphile), 8.0)
