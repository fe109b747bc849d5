"""The parts of the system-test harness that need no daemon; a stand-in plays heraldd."""

import json
import os
import pathlib
import socket
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))

from herald_harness import (Daemon, Heraldctl, Varlink, VarlinkError, daemon_config,  # noqa: E402
                            raw_exchange, to_yaml)

STAND_IN = """#!/usr/bin/python3
import os, signal, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
tell = lambda text: s.sendto(text, os.environ["NOTIFY_SOCKET"])
signal.signal(signal.SIGHUP, lambda *_: tell(b"RELOADING=1\\nREADY=1"))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("started with", sys.argv[1:], flush=True)
if "--broken" in sys.argv:
    sys.exit(2)
tell(b"STATUS=up\\nREADY=1")
while True:
    signal.pause()
"""
CTL = """#!/usr/bin/python3
import json, sys
if "nothing" in sys.argv:
    print("no such notification", file=sys.stderr)
    sys.exit(5)
print(json.dumps(sys.argv[1:]))
"""


class StandIn(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "bin").mkdir()
        for name, text in (("heraldd", STAND_IN), ("heraldctl", CTL)):
            path = self.folder / "bin" / name
            path.write_text(text)
            path.chmod(0o755)
        before = os.environ.get("HERALD_BUILD_DIR")
        os.environ["HERALD_BUILD_DIR"] = str(self.folder)
        self.addCleanup(lambda: os.environ.__setitem__("HERALD_BUILD_DIR", before) if before
                        else os.environ.pop("HERALD_BUILD_DIR"))

    def test_start_reload_kill_restart_stop(self):
        daemon = Daemon(self.folder / "herald.yaml", self.folder)
        daemon.start()
        first = daemon.pid()
        self.assertGreater(daemon.memory(), 1 << 20)
        daemon.reload()
        daemon.kill()
        self.assertFalse(daemon.running())
        daemon.start()
        self.assertNotEqual(daemon.pid(), first)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(daemon.log().count("started with"), 2)

    def test_an_end_before_ready_is_told_with_the_log(self):
        daemon = Daemon(self.folder / "herald.yaml", self.folder, arguments=["--broken"])
        with self.assertRaisesRegex(AssertionError, "(?s)ended with 2.*started with"):
            daemon.start()
        daemon.wait()

    def test_the_command(self):
        ctl = Heraldctl("/run/x")
        self.assertEqual(ctl("show", 7), ["--socket", "/run/x", "--json", "show", "7"])
        with self.assertRaisesRegex(AssertionError, "ended with 5: no such notification"):
            ctl("nothing")

    def test_the_configuration_names_this_build(self):
        text = to_yaml(daemon_config(self.folder, 1234, routes=[{"name": "r", "chain": ["log"]}]))
        self.assertIn(str(self.folder / "plugins"), text)
        self.assertIn('port: 1234', text)
        self.assertIn("routes:\n  - name: r\n    chain:\n      - log\n", text)


class Yaml(unittest.TestCase):
    def test_block_style_and_quotes(self):
        self.assertEqual(to_yaml({"a": {"b": [1, True, "no"], "c": []}, "d": "1s..5m", "é": None}),
                         'a:\n  b:\n    - 1\n    - true\n    - "no"\n  c: []\nd: "1s..5m"\n'
                         '"é": null\n')
        self.assertEqual(to_yaml([{"a": 1, "b": {"c": 2}}]), "- a: 1\n  b:\n    c: 2\n")


class Sockets(unittest.TestCase):
    def test_varlink_answers_errors_and_streams(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            server = socket.socket(socket.AF_UNIX)
            self.addCleanup(server.close)
            server.bind(path)
            server.listen()

            def serve():
                peer, _ = server.accept()
                got = b""
                for answers in ([{"parameters": {"n": 1}}], [{"error": "io.herald.NotFound"}],
                                [{"parameters": {"n": 1}, "continues": True},
                                 {"parameters": {"n": 2}}]):
                    while b"\0" not in got:
                        got += peer.recv(100)
                    got = got.partition(b"\0")[2]
                    raw = b"".join(json.dumps(a).encode() + b"\0" for a in answers)
                    peer.sendall(raw[:5])
                    peer.sendall(raw[5:])
                peer.close()

            thread = threading.Thread(target=serve)
            thread.start()
            with Varlink(path) as varlink:
                self.assertEqual(varlink.call("a.B"), {"n": 1})
                with self.assertRaises(VarlinkError) as error:
                    varlink.call("a.B")
                self.assertEqual(error.exception.name, "io.herald.NotFound")
                self.assertEqual([p["n"] for p in varlink.more("a.B")], [1, 2])
            thread.join()

    def test_raw_exchange_reads_to_the_end(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve():
            peer, _ = server.accept()
            peer.recv(100)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\nno")
            peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        answer = raw_exchange(server.getsockname()[1], b"\x16\x03garbage")
        thread.join()
        self.assertEqual((answer.status, answer.answers, answer.body, answer.closed),
                         (400, 1, b"no", True))


if __name__ == "__main__":
    unittest.main()
