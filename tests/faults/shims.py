"""Steers the libraries of shims/ inside a running daemon, through a page shared with it."""

import ctypes
import errno
import mmap
import os

from herald_harness import build_dir

# As enum file and enum call of shims/disk.h.
FILES = ("none", "db", "wal", "shm", "journal", "folder", "config", "log", "lock", "other")
CALLS = ("open", "read", "write", "sync", "truncate", "unlink", "rename")
OFF, ONCE, FOREVER = 0, 1, 2
SHORT = "short"  # instead of the name of an errno: half of the bytes


class DiskPage(ctypes.Structure):
    _fields_ = [("position", ctypes.c_uint64), ("mode", ctypes.c_uint32),
                ("calls", ctypes.c_uint32), ("files", ctypes.c_uint32), ("error", ctypes.c_int32),
                ("countdown", ctypes.c_int64), ("faults", ctypes.c_uint64),
                ("resynced", ctypes.c_uint64),
                ("counts", (ctypes.c_uint64 * len(CALLS)) * len(FILES))]


class MemoryPage(ctypes.Structure):
    _fields_ = [("mode", ctypes.c_uint32), ("trace", ctypes.c_uint32),
                ("countdown", ctypes.c_int64), ("failed", ctypes.c_uint64),
                ("asked", ctypes.c_uint64), ("live", ctypes.c_int64)]


class ClockPage(ctypes.Structure):
    _fields_ = [("offset_us", ctypes.c_int64), ("passed_us", ctypes.c_int64)]


class Shim:
    """`environment` goes to the daemon; `page` is shared with it over all its restarts."""

    def __init__(self, library, layout, folder):
        path = folder / f"{library}.page"
        path.write_bytes(bytes(ctypes.sizeof(layout)))
        with open(path, "r+b") as file:
            self.page = layout.from_buffer(mmap.mmap(file.fileno(), 0))
        self.environment = {"LD_PRELOAD": str(build_dir() / "shims" / f"{library}.so"),
                            "HERALD_SHIM_CONTROL": str(path), "HERALD_SHIM_FOLDER": str(folder)}

    def disarm(self):
        self.page.mode = OFF


class DiskShim(Shim):
    """journal: whether the daemon's writes are told into the file `journal`."""

    def __init__(self, folder, journal=False):
        super().__init__("fault_disk", DiskPage, folder)
        self.journal = folder / "journal"
        if journal:
            self.environment["HERALD_SHIM_JOURNAL"] = str(self.journal)

    def arm(self, call, file, error, n=1, mode=ONCE):
        """The n-th `call` on `file` from now fails with `error` (EIO, ..., or SHORT)."""
        page = self.page
        page.mode = OFF
        page.calls, page.files = 1 << CALLS.index(call), 1 << FILES.index(file)
        page.error = 0 if error == SHORT else getattr(errno, error)
        page.countdown, page.faults, page.resynced = n, 0, 0
        page.mode = mode

    def count(self, call, file):
        return self.page.counts[FILES.index(file)][CALLS.index(call)]


class MemoryShim(Shim):
    def __init__(self, folder):
        super().__init__("fault_memory", MemoryPage, folder)
        self.page.trace = 1 if os.environ.get("HERALD_TRACE") == "1" else 0

    def arm(self, n, mode=ONCE):
        """The n-th allocation from now fails."""
        page = self.page
        page.mode = OFF
        page.countdown, page.failed = n, 0
        page.mode = mode


class ClockShim(Shim):
    """The daemon's wall clock is set `ahead` seconds before ours, and `passed` seconds more than ours
    have passed for all its clocks. What waits meanwhile sees that at its next own timer, in a second or so."""

    def __init__(self, folder):
        super().__init__("fault_clock", ClockPage, folder)

    @property
    def ahead(self):
        return self.page.offset_us / 1e6

    @ahead.setter
    def ahead(self, seconds):
        self.page.offset_us = int(seconds * 1e6)

    @property
    def passed(self):
        return self.page.passed_us / 1e6

    @passed.setter
    def passed(self, seconds):
        self.page.passed_us = int(seconds * 1e6)
