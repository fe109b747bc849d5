"""./dev bench webchat: web chat in real time, beside nginx and nchan in the same run. Medians of several runs.

Everything runs on loopback in temporary folders and ends by itself; docs/explanation/performance-webchat.md says how
it measures and what came of it.
"""

import argparse
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "support")]

import herald
import idle
import live
import place as places
import poll
import table

STORES = ["sqlite", "postgresql"]
# name: (what it is, one run, rows, whether callers need no credentials)
PARTS = {
    "poll": ("a: polls with nothing new", poll.poll, poll.POLL, False),
    "list": ("a: lists of ten items", poll.listed, poll.LIST, False),
    "live": ("b: accepted -> event", live.live, live.LIVE, True),
    "flow": ("c: notifications a second", live.flow, live.FLOW, True),
    "fan": ("d: one person's streams", live.fan, live.FAN, True),
    "idle": ("e, f: idle streams", idle.idle, idle.IDLE, True),
}


def words(of):
    def parse(text):
        chosen = text.split(",")
        if unknown := [word for word in chosen if word not in of]:
            raise argparse.ArgumentTypeError(f"{unknown[0]}: there are {', '.join(of)}")
        return chosen
    return parse


def arguments():
    options = argparse.ArgumentParser(prog="./dev bench webchat", description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--build", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--only", type=words(PARTS), default=list(PARTS), metavar="PART,...", help=", ".join(PARTS))
    options.add_argument("--store", type=words(STORES), default=STORES, metavar="STORE,...", help=" and ".join(STORES))
    options.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    options.add_argument("--streams", type=int, default=1000, help="of live, flow and fan")
    options.add_argument("--idle", type=int, default=10_000, help="streams whose memory is measured")
    options.add_argument("--held", type=int, default=20_000, help="idle streams beside which others are measured")
    options.add_argument("--output", type=pathlib.Path, default=pathlib.Path("build/bench-webchat.json"), help="the rows as JSON")
    return options.parse_args()


def measured(given, place):
    """The rows of all parts on all stores; prints each part's as soon as it has all runs."""
    rows = []
    for name in given.only:
        title, once, its_rows, development = PARTS[name]
        figures = {store: [] for store in given.store}
        for run in range(1, given.runs + 1):
            for store in given.store:
                began = time.monotonic()
                try:
                    with herald.running(place, store, development) as daemon:
                        figures[store].append(once(place, daemon))
                except (AssertionError, RuntimeError, OSError) as error:
                    # The others still count; what failed is told at the end.
                    place.note(f"{name} {run}/{given.runs} on {store} FAILED: {error}")
                print(f"  {name} {run}/{given.runs} on {store}: {time.monotonic() - began:.0f} s, load {places.load():.1f}",
                      file=sys.stderr, flush=True)
        for store in given.store:
            print(f"{title}, {store}\n{table.HEAD}")
            for row in its_rows if figures[store] else []:
                made = row.measured(figures[store])
                rows.append({"part": name, "store": store, **made})
                print(table.line(made), flush=True)
    return rows


def main():
    given = arguments()
    server, client = places.cores()
    place = places.Place(given.build.resolve(), given.seconds, given.streams, given.idle, given.held, server, client)
    places.most_connections()
    print(f"web chat: {given.runs} runs, server on core {server}, client on core {client}, load {places.load():.1f}", flush=True)
    began = time.time()
    rows = measured(given, place)
    for note in place.notes:
        print(f"note: {note}")
    missed = [row for row in rows if row["met"] is False]
    print(f"{sum(row['met'] is True for row in rows)} aims met, {len(missed)} missed; {time.time() - began:.0f} s")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps({"began_unix": int(began), "processors": os.cpu_count(), "notes": place.notes, "rows": rows},
                                       indent=1) + "\n", encoding="utf-8")
    print(f"rows: {given.output}")
    return 1 if any("FAILED" in note for note in place.notes) else 0


if __name__ == "__main__":
    sys.exit(main())
