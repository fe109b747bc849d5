"""53: slow heads, slow bodies and slow readers by the thousand (Debian's slowhttptest): the control socket answers,
a connection costs little, and each is ended in its time."""

import pathlib
import resource
import statistics
import subprocess
import time
import unittest

from fault_harness import Varlink, wait_until
from web_case import WebFault

PROGRAM = "/usr/bin/slowhttptest"
# What each does, and after how many seconds the daemon ends it.
ATTACKS = {"slow head": (["-H", "-i", "3"], 10),
           "slow body": (["-B", "-i", "3", "-s", "4000", "-f", "application/json"], 30),
           "slow reading": (["-X", "-k", "10", "-w", "10", "-y", "20", "-n", "2", "-z", "5"], 60)}


class Slow(WebFault):
    everyday = {"connections": 200, "seconds": 6, "waits": 0}
    long = {"connections": 5000, "seconds": 25, "waits": 1}  # waits: until the last is ended

    def setUp(self):
        super().setUp()
        if not pathlib.Path(PROGRAM).exists():
            raise RuntimeError(f"{PROGRAM} is missing: run ./dev setup")
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.fake()  # its channel has a door that reads a body before it asks who sends it
        self.start(http={"max_connections": 20_000, "max_per_address": 20_000})

    def held(self):
        """Connections of the daemon's that are open."""
        here = f":{self.port:04X}"
        table = pathlib.Path(f"/proc/{self.daemon.pid()}/net/tcp").read_text("ascii").splitlines()
        return sum(line.split()[1].endswith(here) and line.split()[3] == "01" for line in table)

    def call(self):
        begun = time.perf_counter()
        with Varlink(self.folder / "control") as control:
            control.call("io.herald.Status")
        return (time.perf_counter() - begun) * 1e3

    # covers: F53
    def test_each_kind(self):
        path = {"slow body": "/hooks/whatsapp"}
        for what, (how, limit) in ATTACKS.items():
            with self.subTest(what):
                self.attack(what, how, limit, path.get(what, "/openapi.json"))

    def attack(self, what, how, limit, path):
        empty, begun = self.daemon.memory(), time.monotonic()
        seconds = limit + 25 if self.size.waits else self.size.seconds
        log = open(self.folder / "slow.log", "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [PROGRAM, "-c", str(self.size.connections), "-r", str(self.size.connections // 2),
             "-l", str(seconds),
             "-p", "3", "-x", "10", "-u", f"http://127.0.0.1:{self.port}{path}", *how],
            stdout=log, stderr=log, cwd=self.folder)
        self.addCleanup(process.kill)
        took, most, memory = [], 0, empty
        while time.monotonic() - begun < self.size.seconds - 1:
            took.append(self.call())
            most, memory = max(most, self.held()), max(memory, self.daemon.memory())
            time.sleep(0.02)  # so often it is asked
        p99 = statistics.quantiles(took, n=100)[98]
        each = (memory - empty) / max(most, 1)
        self.figure(f"{what}: connections", most, str(self.size.connections))
        self.figure(f"{what}: control socket, p99 ms", f"{p99:.1f}", "<= 100")
        self.figure(f"{what}: memory for each, KiB", f"{each / 1024:.1f}", "<= 20")
        self.assertGreater(most, self.size.connections // 2, "hardly anybody came")
        self.api.get("/readyz").expect()
        if self.size.waits:
            wait_until(lambda: self.held() < 10, limit + 20, f"the end of the {what}", 0.2)
            self.figure(f"{what}: all ended after s", f"{time.monotonic() - begun:.0f}",
                        f"{limit}, and the ramp")
            self.assertLessEqual(p99, 100)
            if what != "slow reading":  # that one holds the answer it reads, 40 KiB
                self.assertLessEqual(each, 20 * 1024)
        process.terminate()
        process.wait(10)
        wait_until(lambda: self.held() < 10, 20, "the end of the attack", 0.1)


if __name__ == "__main__":
    unittest.main()
