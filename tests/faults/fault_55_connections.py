"""55: very many connections: one address has its share, the others are served as before."""

import concurrent.futures
import resource
import socket
import statistics
import time
import unittest

from fault_harness import is_long, wait_until
from web_case import WebFault

EACH = 200  # of one address, below its cap


class Connections(WebFault):
    everyday = {"idle": 1500, "asked": 200, "accepts": 500, "rate": 1000}
    long = {"idle": 20_000, "asked": 3000, "accepts": 10_000, "rate": 1000}  # a second

    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        # The daemon keeps some back for its files, and this process has as many as the daemon.
        self.idle = min(self.size.idle, most - 1000)
        self.start(http={"max_connections": 20_500})

    def connect(self, address):
        client = socket.socket()
        client.settimeout(10)
        client.bind((address, 0))
        client.connect(("127.0.0.1", self.port))
        self.addCleanup(client.close)
        return client

    def p99(self):
        """Of a stranger who keeps one connection, ms."""
        api, took = self.caller(address="127.0.9.1"), []
        for _ in range(self.size.asked):
            begun = time.perf_counter()
            api.get("/healthz").expect()
            took.append((time.perf_counter() - begun) * 1e3)
        return statistics.quantiles(took, n=100)[98]

    # covers: F55
    def test_idle_connections_slow_nobody_down(self):
        before, empty = self.p99(), self.daemon.memory()
        clients = [self.connect(f"127.1.{n // EACH // 250}.{n // EACH % 250 + 1}") for n in range(self.idle)]
        for client in clients:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for client in clients:
            self.assertIn(b"200 OK", client.recv(4096))
        beside = self.p99()
        each = (self.daemon.memory() - empty) / len(clients)
        self.figure("connections held", len(clients),
                    "20,000, or what the limit of open files holds")
        self.figure("p99 of others, ms before / beside", f"{before:.2f} / {beside:.2f}", "<= 2 x")
        self.figure("memory for each idle connection, KiB", f"{each / 1024:.1f}", "<= 20")
        self.assertLessEqual(each, 20 * 1024)
        if is_long():
            self.assertLessEqual(beside, 2 * before)

    # covers: F55
    def test_one_address_has_its_share(self):
        statuses, kept = [], []
        for _ in range(300):  # the cap is 256
            client = self.connect("127.2.0.1")
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            statuses.append(client.recv(4096).split(b" ")[1])
            kept.append(client)
        self.assertEqual((statuses[:256], set(statuses[256:])), ([b"200"] * 256, {b"429"}))
        self.caller(address="127.2.0.2").get("/healthz").expect()
        for client in kept:
            client.close()
        wait_until(lambda: self.served("127.2.0.1"), 10, "room for the address again")

    def served(self, address):
        try:
            return self.caller(address=address).get("/healthz").status == 200
        except OSError:
            return False

    # covers: F55
    def test_a_storm_of_accepts_from_one_address(self):
        before = self.p99()

        def storm():
            done, begun = 0, time.monotonic()
            while done < self.size.accepts:
                with socket.socket() as client:
                    client.bind(("127.3.0.1", 0))
                    client.connect(("127.0.0.1", self.port))
                done += 1
                time.sleep(max(0.0, begun + done / self.size.rate - time.monotonic()))
            return done / (time.monotonic() - begun)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            rate = pool.submit(storm)
            time.sleep(0.05)  # for the first of them
            beside = self.p99()
            self.assertFalse(rate.done() and is_long(), "the storm was over before the others were asked")
            rate = rate.result()
        self.figure("accepts a second from one address", f"{rate:.0f}", "1,000")
        self.figure("p99 of others meanwhile, ms before / beside", f"{before:.2f} / {beside:.2f}",
                    "<= 2 x")
        if is_long():
            self.assertLessEqual(beside,
                                 2 * before + 1)  # this process makes the storm and is asked, too
        self.api.get("/healthz").expect()


if __name__ == "__main__":
    unittest.main()
