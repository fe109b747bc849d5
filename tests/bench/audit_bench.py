"""./dev bench audit: how long an audit of many notifications takes, and how much memory."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time


def measured(command):
    """(exit code, output, seconds, processor seconds, peak resident bytes) of one process."""
    started = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (process.returncode, output, time.monotonic() - started,
            used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def audit(build, count):
    os.environ["HERALD_BUILD_DIR"] = str(build)
    from harness.config import daemon_config, write_config
    folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-bench-"))
    try:
        database = folder / "herald.db"
        code, _, seconds, _, _ = measured([build / "tests" / "bench" / "herald_audit_fill",
                                           database, count])
        assert code == 0, "the database could not be filled"
        print(f"  {count} notifications stored in {seconds:.1f} s, "
              f"{database.stat().st_size / 2**20:.0f} MiB", flush=True)
        config = write_config(folder / "herald.yaml", daemon_config(folder, 1))
        code, output, seconds, busy, memory = measured(
            [build / "bin" / "heraldd", "audit", "--config", config, "--json"])
        report = json.loads(output)
        assert code == 0 and report["notifications"] == count, output[:2000]
        print(f"  audited {report['notifications']} notifications, {report['events']} events, "
              f"{report['attempts']} attempts in {seconds:.1f} s (aim 60 for 1,000,000), "
              f"{busy:.1f} s of processors, "
              f"peak memory {memory / 2**20:.0f} MiB", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
