"""What a notification costs beside a long history: the same load on schemas that hold none, and millions that were delivered and
read, with everything those left behind."""

from . import sustain
from .copies import Copies, model
from .herald import Herald

PEOPLE = 100_000
KEEP = 500          # as Herald's configuration of the bench has it
JOURNAL = 1_000_000  # entries kept, by default
DAYS = 60


def schema_of(size):
    return f"history_{size}"


def fill(bench, size):
    """A schema with `size` delivered notifications of the last DAYS days."""
    schema, ground = schema_of(size), bench.ground
    ground.server.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    row = model(ground, bench.build, schema, PEOPLE, read=True)
    if size:
        age = f"(({size} - i) * {DAYS * 86_400_000_000 // size})::bigint"
        copies = Copies(ground, schema, row, PEOPLE)
        each = size // PEOPLE  # items of a person, at least
        first = copies.make(
            size, notifications={"created": f"m.created - {age}", "not_before": f"m.not_before - {age}",
                                 "expires": f"m.expires - {age}"},
            timeline={"at": f"m.at - {age}"},
            attempts={"started": f"m.started - {age}", "ended": f"m.ended - {age}"},
            inbox_items={"at": f"m.at - {age}",
                         "gone": f"CASE WHEN 1 + (i - 1) / {PEOPLE} <= {max(0, each - KEEP)} THEN 1 ELSE 0 END"},
            conversations={"created_at": f"m.created_at - {age} * interval '1 microsecond'"})
        kept = min(size, JOURNAL)
        ground.fill(f"""SET search_path TO {schema};
            INSERT INTO journal SELECT (SELECT pos FROM journal_end) + i, {first} + {size} - {kept} + i, m.first_seq, m.last_seq,
              m.before, m.state, m.reason, m.evidence_before, m.evidence
              FROM generate_series(1, {kept}) i, (SELECT * FROM journal ORDER BY pos DESC LIMIT 1) m;
            UPDATE journal_end SET pos = pos + {kept};
            DELETE FROM inbox_users;
            INSERT INTO inbox_users SELECT user_id, max(greatest(seq, changed)), max(at), count(*) FILTER (WHERE gone = 0),
              coalesce(min(seq) FILTER (WHERE gone = 0), 1), count(*) FILTER (WHERE gone <> 0 AND read = 0)
              FROM inbox_items GROUP BY user_id;""")
    # So that no cleaning up after the filling falls into what is measured.
    ground.fill(f"SET search_path TO {schema}; " + " ".join(
        f"VACUUM ANALYZE {table};" for (table,) in ground.server.sql(
            f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}' AND table_type = 'BASE TABLE'")))
    bytes_of = ground.one("SELECT pg_size_pretty(sum(pg_total_relation_size(c.oid))) FROM pg_class c JOIN pg_namespace n ON "
                          f"n.oid = c.relnamespace WHERE n.nspname = '{schema}' AND c.relkind = 'r'")
    print(f"  history of {size:,}: {bytes_of}", flush=True)


def once(bench, size):
    herald = Herald(bench.ground, bench.build, schema_of(size))
    try:
        herald.start()
        herald.load(sustain.CONNECTIONS, 1, PEOPLE)
        bench.ground.level()
        after = herald.last_row()
        sent = herald.load(sustain.CONNECTIONS, bench.seconds, PEOPLE)
        return sent["accepted"] / herald.drained(after, sent["accepted"])
    finally:
        herald.close()


def history(bench):
    sizes = sorted(set(bench.history) | {0})
    try:
        for size in sizes:
            fill(bench, size)
        rates = {size: [] for size in sizes}
        for number in bench.rounds("history"):
            # Not always in the same order: none is always the one after the largest.
            for size in sizes if number % 2 == 0 else reversed(sizes):
                rates[size].append(once(bench, size))
        for size, values in rates.items():
            bench.table.add("history", f"accept -> recorded, history of {size:,}", values, "/s")
        for size in sizes[1:]:
            pairs = zip(rates[size], rates[0])
            if size == sizes[-1]:
                bench.table.ratio("history", f"history of {size:,} to none", pairs, 0.9)
            else:
                bench.table.add("history", f"history of {size:,} to none", [a / b for a, b in pairs], "x")
    finally:
        for size in sizes:
            bench.ground.server.sql(f"DROP SCHEMA IF EXISTS {schema_of(size)} CASCADE")
