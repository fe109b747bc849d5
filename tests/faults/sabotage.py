#!/usr/bin/python3
"""Defects on purpose: every mutant of the daemon must be caught, and without it the same test must pass.

A mutant is HERALD_MUTANT("name") in the source, compiled only into heraldd-faults (daemon/base/faults.hpp)
and the simulator. CAUGHT_BY names the test that catches it; a test of another folder that switches mutants on
by itself is found by their names in it. ON_POSTGRESQL names those that are caught on that store too, and
NOT_ON_POSTGRESQL why the others cannot be. A mutant without a test, or a test whose mutant is not in the source
any more, is a failure. A test that stands here catches its mutant for certain, not by the moment of a kill. Ends with 1 when one lives.
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
NAMED = re.compile(r'HERALD_MUTANT\(\s*"([^"]+)"\s*\)')


@dataclass(frozen=True)
class Unittest:
    """A test of tests/faults or tests/system, run against the mutant. own: it switches the mutant on by
    itself and passes when it was caught."""
    name: str
    sizes: str = ""
    folder: str = "faults"
    own: bool = False

    @property
    def shown(self):
        return f"{self.name} {self.sizes}".strip()


@dataclass(frozen=True)
class Ctest:
    """A ctest that switches the mutant on by itself and passes when it was caught."""
    name: str

    @property
    def shown(self):
        return f"ctest {self.name}"


PROMISES = "fault_05_promises.Promises."
CAUGHT_BY = {
    "ack_before_commit": Unittest(PROMISES + "test_what_cannot_be_stored_is_not_acknowledged"),
    "sync_failure_ignored": Unittest(PROMISES + "test_what_cannot_be_stored_is_not_acknowledged"),
    "receipt_answered_before_commit": Unittest(
        PROMISES + "test_a_receipt_that_cannot_be_stored_is_not_taken"),
    "skipped_fsync": Unittest(PROMISES + "test_each_acknowledgement_has_its_sync"),
    "timer_lost": Unittest(
        "test_chain.Fallback.test_unread_goes_to_whatsapp_and_its_receipt_stops_the_chain",
        folder="system"),
    "idempotency_off": Unittest("fault_08_idempotency", "keys=5 posts=10"),
    "no_fencing": Unittest(
        "fault_09_sleep.Sleep.test_a_second_daemon_on_the_same_store_is_refused"),
    "descriptors_not_kept_back": Unittest("fault_25_descriptors", "clients=400 calls=4 watched=0.5"),
    "failed_receipt_ignored": Unittest(
        "test_chain.Fallback.test_an_acceptance_that_fails_later_is_no_delivery",
        folder="system"),
    "late_evidence_ignored": Unittest(
        "test_chain.UntilRead.test_reading_late_stops_the_chain_at_the_next_channel",
        folder="system"),
    "config_swap_before_check": Unittest(
        "test_chain_changes.Reload.test_what_only_the_plugins_show_to_be_wrong_changes_nothing_either",
        folder="system"),
}
# Those that PostgreSQL's store has, or that a store may hide.
ON_POSTGRESQL = {name: CAUGHT_BY[name] for name in (
    "timer_lost", "idempotency_off", "no_fencing", "failed_receipt_ignored",
    "late_evidence_ignored", "descriptors_not_kept_back", "config_swap_before_check")} | {
    name: Unittest(f"test_audit.Defects.test_{name}", folder="system", own=True) for name in (
        "append_split", "attempt_not_updated", "counters_drift", "due_forgotten",
        "event_not_recorded")} | {
    "outcome_cursor_first": Unittest(
        "test_webhooks.Crashes.test_the_same_eyes_see_a_cursor_that_runs_ahead", folder="system",
        own=True)} | {
    name: Unittest("fault_22_postgresql_in_doubt", "cuts=3 where=before")
    for name in ("in_doubt_taken_for_done", "ack_before_commit")}
IN_SQLITE = "in SQLite's store alone"
IN_MEMORY = "of the dispatcher, the same over any store: caught in the simulator, which has SQLite"
NOT_ON_POSTGRESQL = {
    "skipped_fsync": IN_SQLITE + "; a server without fsync is refused (store.postgresql)",
    "receipt_answered_before_commit":
        "of the daemon, the same over any store: caught over SQLite, whose disk a test can break",
    "sync_failure_ignored": IN_SQLITE, "parked_receipts_dropped": IN_SQLITE,
    "webhook_before_commit": IN_SQLITE} | dict.fromkeys((
        "attempt_not_committed_first", "breaker_never_opens", "clock_not_followed",
        "head_start_anywhere", "limits_ignored", "pause_ignored", "pause_not_lifted",
        "quiet_hours_ignored", "recover_nothing", "redrive_resends", "resend_unknown"), IN_MEMORY)


def mutants():
    found = set()
    for path in (ROOT / "daemon").rglob("*.[ch]pp"):
        if path.parent.name != "base":
            found |= set(NAMED.findall(path.read_text("utf-8")))
    return found


def self_tested(names):
    """{mutant: Ctest} for those of `names` that a test switches on by itself."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path.name == "sabotage.py":
            continue
        named = set(re.findall(r"""["'](\w+)["']""", path.read_text("utf-8"))) & names
        ctest = f"{path.parent.name}.{re.sub('^(test|fault)_', '', path.stem)}"
        found |= {name: Ctest(ctest) for name in named}
    return found


def passes(test, build, mutant=""):
    """Whether the test passes, with the mutant switched on if one is named."""
    environment = os.environ | {"HERALD_BUILD_DIR": str(build), "HERALD_DAEMON": "heraldd-faults"}
    environment.pop("HERALD_FIGURES", None)
    if isinstance(test, Ctest):
        command = ["ctest", "--test-dir", str(build), "--no-tests=error", "-Q",
                   "-R", f"^{re.escape(test.name)}$"]
    else:
        environment["HERALD_SIZES"] = test.sizes
        environment["HERALD_LONG"] = "0"
        if mutant:
            environment["HERALD_MUTANT"] = mutant
        command = [sys.executable, "-B", "-W", "ignore", "-m", "unittest", test.name]
    done = subprocess.run(command, cwd=HERE.parent / getattr(test, "folder", "faults"),
                          env=environment, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def first_complaint(said):
    """Why the test failed, in a line: a mutant must be caught for what it does."""
    for line in said.splitlines():
        if re.match(r"\w*(Error|Failure)\b", line):
            return line[:160]
    return said.strip()[-160:]


def matrix(tests, names, build):
    """Prints a line a mutant; the mutants that live, and the tests that fail without one."""
    alive, unsound = [], []
    sound = {}
    for name in names:
        test, started = tests[name], time.monotonic()
        if test not in sound:
            sound[test], said = passes(test, build)
            if not sound[test]:
                unsound.append(f"{test.shown}\n{said[-3000:]}")
        caught, how = sound[test], ""
        if isinstance(test, Unittest) and not test.own:
            lives, said = passes(test, build, name)
            caught, how = not lives, first_complaint(said)
        verdict = "caught" if caught else "LIVES"
        if not sound[test]:
            verdict += ", but the test fails without it too"
        if not caught:
            alive.append(name)
        print(f"  {name:32} {verdict:6} by {test.shown} ({time.monotonic() - started:.0f} s)"
              + (f"\n  {'':32} {how}" if how else ""), flush=True)
    return alive, unsound


def tell(caught, tried, present):
    """The line of the campaign's table, when it asks for one."""
    path = os.environ.get("HERALD_FIGURES")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"test": "sabotage", "name": "mutants caught",
                                   "value": f"{caught} of {tried} tried, of {present}",
                                   "target": "all of >= 10"}) + "\n")


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", type=pathlib.Path, default=os.environ.get("HERALD_BUILD_DIR"))
    p.add_argument("--only", default="", metavar="NAME,...", help="mutants")
    p.add_argument("--store", choices=("sqlite", "postgresql"),
                   default=os.environ.get("HERALD_STORE") or "sqlite")
    p.add_argument("--sample", type=int, default=0, metavar="N", help="so many, by the seed")
    options = p.parse_args(arguments)
    present, wrong = mutants(), []
    tests = self_tested(present - set(CAUGHT_BY)) | CAUGHT_BY
    known = set(CAUGHT_BY) | set(ON_POSTGRESQL) | set(NOT_ON_POSTGRESQL)
    wrong += [f"{m} is not in the source any more" for m in sorted(known - present)]
    wrong += [f"{m} has no test that catches it: add it to sabotage.py" for m in
              sorted(present - set(tests) - set(ON_POSTGRESQL))]
    wrong += [f"{m}: say in sabotage.py what catches it on PostgreSQL, or why nothing can" for m in
              sorted(present - set(ON_POSTGRESQL) - set(NOT_ON_POSTGRESQL))]
    os.environ["HERALD_STORE"] = options.store  # every test below keeps everything there
    if options.store == "postgresql":
        tests = ON_POSTGRESQL
    names = [n for n in tests if n in present and (not options.only
                                                       or n in options.only.split(","))]
    if options.sample and os.environ.get("HERALD_LONG") != "1":
        seed = int(os.environ.get("HERALD_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
        print(f"  HERALD_SEED={seed}", flush=True)
        names = random.Random(seed).sample(names, min(options.sample, len(names)))
    alive, unsound = matrix(tests, names, pathlib.Path(options.build).resolve())
    wrong += [f"{m} lives" for m in alive] + [f"fails without a mutant: {u}" for u in unsound]
    tell(len(names) - len(alive), len(names), len(present))
    print(f"  {len(names) - len(alive)} of {len(names)} mutants caught; {len(present)} in the daemon")
    if options.store == "postgresql" and not options.sample and not options.only:
        for name, why in sorted(NOT_ON_POSTGRESQL.items()):
            print(f"  {name:32} not here: {why}")
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
