#!/usr/bin/python3
"""Runs the fault campaign and prints what it measured; ./dev faults. See docs/explanation/faults.md.

Each test is a file fault_NN_name.py, NN its number in the catalogue, run as a process of its own. Those in
ON_BOTH run on either store; fault_NN_postgresql_name.py is about PostgreSQL alone. A few numbers are shown
by other programs of the build (ELSEWHERE). Ends with 1 when anything failed.
"""

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ELSEWHERE = {11: ("simulator", r"^simulator\."),  # number: name, the ctests that show it
             63: ("widget", r"^browser\.safety$")}
# Most know nothing of how a store keeps things.
ON_BOTH = {"sigkill", "points", "upgrade", "idempotency", "sleep", "clock"}
STORES = ("sqlite", "postgresql")


@dataclass
class Test:
    number: int
    name: str
    command: list
    folder: pathlib.Path
    store: str = "sqlite"

    @property
    def title(self):
        on = "" if self.store == "sqlite" else f" [{self.store}]"
        return f"{self.number:02} {self.name}{on}"


def tests_of(build):
    found = []
    for path in sorted(HERE.glob("fault_*.py")):
        named = re.fullmatch(r"fault_(\d+)_(\w+)", path.stem)
        if named:
            command = [sys.executable, "-B", "-m", "unittest", "-v", path.stem]
            name = named[2].removeprefix("postgresql_")
            stores = STORES if name in ON_BOTH else STORES[:1] if name == named[2] else STORES[1:]
            found += [Test(int(named[1]), name, command, HERE, store) for store in stores]
    for number, (name, pattern) in ELSEWHERE.items():
        listed = subprocess.run(["ctest", "--test-dir", build, "-N", "-R", pattern],
                                capture_output=True, text=True, check=True).stdout
        if "Total Tests: 0" not in listed:
            command = ["ctest", "--test-dir", str(build), "--output-on-failure", "-R", pattern]
            found.append(Test(number, name, command, HERE))
    mutants = [sys.executable, "-B", "sabotage.py", "--build", str(build), "--sample", "2"]
    found += [Test(80, "mutants", mutants, HERE, store) for store in STORES]
    return sorted(found, key=lambda t: (t.number, t.name, STORES.index(t.store)))


def chosen(tests, only):
    """Those whose number or name is in `only`; all without one."""
    wanted = [word.strip() for word in only.split(",") if word.strip()] if only else []
    unknown = [w for w in wanted if not any(matches(t, w) for t in tests)]
    if unknown:
        raise SystemExit(f"no fault test is {', '.join(unknown)}; there are: "
                         + ", ".join(t.title for t in tests))
    return [t for t in tests if not wanted or any(matches(t, w) for w in wanted)]


def matches(test, word):
    return word == test.name or word.lstrip("0") == str(test.number)


def commit():
    def git(*words):
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()
    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + changed


def run(test, environment, log, show):
    """(passed, seconds). The output goes to `log`; `show` is told how long it takes."""
    started = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(test.command, cwd=test.folder, stdout=output,
                                   stderr=subprocess.STDOUT, env=os.environ | environment)
        try:
            while process.poll() is None:
                show(time.monotonic() - started)
                try:
                    process.wait(1)
                except subprocess.TimeoutExpired:
                    pass
        except KeyboardInterrupt:
            process.wait()  # it got the signal too, and cleans up
            raise
    return process.returncode == 0, time.monotonic() - started


def load_figures(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def print_table(rows):
    """Rows of texts, aligned; the first is the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main(arguments=None):
    p = argparse.ArgumentParser(prog="./dev faults", description=__doc__.splitlines()[0])
    p.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    p.add_argument("--long", action="store_true", help="the catalogue's sizes")
    p.add_argument("--only", default="", metavar="N,...", help="numbers or names of tests")
    p.add_argument("--store", choices=STORES, help="only the tests on this store")
    p.add_argument("--seed", type=int, default=0, help="repeat the choices of a run")
    p.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                   help="another size, such as kills=50; repeatable")
    p.add_argument("--sabotage", action="store_true",
                   help="instead: defects on purpose, each of which must be caught")
    p.add_argument("--list", action="store_true", help="the tests there are")
    options = p.parse_args(arguments)
    build = options.build.resolve()
    tests = [t for t in tests_of(build) if options.store in (None, t.store)]
    if options.list:
        print_table([["NN", "TEST", "STORE"],
                     *([f"{t.number:02}", t.name, t.store] for t in tests)])
        return 0
    seed = options.seed or random.SystemRandom().randrange(1, 1 << 32)
    environment = {"HERALD_BUILD_DIR": str(build), "HERALD_SEED": str(seed),
                   "HERALD_LONG": "1" if options.long else "0",
                   "HERALD_SIZES": " ".join(options.set)}
    print(f"seed {seed}, commit {commit()}, {'long' if options.long else 'everyday'} sizes"
          + (f", {' '.join(options.set)}" if options.set else ""), flush=True)
    if options.sabotage:
        command = [sys.executable, "-B", str(HERE / "sabotage.py"), "--build", str(build),
                   "--only", options.only, "--store", options.store or "sqlite"]
        return subprocess.run(command, cwd=HERE, env=os.environ | environment).returncode
    return campaign(chosen(tests, options.only), environment, build, seed)


def campaign(tests, environment, build, seed):
    folder = build / "faults"
    folder.mkdir(exist_ok=True)
    terminal = sys.stdout.isatty()
    table, failed = [["TEST", "FIGURE", "VALUE", "ASKED"]], []
    for place, test in enumerate(tests, 1):
        log = folder / f"{re.sub('[^0-9a-z]+', '_', test.title).strip('_')}.log"
        figures = folder / "figures"
        figures.unlink(missing_ok=True)

        def show(seconds):
            if terminal:
                print(f"\r  [{place}/{len(tests)}] {test.title} ... {seconds:.0f} s ", end="",
                      flush=True)
        own = {"HERALD_FIGURES": str(figures), "HERALD_STORE": test.store}
        passed, seconds = run(test, environment | own, log, show)
        print(f"{chr(13) if terminal else ''}  [{place}/{len(tests)}] {test.title}: "
              f"{'ok' if passed else 'FAILED'}, {seconds:.1f} s   ", flush=True)
        for n, figure in enumerate(load_figures(figures)):
            table.append([test.title if n == 0 else "", figure["name"], str(figure["value"]),
                          figure["target"]])
        if not passed:
            failed.append(test)
            print("".join(f"    {line}\n" for line in
                          log.read_text("utf-8", "replace").splitlines()[-40:]), end="")
            print(f"    all of it: {log}")
    print_table(table)
    if failed:
        again = ",".join(dict.fromkeys(str(t.number) for t in failed))
        print(f"FAILED: {', '.join(t.title for t in failed)}\n"
              f"again: ./dev faults --only {again} --seed {seed}")
        return 1
    print(f"all {len(tests)} held")
    return 0


if __name__ == "__main__":
    sys.exit(main())
