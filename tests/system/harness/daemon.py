"""The daemon as a process: started until ready, killed, restarted, stopped; its output kept."""

import os
import pathlib
import signal
import socket
import subprocess
import threading

from waiting import wait_until

from .places import program


class NotifySocket:
    """The receiving end of sd_notify: collects the messages the daemon sends to its supervisor."""

    def __init__(self, path):
        self.path = str(path)
        pathlib.Path(path).unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        self.lines = []
        self.closed = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.closed:
            try:
                self.lines += self.socket.recv(65536).decode("utf-8", "replace").split("\n")
            except TimeoutError:
                pass

    def close(self):
        self.closed = True
        self.thread.join()
        self.socket.close()


class Daemon:
    """`heraldd --config FILE`. Output goes to `folder`/heraldd.log, over all restarts.

    HERALD_DAEMON names another program of the build folder to run as the daemon (heraldd-faults).
    """

    def __init__(self, config, folder, environment=None, arguments=(), wrapper=()):
        self.config, self.folder = pathlib.Path(config), pathlib.Path(folder)
        self.environment = dict(environment or {})
        self.arguments = list(arguments)
        self.wrapper = list(wrapper)  # what runs the daemon by exec
        self.program = os.environ.get("HERALD_DAEMON", "heraldd")
        self.log_path = self.folder / "heraldd.log"
        self.process = None
        self.notify = None

    def spawn(self):
        """Starts the process without waiting for anything."""
        assert self.process is None, "the daemon runs already"
        self.notify = NotifySocket(self.folder / "notify")
        environment = os.environ | self.environment | {"NOTIFY_SOCKET": self.notify.path}
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, str(program(self.program)), "--config", str(self.config),
                 *self.arguments],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                env=environment)
        return self

    def start(self, timeout=20.0):
        """Starts and waits for READY=1."""
        self.spawn()
        self.wait_notified("READY=1", timeout)
        return self

    def wait_notified(self, line, timeout=20.0, times=1):
        """Until the supervisor was told `line` (`times` times since the start)."""
        def told():
            code = self.process.poll()
            if code is not None and line != "STOPPING=1":
                raise AssertionError(f"heraldd ended with {code} before {line}\n{self.tail()}")
            return self.notify.lines.count(line) >= times
        try:
            wait_until(told, timeout, f"{line} from heraldd")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None

    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """SIGKILL, as a crash: nothing is said to the daemon."""
        self.process.kill()
        self.process.wait()
        self.forget()

    def stop(self, timeout=30.0):
        """SIGTERM; the exit code. A daemon that does not end is killed and that is a failure."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.forget()
            raise AssertionError(f"heraldd did not stop within {timeout} s\n{self.tail()}") from None
        self.forget()
        return code

    def wait(self, timeout=20.0):
        """Waits for an end that comes by itself; the exit code."""
        code = self.process.wait(timeout)
        self.forget()
        return code

    def restart(self):
        self.stop()
        return self.start()

    def reload(self, timeout=10.0):
        """SIGHUP, and until the daemon is ready again."""
        ready = self.notify.lines.count("READY=1")
        self.signal(signal.SIGHUP)
        self.wait_notified("READY=1", timeout, ready + 1)

    def forget(self):
        self.process = None
        if self.notify:
            self.notify.close()
            self.notify = None

    def log(self):
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    def tail(self, lines=30):
        return "\n".join(["--- heraldd.log ---", *self.log().splitlines()[-lines:]])

    def memory(self):
        """Resident memory in bytes."""
        for line in pathlib.Path(f"/proc/{self.pid()}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS: the process has ended")

    def shown(self):
        """What /proc shows others of it, by name: its command line and, to root, its environment."""
        process = pathlib.Path(f"/proc/{self.pid()}")
        shown = {"the command line": (process / "cmdline").read_bytes()}
        if os.geteuid() == 0:  # it keeps its memory from its own user (test_core_dumps.py)
            shown["the environment"] = (process / "environ").read_bytes()
        return shown
