#!/usr/bin/python3
"""A producer outside the daemon, for the durability tests.

Before each send its intent is on disk, after each answer its acknowledgement. A send that got no
answer is repeated with the same idempotency key until it is answered, as a careful program does.

Lines of --intents: {"key", "to", "kind", "text", "sha256" (of the body), "time"}
Lines of --acks:    {"key", "id", "status", "tries", "time"}  or  {"key", "refused", "tries", ...}
SIGTERM ends it after the send in hand.
"""

import argparse
import hashlib
import http.client
import json
import os
import signal
import sys
import time
from urllib.parse import urlsplit

AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}


class Journal:
    """JSON lines, each on stable storage when `add` returns."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, **entry):
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        while line:
            line = line[os.write(self.file, line):]
        os.fsync(self.file)


class Producer:
    def __init__(self, options):
        self.options = options
        parts = urlsplit(options.url)
        self.address, self.path = (parts.hostname, parts.port or 80), parts.path.rstrip("/")
        self.intents, self.acks = Journal(options.intents), Journal(options.acks)
        self.connection = None
        self.stopping = False

    def run(self):
        options = self.options
        started = time.monotonic()
        for n in range(options.count):
            if self.stopping:
                break
            if options.rate:
                time.sleep(max(0.0, started + n / options.rate - time.monotonic()))
            self.produce(n)

    def produce(self, n):
        options = self.options
        key = f"{options.name}-{n}"
        to = options.to[n % len(options.to)]
        text = f"Message {key}"
        body = json.dumps({"kind": options.kind, "to": {"phone": to}, "params": {"message": text},
                           "idempotency_key": key}, ensure_ascii=False).encode()
        self.intents.add(key=key, to=to, kind=options.kind, text=text,
                         sha256=hashlib.sha256(body).hexdigest(), time=time.time())
        tries = 0
        end = time.monotonic() + options.patience
        while True:
            tries += 1
            status, answer = self.send(body)
            if 200 <= status < 300 and isinstance(answer, dict) and answer.get("id"):
                return self.acks.add(key=key, id=answer["id"], status=status, tries=tries,
                                     time=time.time())
            if status and status not in AGAIN:
                return self.acks.add(key=key, refused=status, tries=tries, time=time.time())
            if self.stopping or time.monotonic() > end:
                return None  # in doubt: intended, never acknowledged
            time.sleep(0.02)

    def send(self, body):
        """(status, answer); status 0 when no whole answer came."""
        headers = {"Content-Type": "application/json"}
        if self.options.token:
            headers["Authorization"] = f"Bearer {self.options.token}"
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=10)
            self.connection.request("POST", self.path + "/api/v1/notifications", body, headers)
            answer = self.connection.getresponse()
            raw = answer.read()
            if answer.will_close:
                self.hang_up()
            return answer.status, json.loads(raw) if raw else None
        except (OSError, http.client.HTTPException, ValueError):
            self.hang_up()
            return 0, None

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--url", required=True, help="origin of the daemon")
    p.add_argument("--token-file", default="", help="service token; none in development mode")
    p.add_argument("--name", required=True, help="begins every key; unique per producer")
    p.add_argument("--intents", required=True)
    p.add_argument("--acks", required=True)
    p.add_argument("--to", action="append", required=True, help="phone number, repeatable")
    p.add_argument("--kind", default="message")
    p.add_argument("--count", type=int, default=10**9)
    p.add_argument("--rate", type=float, default=0, help="per second; 0: as fast as answered")
    p.add_argument("--patience", type=float, default=60, help="seconds of repeating one send")
    options = p.parse_args(arguments)
    options.token = ""
    if options.token_file:
        with open(options.token_file, encoding="utf-8") as file:
            options.token = file.read().strip()
    producer = Producer(options)

    def stop(*_):
        producer.stopping = True
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    producer.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
