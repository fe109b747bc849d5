"""The producer against a server that answers, refuses, and hangs up."""

import http.server
import json
import pathlib
import signal
import subprocess
import tempfile
import threading
import unittest

from oracle import Oracle, load_lines
from waiting import wait_until

PROGRAM = pathlib.Path(__file__).resolve().parent / "producer.py"


class Door(http.server.ThreadingHTTPServer):
    """Gives one id per idempotency key, and treats the n-th request as `script` says."""

    def __init__(self, script=(), intents=None):
        self.script, self.intents = list(script), intents
        self.ids, self.requests, self.unintended = {}, 0, 0
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def intended(self, key):
        return any(entry["key"] == key for entry in load_lines(self.intents))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = body["idempotency_key"]
        door = self.server
        door.requests += 1
        door.unintended += not door.intended(key)
        deed = door.script.pop(0) if door.script else 201
        if deed == "cut before":
            self.close_connection = True
            return
        if deed in (201, "cut after"):
            door.ids.setdefault(key, f"{len(door.ids):035d}")
        if deed == "cut after":
            self.close_connection = True
            return
        raw = json.dumps({"id": door.ids.get(key), "state": "queued"}).encode()
        self.send_response(deed)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


class Producing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.intents, self.acks = (pathlib.Path(folder.name, n) for n in ("intents", "acks"))

    def serve(self, *script):
        self.door = Door(script, self.intents)
        self.addCleanup(self.door.server_close)
        self.addCleanup(self.door.shutdown)

    def spawn(self, *more):
        return subprocess.Popen(
            ["/usr/bin/python3", str(PROGRAM), "--url", f"http://127.0.0.1:{self.door.server_port}",
             "--name", "p", "--intents", str(self.intents), "--acks", str(self.acks),
             "--to", "+237691924173", *more])

    def test_every_send_is_intended_first_and_acknowledged_once(self):
        self.serve("cut before", 503, "cut after", 201, 422)
        self.assertEqual(self.spawn("--count", "5").wait(30), 0)
        intents, acks = load_lines(self.intents), load_lines(self.acks)
        self.assertEqual([i["key"] for i in intents], [f"p-{n}" for n in range(5)])
        self.assertEqual(self.door.unintended, 0)
        self.assertEqual(acks[0]["tries"], 4)  # cut, 503, cut after, then answered
        self.assertEqual(acks[1]["refused"], 422)
        self.assertEqual([a["id"] for a in acks if "id" in a],
                         [self.door.ids[k] for k in ("p-0", "p-2", "p-3", "p-4")])
        oracle = Oracle()
        oracle.producer(intents, acks)
        self.assertEqual(len(oracle.acks), 4)

    def test_the_terminate_signal_ends_it_after_the_send_in_hand(self):
        self.serve()
        process = self.spawn("--rate", "200")
        wait_until(lambda: self.acks.exists() and len(load_lines(self.acks)) > 3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), 0)
        self.assertEqual(len(load_lines(self.intents)), len(load_lines(self.acks)))


if __name__ == "__main__":
    unittest.main()
