"""./dev bench delivery: Herald on PostgreSQL beside what the same server does for others, in one run on one cluster.

Every part takes turns with its peer in each round; medians of the rounds, and of the ratios within a round. docs/explanation/
performance.md says how to read it.
"""

import argparse
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "support"), str(pathlib.Path(__file__).parent)]

from delivery import accept, drain, history, latency, nodes, sustain  # noqa: E402
from delivery.ground import Ground  # noqa: E402
from delivery.peers import Peers  # noqa: E402
from delivery.table import Table, machine  # noqa: E402

PARTS = {"accept": accept.one_by_one, "bulk": accept.bulk, "sustain": sustain.sustain, "drain": drain.drain,
         "latency": latency.latency, "nodes": nodes.nodes, "history": history.history}
WITH_PEERS = {"sustain", "drain"}


class Bench:
    """What the parts share."""

    def __init__(self, given, ground, peers):
        self.build = given.build.resolve()
        self.runs, self.seconds, self.backlog = given.runs, given.seconds, given.backlog
        self.history = given.history
        self.ground, self.peers, self.table = ground, peers, Table()
        self.users = 1000
        self.show_statements = given.statements

    def rounds(self, part):
        for number in range(self.runs):
            print(f"{part}: round {number + 1} of {self.runs}, {time.strftime('%H:%M:%S')}, load {os.getloadavg()[0]:.1f}",
                  flush=True)
            yield number

    def statements(self, part):
        """With --statements: what the server spent its time on since the ground was level."""
        if self.show_statements:
            print(f"  statements of {part}: calls, ms, rows")
            for calls, ms, rows, text in self.ground.top_statements():
                print(f"  {calls:>8} {ms:>9.0f} {rows:>9} {text[:150]}", flush=True)


def parse(arguments):
    options = argparse.ArgumentParser(prog="./dev bench delivery", description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--build", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    options.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), help=f"of {','.join(PARTS)}")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seconds", type=float, default=5.0, help="of load in each measurement")
    options.add_argument("--backlog", type=int, default=100_000, help="notifications to drain")
    options.add_argument("--history", type=lambda text: [int(size) for size in text.split(",")], default=[0, 1_000_000, 5_000_000],
                         help="notifications stored before; 5,000,000 take 10 GB and some minutes")
    options.add_argument("--statements", action="store_true", help="also what PostgreSQL spent its time on; costs some of it")
    options.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "bench" / "delivery.json")
    given = options.parse_args(arguments)
    for part in given.only:
        if part not in PARTS:
            options.error(f"there is no part '{part}'; there are {', '.join(PARTS)}")
    return given


def main(arguments=None):
    given = parse(arguments)
    started = time.monotonic()
    ground = Ground(given.statements)
    try:
        peers = Peers(ground, ROOT / "build" / "bench" / "peers")
        conditions = machine() | {"runs": given.runs, "seconds": given.seconds, "postgresql": ground.settings()}
        if WITH_PEERS & set(given.only):
            peers.install()
            conditions["peers"] = peers.versions()
        for name, value in conditions.items():
            print(f"{name}: {value}")
        bench = Bench(given, ground, peers)
        for part in given.only:
            PARTS[part](bench)
            # Whatever comes later, this is kept.
            bench.table.write(given.output, conditions | {"took": time.monotonic() - started})
        bench.table.print_aims()
        print(f"\n{given.output}, {time.monotonic() - started:.0f} s in all")
    finally:
        ground.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
