"""What partitions of the big tables would cost and save: python3 tests/bench/partition_bench.py

The rows of group commits of 64 notifications go into tables as Herald has them, and into the same
tables in partitions by notification; both in turn, on one server of its own, with every commit on
disk. Receipts are looked for in both. Then what is old goes: a batch with each commit and a vacuum
after it, or a partition at once. Prints a table and writes every run to a file. 1 to 3 minutes.
"""

import argparse
import json
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import postgres  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FIRST = SOURCE / "daemon" / "store" / "migrations" / "postgresql" / "0001_first.sql"
BIG = ("timeline", "attempts", "renderings")
BATCH, PARTS = 64, 24
WARM = 8  # statements are planned and tables known, as on a connection that lives long
KINDS = [("insert", "plain"), ("insert", "parts"), ("receipt", "plain"), ("receipt", "parts"),
         ("delete", "plain"), ("vacuum", "plain"), ("drop", "parts")]
MEASURES = ("seconds", "busy", "log")
STATEMENTS = f"""
CREATE PROCEDURE fill(first bigint, commits int) LANGUAGE plpgsql AS $$
DECLARE a bigint := first; b bigint;
BEGIN
  FOR i IN 1 .. commits LOOP
    b := a + {BATCH} - 1;
    INSERT INTO timeline SELECT n, s, n, '{{"type":"completed","run":1,"step":0,"number":1}}', 2, 0
      FROM generate_series(a, b) n, generate_series(1, 3) s;
    INSERT INTO attempts SELECT n, 1, 0, 1, 1, 'whatsapp', n, n, 0, 0, '', 'wamid.' || n, 1, n, 0
      FROM generate_series(a, b) n ON CONFLICT (notification, run, step, number) DO UPDATE SET
      evidence = excluded.evidence;
    INSERT INTO renderings SELECT n, 1, 0, 'v1', repeat('Votre demande a ete recue. ', 20)
      FROM generate_series(a, b) n ON CONFLICT (notification, run, step) DO NOTHING;
    COMMIT;
    a := a + {BATCH};
  END LOOP;
END $$;
CREATE PROCEDURE forget(first bigint, commits int) LANGUAGE plpgsql AS $$
DECLARE a bigint := first; gone bigint[];
BEGIN
  FOR i IN 1 .. commits LOOP
    SELECT array_agg(n) INTO gone FROM generate_series(a, a + {BATCH} - 1) n;
    DELETE FROM timeline WHERE notification = ANY(gone);
    DELETE FROM attempts WHERE notification = ANY(gone);
    DELETE FROM renderings WHERE notification = ANY(gone);
    COMMIT;
    a := a + {BATCH};
  END LOOP;
END $$;
CREATE PROCEDURE receipts(first bigint, count int) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN first .. first + count - 1 LOOP
    PERFORM notification FROM attempts WHERE channel = 'whatsapp' AND provider_id = 'wamid.' || i
      AND provider_id <> '' ORDER BY notification DESC LIMIT 1;
    ASSERT FOUND;
  END LOOP;
END $$;
"""
# The clock, what the server's process used of a processor (nanoseconds), and bytes of its log.
METER = ("SELECT extract(epoch FROM clock_timestamp()), split_part(pg_read_file("
         "'/proc/self/schedstat'), ' ', 1), pg_current_wal_insert_lsn() - '0/0'")


def make(server, schema, size):
    """The tables; `size`: notifications in each partition, 0: none."""
    server.sql(f"CREATE SCHEMA {schema}")
    server.sql(FIRST.read_text("utf-8"), schema=schema)
    for table in BIG if size else ():
        server.sql(f"ALTER TABLE {table} RENAME TO whole; CREATE TABLE {table} (LIKE whole "
                   "INCLUDING ALL) PARTITION BY RANGE (notification); DROP TABLE whole",
                   schema=schema)
        for part in range(PARTS):
            server.sql(f"CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES FROM "
                       f"({part * size}) TO ({(part + 1) * size})", schema=schema)
    server.sql(STATEMENTS, schema=schema)


def measure(server, given):
    """Every run: what, where, seconds, seconds of a processor, bytes of log, all of `count`."""
    size, rows = BATCH * given.commits, []

    def timed(what, schema, run, count, text, warm="SELECT"):
        server.sql("CHECKPOINT")
        told = server.sql(f"{warm}; {METER}; {text}; {METER}", schema=schema)
        told = [float(number) for row in told for cell in row for number in cell.split()]
        seconds, busy, log = (b - a for a, b in zip(told[:3], told[3:], strict=True))
        rows.append({"what": what, "schema": schema, "run": run, "count": count,
                     "seconds": seconds, "busy": busy / 1e9, "log": log})

    turns = [(run, schema) for run in range(given.runs + 1)
             for schema in (("plain", "parts") if run % 2 else ("parts", "plain"))]
    make(server, "plain", 0)
    make(server, "parts", size)
    for run, schema in turns:
        timed("insert", schema, run, size - WARM * BATCH,
              f"CALL fill({run * size + WARM * BATCH}, {given.commits - WARM})",
              f"CALL fill({run * size}, {WARM})")
    server.sql("VACUUM ANALYZE")
    for run, schema in turns:
        timed("receipt", schema, run, size // 8, f"CALL receipts({run * size}, {size // 8})",
              f"CALL receipts({run * size}, {WARM})")
    for run in range(given.runs // 2 + 1):
        timed("delete", "plain", run, size, f"CALL forget({run * size}, {given.commits})")
        timed("vacuum", "plain", run, size, f"VACUUM (PARALLEL 0) {', '.join(BIG)}")
        timed("drop", "parts", run, size, "; ".join(f"DROP TABLE {t}_{run}" for t in BIG))
    return [row for row in rows if row["run"] > 0]  # the first only warms up


def show(rows, commits):
    print(f"{BATCH * commits} notifications a run and a partition, {BATCH} a commit; {PARTS} "
          "partitions; 3 events, 1 attempt, 1 rendering each. Medians.")
    print(f"{'each':22}{'microseconds':>14}{'of a processor':>16}{'bytes of log':>14}{'runs':>6}")
    runs = {kind: [r for r in rows if (r["what"], r["schema"]) == kind] for kind in KINDS}
    for kind, taken in runs.items():
        each = [statistics.median(r[m] / r["count"] for r in taken) for m in MEASURES]
        print(f"{', '.join(kind):22}{each[0] * 1e6:14.2f}{each[1] * 1e6:16.2f}{each[2]:14.1f}"
              f"{len(taken):6}")
    for what in ("insert", "receipt"):
        pairs = list(zip(runs[what, "plain"], runs[what, "parts"], strict=True))
        for name in MEASURES[:2]:
            ratios = [parts[name] / plain[name] for plain, parts in pairs]
            print(f"{what}: parts take {statistics.median(ratios):.3f} x the {name} of plain "
                  f"({min(ratios):.3f} to {max(ratios):.3f}, {len(ratios)} pairs)")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--commits", type=int, default=400, help="of 64 notifications, each run")
    options.add_argument("--runs", type=int, default=11, choices=range(2, PARTS), metavar="N")
    options.add_argument("--rows", type=pathlib.Path, help="file for every run, JSON lines",
                         default=SOURCE / "build" / "bench" / "partitions.jsonl")
    given = options.parse_args()
    # Nothing goes on beside what is measured; the vacuum has its own line.
    server = postgres.Postgres("shared_buffers = 256MB", "max_wal_size = 4GB", "autovacuum = off")
    try:
        rows = measure(server, given)
    finally:
        server.close()
    given.rows.parent.mkdir(parents=True, exist_ok=True)
    given.rows.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    show(rows, given.commits)


if __name__ == "__main__":
    main()
