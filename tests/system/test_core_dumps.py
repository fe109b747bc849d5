"""A crash leaves no secret behind: the daemon's memory goes into no core dump, and is closed to its own user."""

import contextlib
import os
import signal
import subprocess
import unittest

from herald_harness import SystemTest, wait_until

CANARY = "canary-token-in-memory-4c81"
UNLIMITED = ["/bin/sh", "-c", 'ulimit -c unlimited && exec "$@"', "sh"]
NOBODY = 65534
AS_NOBODY = ["/usr/bin/setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
OTHER = f"import signal; kept = '{CANARY}'; print('ready', flush=True); signal.pause()"


def dumped(process):
    """Ends it as a crash would; whether the kernel wrote a core dump of it."""
    process.send_signal(signal.SIGQUIT)  # which nobody here handles
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_code == os.CLD_DUMPED


def readable(pid):
    """Whether nobody, as whom it runs, may read its memory."""
    tried = subprocess.run([*AS_NOBODY, "/usr/bin/python3", "-c", f"open('/proc/{pid}/mem', 'rb')"],
                           capture_output=True, text=True, timeout=30)
    assert tried.returncode == 0 or "PermissionError" in tried.stderr, tried.stderr
    return tried.returncode == 0


class CoreDumps(SystemTest):
    def cores(self):
        return [path for path in self.folder.glob("core*") if path.is_file()]

    def begin(self, wrapper):
        self.fake(token=CANARY)
        daemon = self.prepare(routes=[{"name": "default", "chain": ["whatsapp"]}])
        daemon.wrapper = wrapper
        if wrapper == AS_NOBODY:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        daemon.spawn()
        wait_until(self.ready, 20, "the daemon to be ready")
        self.api.submit("message", {"phone": "237691924173"}, {"message": "Bonjour"})
        wait_until(self.whatsapp.requests, 20, "the secret to be used")
        return daemon

    def ready(self):
        with contextlib.suppress(OSError):
            return self.api.get("/readyz").status == 200

    @contextlib.contextmanager
    def other_process(self, wrapper):
        """One with the same secret that does nothing for it."""
        other = subprocess.Popen([*wrapper, "/usr/bin/python3", "-c", OTHER],
                                 stdout=subprocess.PIPE, cwd=self.folder)
        other.stdout.readline()
        try:
            yield other
        finally:
            other.kill()
            other.wait()
            other.stdout.close()

    def other_process_is_dumped(self):
        """Whether this machine writes core dumps at all; one of a process with the same secret."""
        with self.other_process(UNLIMITED) as other:
            written = dumped(other)
        for path in self.cores():  # elsewhere, or into a program, where the machine says so
            self.assertIn(CANARY.encode(), path.read_bytes(), "this search finds nothing at all")
            path.unlink()
        return written

    def test_a_crash_writes_no_core_dump(self):
        if not self.other_process_is_dumped():
            self.skipTest("this machine writes no core dumps, so nothing can be shown")
        daemon = self.begin(UNLIMITED)
        process = daemon.process
        self.assertFalse(dumped(process), "the kernel dumped its memory")
        self.assertEqual(process.wait(), -signal.SIGQUIT)
        daemon.forget()
        self.assertEqual(self.cores(), [])

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be another user")
    def test_its_own_user_cannot_read_its_memory(self):
        with self.other_process(AS_NOBODY) as other:
            if not readable(other.pid):
                self.skipTest("this machine lets no process read another's memory")
        self.assertFalse(readable(self.begin(AS_NOBODY).pid()))


if __name__ == "__main__":
    unittest.main()
