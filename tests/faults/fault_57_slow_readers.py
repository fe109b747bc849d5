"""57: readers that do not read: each costs a bounded buffer, is let go with a place to go on from, and
nobody else notices."""

import resource
import statistics
import time
import unittest

from fault_harness import is_long, wait_until
from web_case import WebFault
from harness.streams import Events, Page, Socket

TEXT = "x" * 15_000
SMALL = {"receive_buffer": 4096}


class SlowReaders(WebFault):
    # So many that they do not fit into what the daemon and the kernel keep for a stream.
    everyday = {"streams": 12, "messages": 80, "people": 1}
    long = {"streams": 5000}

    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        need = self.size.streams + 500
        if most < need:
            self.skipTest(f"the limit of open files is {most}; this size needs {need}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.start(http={"max_connections": 20_000, "max_per_address": 20_000},
                   channels={"webchat": {"settings": {"streams_per_user": 10_000}}})
        self.users = [self.person(n)[0] for n in range(self.size.people)]

    def send(self, user, text=TEXT):
        begun = time.monotonic()
        self.api.submit("message", {"user": user}, {"message": text})
        return time.monotonic() - begun

    def seen(self, client, page, count):
        end = time.monotonic() + 30
        while len(page.ids) < count and time.monotonic() < end:
            if batch := client.next(timeout=1):
                page.show(batch)
        self.assertEqual(len(page.ids), count)

    # covers: F57
    def test_they_delay_nobody_and_resume(self):
        # As much once before, so that what the daemon and its store keep of it anyway is there already.
        before = statistics.median(self.send(user) for _ in range(self.size.messages) for user in self.users)
        slow = []
        for n in range(self.size.streams):
            kind = type("Slow", ((Events, Socket)[n % 2],), SMALL)
            client = kind(self.port, self.users[n % len(self.users)])
            self.addCleanup(client.cut)
            client.start = client.next()["cursor"]
            slow.append(client)
        watcher, page = Events(self.port, self.users[0]), Page()
        self.addCleanup(watcher.cut)
        watcher.next()
        empty = most = self.daemon.memory()
        took = []
        for n in range(self.size.messages):
            took += [self.send(user) for user in self.users]
            self.seen(watcher, page, n + 1)
            most = max(most, self.daemon.memory())
        each = (most - empty) / self.size.streams
        self.figure("slow streams, bytes for each",
                    f"{self.size.streams}, {self.size.messages * len(TEXT)}")
        self.figure("memory for each, KiB", f"{each / 1024:.0f}", "<= 256")
        self.figure("a send, median ms before / beside them",
                    f"{before * 1e3:.1f} / {statistics.median(took) * 1e3:.1f}")
        # A batch of 128 KiB may go beyond it; of few streams the daemon's own caches are the larger part.
        self.assertLess(most - empty, self.size.streams * (256 + 128) * 1024 + (48 << 20))
        if not is_long():
            self.assertLess(max(took), 5)
        self.let_go(slow)
        for client in self.random.sample(slow, 4):
            kind = type(client).__mro__[1]
            again, seen = kind(self.port, client.user, client.start), Page()
            self.seen(again, seen, self.size.messages)
            again.cut()
            self.assertEqual((seen.repeats, seen.gaps), ([], 0))

    def let_go(self, slow):
        """All of them within the patience of ten seconds and some: their descriptors are free again."""
        def gone():
            return self.api.get("/metrics").status == 200 and self.connections() < 20
        begun = time.monotonic()
        wait_until(gone, 60, "the end of the slow streams", 0.25)
        self.figure("the last was let go after s", f"{time.monotonic() - begun:.1f}",
                    "10 after it stopped")
        goodbyes = 0
        for client in slow:
            try:
                while client.next(timeout=5) is not None:
                    pass
                goodbyes += client.ended is not None and client.ended["reason"] == "slow"
            except OSError:
                pass  # where nothing more could be said
        self.figure("of them with a word", goodbyes)

    def connections(self):
        """Sockets that the daemon holds."""
        folder = f"/proc/{self.daemon.pid()}/net/tcp"
        with open(folder, encoding="ascii") as table:
            here = f":{self.port:04X}"
            return sum(line.split()[1].endswith(here) and line.split()[3] == "01" for line in table)


if __name__ == "__main__":
    unittest.main()
