"""The fault proxy before a server that answers every message with its length."""

import socket
import threading
import time
import unittest

from fault_proxy import SSL_REQUEST, FaultProxy
from waiting import wait_until


def message(kind, body):
    return kind + (len(body) + 4).to_bytes(4, "big") + body


START = message(b"", SSL_REQUEST.to_bytes(4, "big")) + message(b"", (3 << 16).to_bytes(4, "big"))
BEGIN, COMMIT = message(b"Q", b"BEGIN\0"), message(b"Q", b"COMMIT\0")
READING = message(b"Q", b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY\0")


class Through(unittest.TestCase):
    def setUp(self):
        self.got = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        threading.Thread(target=self.serve, daemon=True).start()
        self.proxy = FaultProxy(self.server.getsockname()[1])
        self.addCleanup(self.proxy.close)
        self.client = self.connect()

    def serve(self):
        while True:
            try:
                peer, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        with peer:
            while data := peer.recv(1 << 16):
                self.got.append(data)
                peer.sendall(b"%d" % len(data))

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=10)
        self.addCleanup(client.close)
        return client

    def ask(self, data):
        self.client.sendall(data)
        return self.client.recv(100)

    def received(self):
        return b"".join(self.got)

    def test_what_is_said_passes_unchanged(self):
        for data in (START, BEGIN, COMMIT):
            self.assertEqual(self.ask(data), b"%d" % len(data))
        self.assertEqual(self.received(), START + BEGIN + COMMIT)

    def test_a_commit_is_cut_where_it_is_wanted(self):
        for where, arrives in (("before", False), ("after", True), ("answered", True)):
            self.client = self.connect()
            self.got.clear()
            self.ask(START)
            self.ask(BEGIN[:3])  # in two pieces
            self.ask(BEGIN[3:])
            self.proxy.on_commit = lambda w=where: w
            self.assertEqual(self.ask(COMMIT), b"", where)
            if arrives:
                wait_until(lambda: self.received().endswith(COMMIT), what=f"{where}: the commit")
            self.assertEqual(COMMIT in self.received(), arrives, where)
        self.assertEqual(dict(self.proxy.cuts), {"before": 1, "after": 1, "answered": 1})

    def test_a_commit_that_was_prepared_is_one_too(self):
        self.ask(START)
        self.ask(message(b"P", b"c\0/* session */ COMMIT\0\0\0"))
        self.proxy.on_commit = lambda: "before"
        self.assertEqual(self.ask(message(b"B", b"\0c\0" + b"\0\0" * 3)), b"")

    def test_a_commit_that_wrote_nothing_is_none(self):
        self.ask(START)
        self.ask(READING)
        self.proxy.on_commit = lambda: "before"
        self.assertEqual(self.ask(COMMIT), b"%d" % len(COMMIT))

    def test_silence_delay_and_a_trickle(self):
        self.proxy.silent = True
        self.client.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            self.ask(START)
        self.client.settimeout(10)
        self.proxy.heal()
        self.assertEqual(self.client.recv(100), b"%d" % len(START))
        self.proxy.delay = 0.1
        started = time.monotonic()
        self.ask(BEGIN)
        self.assertGreaterEqual(time.monotonic() - started, 0.2)
        self.proxy.heal()
        self.proxy.rate = 20.0
        self.assertEqual(self.ask(BEGIN), b"%d" % (len(BEGIN) // 10), "one byte first")

    def test_half_open_is_silence_for_those_who_are_there(self):
        self.ask(START)
        self.proxy.half_open()
        self.client.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            self.ask(BEGIN)
        self.client = self.connect()
        self.assertEqual(self.ask(START), b"%d" % len(START))


class Hearing(unittest.TestCase):
    """A server that says of itself what the test wants."""

    def test_what_notify_told_is_kept_and_can_get_lost(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        proxy = FaultProxy(server.getsockname()[1], hears=True)
        self.addCleanup(proxy.close)
        client = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
        self.addCleanup(client.close)
        peer, _ = server.accept()
        self.addCleanup(peer.close)
        client.sendall(START)
        self.assertEqual(peer.recv(100), START)
        word = message(b"A", b"\0\0\0\1herald_x\0payload\0")
        ready, row = message(b"Z", b"I"), message(b"D", b"N" * 300)
        peer.sendall(b"N" + ready + word[:7])  # N: no TLS, a byte alone
        self.assertEqual(self.read(client, 1 + len(ready)), b"N" + ready)
        peer.sendall(word[7:] + row)
        self.assertEqual(self.read(client, len(word + row)), word + row)
        proxy.deaf = True
        peer.sendall(row + word + ready)
        self.assertEqual(self.read(client, len(row + ready)), row + ready)
        self.assertEqual(proxy.heard, [("herald_x", "payload")] * 2)

    @staticmethod
    def read(client, length):
        data = b""
        while len(data) < length and (more := client.recv(length - len(data))):
            data += more
        return data


if __name__ == "__main__":
    unittest.main()
