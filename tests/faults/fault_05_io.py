"""5: the n-th open, read, write, sync or truncation of a file fails, once or until it is mended."""

import contextlib
import os
import sqlite3
import unittest

from fault_harness import wait_until
from shims import FOREVER, ONCE, SHORT, DiskShim
from torture import TortureTest

PHONE = "237691000001"
# What is done, and the calls that may fail meanwhile: (call, file, errors).
SENDING = [("write", "wal", ("EIO", "ENOSPC", "EINTR", SHORT)),
           ("sync", "wal", ("EIO", "ENOSPC", "EINTR")),
           ("read", "wal", ("EIO", SHORT)), ("read", "db", ("EIO", SHORT)),
           ("open", "wal", ("EIO", "ENOSPC")), ("write", "shm", ("ENOSPC",)),
           ("truncate", "shm", ("EIO",)), ("open", "log", ("EIO", "ENOSPC")),
           ("write", "log", ("EIO", "ENOSPC", "EINTR", SHORT))]
BREAKING = {("write", "wal"), ("sync", "wal")}  # without which nothing can be stored
COPYING = [("write", "db", ("EIO", "ENOSPC", SHORT)), ("sync", "db", ("EIO", "ENOSPC")),
           ("truncate", "db", ("EIO",)), ("sync", "wal", ("EIO",))]
RELOADING = [("open", "config", ("EIO", "EINTR")), ("read", "config", ("EIO", "EINTR", SHORT)),
             ("open", "folder", ("EIO",)), ("read", "other", ("EIO",))]
STARTING = [("open", "db", ("EIO", "ENOSPC", "EINTR")), ("read", "db", ("EIO", SHORT)),
            ("write", "db", ("EIO", "ENOSPC", SHORT)), ("sync", "db", ("EIO",)),
            ("open", "wal", ("EIO", "ENOSPC")), ("write", "wal", ("EIO", "ENOSPC")),
            ("sync", "wal", ("EIO",)), ("read", "wal", ("EIO",)), ("open", "shm", ("EIO", "ENOSPC")),
            ("write", "shm", ("ENOSPC", "EIO")), ("truncate", "shm", ("EIO",)),
            ("open", "journal", ("EIO",)), ("open", "lock", ("EIO", "ENOSPC")),
            ("open", "config", ("EIO", "EINTR")), ("read", "config", ("EIO", "EINTR")),
            ("open", "folder", ("EIO",)), ("sync", "folder", ("EIO",)), ("unlink", "other", ("EIO",))]
STOPPING = [("write", "db", ("EIO", "ENOSPC")), ("sync", "db", ("EIO",)), ("sync", "wal", ("EIO",)),
            ("truncate", "wal", ("EIO",)), ("unlink", "other", ("EIO",))]


class Io(TortureTest):
    everyday = {"each": 1, "points": 24}      # of each kind; at most, of each action
    long = {"each": 1000, "points": 100_000}  # all n there are

    def setUp(self):
        super().setUp()
        self.shim = DiskShim(self.folder)
        self.tried, self.met = 0, 0
        self.prepare(inbox={"keep": 500}, routes=[
            {"name": "log", "match": {"kind": "provider.*"}, "chain": ["log"]},
            {"name": "default", "chain": [{"channel": "webchat", "until": "accepted"}]}])
        self.daemon.environment |= self.shim.environment

    # What is done at a point; self.rearm() where the faults begin

    def sending(self):
        self.rearm()
        made = self.send(PHONE)
        self.send(PHONE, "provider.request")
        if made:
            self.ask("POST", f"/api/web-chat/notifications/{PHONE}/mark-read?notification_id={made}")
        self.ask("GET", f"/api/web-chat/notifications/{PHONE}")
        self.send(PHONE)

    def copying(self):
        """More than the log may hold before it is copied into the file."""
        self.rearm()
        for _ in range(40):
            self.send(PHONE, size=15_000)

    def reloading(self):
        self.rearm()
        with contextlib.suppress(AssertionError):
            self.daemon.reload()
        self.send(PHONE)

    def starting(self):
        """From a stopped daemon to one that is ready, or has ended."""
        self.stop_cleanly()
        self.rearm()
        self.daemon.spawn()
        wait_until(lambda: "READY=1" in self.daemon.notify.lines or not self.daemon.running(), 30,
                   "a start or an end")
        if self.alive():
            self.send(PHONE)

    def stopping(self):
        self.send(PHONE)
        self.rearm()
        self.stop_cleanly()

    def stop_cleanly(self):
        self.api.close()
        if self.daemon.process is not None:
            self.assertEqual(self.daemon.stop(), 0, f"{self.point}\n{self.daemon.tail()}")

    # Points

    def all_points(self, calls, action):
        """(call, file, error, n, mode): `each` of the n that `action` has of each kind."""
        before, found = {}, []
        self.point = "counting"
        self.rearm = lambda: before.update({(c, f): self.shim.count(c, f) for c, f, _ in calls})
        action()
        totals = {key: self.shim.count(*key) - count for key, count in before.items()}
        self.judge()
        for call, file, errors in calls:
            total = totals[call, file]
            for error in errors:
                # A call that is interrupted for ever is repeated for ever, as it has to be.
                for mode in (ONCE,) if error == "EINTR" else (ONCE, FOREVER):
                    most = min(total, self.size.each)
                    found += [(call, file, error, n, mode)
                              for n in sorted(self.random.sample(range(1, total + 1), most))]
        return found if len(found) <= self.size.points else \
            self.random.sample(found, self.size.points)

    def torture(self, calls, action):
        for call, file, error, n, mode in self.all_points(calls, action):
            self.point = f"{call} {n} of {file}: {error}{' for ever' if mode == FOREVER else ''}"
            self.rearm = lambda: self.shim.arm(call, file, error, n, mode)
            action()
            self.tried += 1
            if action == self.sending and mode == FOREVER and error != SHORT \
                    and (call, file) in BREAKING:
                self.wait_for(lambda: self.ask("GET", "/readyz")[0] == 503, "a daemon not ready")
            self.met += self.shim.page.faults > 0
            self.assertEqual(self.shim.page.resynced, 0,
                             f"{self.point}: a failed sync was tried again on its descriptor")
            self.judge()
            if os.environ.get("HERALD_TRACE") == "1":
                print(f"  {self.point}: {self.shim.page.faults} faults", flush=True)
        self.settle()

    def test_what_fails_is_said_and_mended(self):
        self.daemon.start()
        self.torture(SENDING, self.sending)
        self.torture(COPYING, self.copying)
        self.torture(RELOADING, self.reloading)
        self.torture(STARTING, self.starting)
        self.torture(STOPPING, self.stopping)
        self.stop()
        with contextlib.closing(sqlite3.connect(self.folder / "herald.db")) as db:
            self.stored_once(db)
        self.figure("points tried", self.tried)
        self.figure("faults met", self.met)
        self.figure("ended by itself with a reason", self.ended)
        self.figure("acknowledged, all kept", len(self.acknowledged))


if __name__ == "__main__":
    unittest.main()
