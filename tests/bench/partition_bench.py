"""What it would cost to keep the big tables in partitions: python3 tests/bench/partition_bench.py

The statements of a group commit of 64 notifications, on tables as Herald has them and on the same
tables in partitions by notification; both in turn, on one server of its own, with every commit on
disk. Prints a table and writes every run to a file (--rows FILE, JSON lines). Retention's side of
it as well: deleting notifications a batch at a time, and dropping a whole partition.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import postgres  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FIRST = SOURCE / "daemon" / "store" / "migrations" / "postgresql" / "0001_first.sql"
BIG = ("timeline", "attempts", "renderings")
BATCH = 64
STATEMENTS = """
CREATE PROCEDURE fill(first bigint, commits int) LANGUAGE plpgsql AS $fill$
DECLARE a bigint; b bigint;
BEGIN
  FOR i IN 0 .. commits - 1 LOOP
    a := first + i * {batch}; b := a + {batch} - 1;
    INSERT INTO timeline SELECT n, s, n, '{{"type":"completed","run":1,"step":0,"number":1}}', 2, 0
      FROM generate_series(a, b) n, generate_series(1, 3) s;
    INSERT INTO attempts SELECT n, 1, 0, 1, 1, 'whatsapp', n, n, 0, 0, '', 'wamid.' || n, 1, n, 0
      FROM generate_series(a, b) n ON CONFLICT (notification, run, step, number) DO UPDATE SET
      evidence = excluded.evidence;
    INSERT INTO renderings SELECT n, 1, 0, 'v1', repeat('Votre demande a ete recue. ', 20)
      FROM generate_series(a, b) n ON CONFLICT (notification, run, step) DO NOTHING;
    COMMIT;
  END LOOP;
END $fill$;
CREATE PROCEDURE forget(first bigint, commits int) LANGUAGE plpgsql AS $forget$
DECLARE gone bigint[];
BEGIN
  FOR i IN 0 .. commits - 1 LOOP
    SELECT array_agg(n) INTO gone
      FROM generate_series(first + i * {batch}, first + (i + 1) * {batch} - 1) n;
    DELETE FROM timeline WHERE notification = ANY(gone);
    DELETE FROM attempts WHERE notification = ANY(gone);
    DELETE FROM renderings WHERE notification = ANY(gone);
    COMMIT;
  END LOOP;
END $forget$;
""".format(batch=BATCH)


def make(server, schema, partition):
    """The tables; `partition`: notifications in each part, 0: none."""
    server.sql(f"CREATE SCHEMA {schema}")
    server.sql(FIRST.read_text("utf-8"), schema=schema)
    if partition:
        for table in BIG:
            server.sql(f"ALTER TABLE {table} RENAME TO whole; CREATE TABLE {table} (LIKE whole "
                       "INCLUDING ALL) PARTITION BY RANGE (notification); DROP TABLE whole",
                       schema=schema)
            for part in range(24):
                server.sql(f"CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES FROM "
                           f"({part * partition}) TO ({(part + 1) * partition})", schema=schema)
    server.sql(STATEMENTS, schema=schema)


def timed(server, schema, text):
    """Seconds on the clock, and of the processor in the server's process."""
    used = "SELECT split_part(s, ' ', 14)::int + split_part(s, ' ', 15)::int FROM " \
           "pg_read_file('/proc/self/stat') AS s"
    started = time.monotonic()
    told = server.sql(f"{used}; {text}; {used}", schema=schema)
    before, after = (int(ticks) for row in told for cell in row for ticks in cell.split())
    return {"seconds": time.monotonic() - started,
            "busy": (after - before) / os.sysconf("SC_CLK_TCK")}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--commits", type=int, default=400, help="of 64 notifications, each run")
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--rows", default="partition_bench.jsonl", help="file for every run")
    given = options.parse_args()
    size = BATCH * given.commits
    server = postgres.Postgres("shared_buffers = 256MB", "max_wal_size = 2GB")
    rows = []
    try:
        for schema, partition in (("plain", 0), ("parts", size)):
            make(server, schema, partition)
        for run in range(given.runs + 1):  # the first only warms up
            for schema in (("plain", "parts"), ("parts", "plain"))[run % 2]:
                took = timed(server, schema, f"CALL fill({run * size}, {given.commits})")
                rows.append({"what": "insert", "schema": schema, "run": run, **took})
        for schema in ("plain", "parts"):
            took = timed(server, schema, f"CALL forget(0, {given.commits})")
            rows.append({"what": "delete", "schema": schema, "run": 0, **took})
        took = timed(server, "parts", "; ".join(f"DROP TABLE {t}_1" for t in BIG))
        rows.append({"what": "drop", "schema": "parts", "run": 0, **took})
    finally:
        server.close()
    pathlib.Path(given.rows).write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    show(rows, size)


def show(rows, size):
    def of(what, schema, how="seconds"):
        return [r[how] for r in rows if (r["what"], r["schema"]) == (what, schema)
                and (what != "insert" or r["run"] > 0)]
    print(f"{size} notifications a run: 3 events, 1 attempt, 1 rendering each; 64 a commit")
    print(f"{'':34}{'notifications/s':>16}")
    for name, what, schema in (("insert, plain", "insert", "plain"),
                               ("insert, in partitions", "insert", "parts"),
                               ("delete by batches, plain", "delete", "plain"),
                               ("delete by batches, in partitions", "delete", "parts"),
                               ("drop a partition", "drop", "parts")):
        print(f"{name:34}{size / statistics.median(of(what, schema)):16.0f}")
    for how, of_what in (("seconds", "time"), ("busy", "processor time")):
        ratios = [b / a for a, b in zip(of("insert", "plain", how), of("insert", "parts", how),
                                        strict=True)]
        print(f"inserting into partitions takes {statistics.median(ratios):.3f} x the {of_what} "
              f"(median of {len(ratios)} pairs, {min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
