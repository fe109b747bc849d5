#!/usr/bin/python3
"""Every mutant that the simulator must catch by itself: how many seeds it took.

Usage: mutants.py SIMULATOR [SEEDS]. Exit code 1 when one of them lives longer than that.
"""
import os
import re
import subprocess
import sys

MUTANTS = {
    "failed_receipt_ignored": "a provider's failed changes nothing",
    "receipt_answered_before_commit": "a receipt is acknowledged, and then the commit fails",
    "ack_before_commit": "a producer has its id before the commit",
    "late_evidence_ignored": "evidence of an earlier step is dropped",
    "head_start_anywhere": "a provider is called before the notification is stored",
    "timer_lost": "nobody wakes a step that waits for evidence",
    "idempotency_off": "the same key is stored again",
    "resend_unknown": "unknown is sent again where that arrives twice",
    "recover_nothing": "a restart leaves in flight what was",
    "attempt_not_committed_first": "a channel that takes twice is called before the commit",
    "parked_receipts_dropped": "a receipt that overtakes its attempt is acknowledged and dropped",
    "pause_ignored": "a paused channel is sent to",
    "pause_not_lifted": "what waits for a paused channel waits on when that is resumed",
    "quiet_hours_ignored": "people are disturbed in their quiet hours",
    "limits_ignored": "rates of channels and people are exceeded",
    "breaker_never_opens": "a channel that is down is sent to again at once",
    "redrive_resends": "a redrive sends again where the first run may have arrived",
    "clock_not_followed": "timers stay where they were when the clock is set",
}


def caught(simulator, name, seeds):
    """The seed that caught it and why; None when none did."""
    env = dict(os.environ, HERALD_MUTANT=name)
    run = subprocess.run([simulator, "--seeds", str(seeds), "--twice", "0", "--until-broken"],
                         env=env, capture_output=True, text=True, timeout=900)
    found = re.search(r"seed (\d+) is broken:\n  (.*)", run.stdout)
    if run.returncode == 0 and found:
        return found.groups()
    if run.returncode not in (0, 1):
        # It fell over, which is caught too.
        return "?", f"exit code {run.returncode}: {run.stderr.strip()[-200:]}"
    return None


def main():
    simulator = sys.argv[1]
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    alive = []
    for name, what in MUTANTS.items():
        result = caught(simulator, name, seeds)
        if result is None:
            alive.append(name)
        print(f"{name:30} {what}\n    " +
              (f"seed {result[0]}: {result[1]}" if result else f"NOT caught in {seeds} seeds"), flush=True)
    print(f"{len(MUTANTS) - len(alive)} of {len(MUTANTS)} caught")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
