"""52: no request hides in another, neither at the daemon's own door nor behind a reverse proxy of Debian."""

import concurrent.futures
import contextlib
import re
import unittest

from fault_harness import raw_exchange, wait_until
from web_case import WebFault
from fronts import FRONTS, Front
from smuggling import STANDING, shapes

OURS = re.compile(rb"(?i)\r\nx-content-type-options: nosniff\r\n")  # only the daemon says it


class Smuggling(WebFault):
    everyday = {"rounds": 1}
    long = {"rounds": 10}

    def setUp(self):
        super().setUp()
        self.start_production()
        self.known = 0  # notifications that nobody smuggled
        user, phone = self.person(1)
        token = self.program("shop", "notifications:send", "inbox:read-for")
        self.meter = self.caller(self.program("meter", "metrics:read"))
        body = b'{"kind":"message","to":{"user":%d},"params":{"message":"smuggled"}}' % user
        auth = b"Authorization: Bearer " + token.encode() + b"\r\n"
        self.hidden = (b"POST /api/v1/notifications HTTP/1.1\r\nHost: localhost\r\n" + auth +
                       b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) +
                       body)
        self.outer = (b"POST /api/web-chat/notifications/" + phone.encode() +
                      b"/clear HTTP/1.1\r\nHost: localhost\r\n" + auth)

    def handled(self):
        """Requests that the daemon has answered, without this one."""
        text = self.meter.get("/metrics").text
        return sum(int(n) for n in re.findall(r"^herald_http_seconds_count\{.*\} (\d+)$", text,
                                              re.M))

    def attack(self, port, shape, direct):
        """(answers of the daemon that came, what is wrong)."""
        answer = raw_exchange(port, shape[1], timeout=0.5)
        ours, wrong = len(OURS.findall(answer.raw)), None
        taken = b"HTTP/1.1 201" in answer.raw
        if direct and taken != (shape[0] in STANDING):
            wrong = f"{shape[0]}: the last request {'was' if taken else 'was not'} taken"
        for path, body in (("healthz", b"ok"), ("readyz", b"ready")):
            clean = raw_exchange(port, b"GET /%s HTTP/1.1\r\nHost: localhost\r\nConnection: close"
                                       b"\r\n\r\n" % path.encode(), timeout=5)
            ours += len(OURS.findall(clean.raw))
            if clean.answers != 1 or b'"' + body + b'"' not in clean.body:
                wrong = f"{shape[0]}: the next client's /{path} brought {clean.raw[:200]!r}"
        return ours, wrong

    def notifications(self):
        return sum(self.ctl("status")["counts"].values())

    def through(self, name, port, front=None):
        all_ = shapes(self.outer, self.hidden) * self.size.rounds
        self.random.shuffle(all_)
        before, greeted = self.handled(), len(front.seen()) if front else 0
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            results = list(pool.map(lambda shape: self.attack(port, shape, front is None), all_))
        wrong = [why for _, why in results if why]
        counts = []

        def settled():
            sent = len(front.seen()) - greeted if front else sum(ours for ours, _ in results)
            counts.append((self.handled() - before - len(counts) - 1, sent))
            return counts[-1][0] == sent
        with contextlib.suppress(AssertionError):  # judged below, with its numbers
            wait_until(settled, 5)
        seen, sent = counts[-1]
        # What the front took for a request of its own is none that was hidden from it.
        known = len(STANDING) * self.size.rounds if front is None else \
            sum(path.startswith("/api/v1/") and status == "201" for status, path in front.seen())
        smuggled = self.notifications() - self.known - known
        self.known += known
        self.figure(f"{name}: shapes, requests seen / sent", f"{len(all_)}, {seen} / {sent}",
                    "equal")
        self.figure(f"{name}: smuggled, answers gone astray", f"{smuggled}, {len(wrong)}", "0, 0")
        self.assertEqual(wrong[:3], [], name)
        self.assertEqual((seen, smuggled), (sent, 0), name)
        self.assertGreaterEqual(len(all_), 100)

    # covers: F52
    def test_the_hidden_request_would_be_taken_if_it_stood_alone(self):
        self.assertEqual(self.raw(self.hidden, timeout=1).status, 201)
        self.assertEqual(self.notifications(), 1)
        ours, _ = self.attack(self.port, ("two in a row", self.outer + b"\r\n" + self.hidden),
                              False)
        self.assertEqual((ours, self.notifications()), (4, 2))

    # covers: F52
    def test_at_the_daemons_own_door(self):
        self.through("direct", self.port)

    # covers: F52
    def test_behind_each_front(self):
        for name in FRONTS:
            with self.subTest(name):
                front = Front(name, self.folder, self.port)
                try:
                    self.through(name, front.port, front)
                finally:
                    front.stop()


if __name__ == "__main__":
    unittest.main()
