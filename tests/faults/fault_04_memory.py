"""4: the n-th allocation fails, once or from then on, during each core operation."""

import contextlib
import os
import sqlite3
import time
import unittest

from fault_harness import Varlink, VarlinkError, load_lines, wait_until
from shims import FOREVER, ONCE, MemoryShim
from torture import CLEAN, TortureTest

PHONE, MOBILE = "237691000001", "237691000002"
REPEATED = 40  # failures between two looks at what is still allocated


class Memory(TortureTest):
    everyday = {"each": 2}  # allocations that fail, of each operation, once and from then on
    long = {"each": 1_000_000}  # every one there is
    clean = CLEAN | {500}  # a plugin's handler that throws, for whatever reason

    def setUp(self):
        super().setUp()
        self.shim = MemoryShim(self.folder)
        self.record = self.folder / "sent.jsonl"
        self.fake(record=self.record)
        self.tried, self.met = 0, 0
        self.prepare(inbox={"keep": 50}, routes=[
            {"name": "log", "match": {"kind": "provider.*"}, "chain": ["log"]},
            {"name": "mobile", "match": {"kind": "service_request.confirmed"},
             "rounds": {"count": 1}, "chain": [
                {"channel": "whatsapp", "until": "delivered", "within": "3s",
                 "retry": {"attempts": 2, "backoff": "100ms..200ms"}}]},
            {"name": "default", "chain": [{"channel": "webchat", "until": "accepted"}]}])
        self.daemon.environment |= self.shim.environment

    # The operations. Each gives what it sent, so that the point lasts until that rests.

    def accept(self):
        return self.send(PHONE)

    def apply_and_log(self):
        return self.send(PHONE, "provider.request")

    def render_fetch_receive(self):
        """Through WhatsApp: rendered, fetched, and told of by webhooks."""
        return self.send(MOBILE, "service_request.confirmed")

    def list(self):
        self.ask("GET", f"/api/web-chat/notifications/{PHONE}?history=1")

    def poll(self):
        self.ask("GET", f"/api/web-chat/notifications/poll/{PHONE}")

    def mark_read(self):
        self.ask("POST", f"/api/web-chat/notifications/{PHONE}/mark-read"
                         f"?notification_id={self.newest}")

    def clear(self):
        self.ask("POST", f"/api/web-chat/notifications/{PHONE}/clear")

    def cancel(self):
        self.ask("POST", f"/api/v1/notifications/{self.newest}/cancel")

    def timeline(self):
        self.ask("GET", f"/api/v1/notifications/{self.newest}/timeline")

    def status(self):
        self.control("io.herald.Status")

    def monitor(self):
        self.control("io.herald.Monitor", more=True)

    def check(self):
        self.control("io.herald.CheckConfig", path=str(self.daemon.config))

    def reload(self):
        self.control("io.herald.Reload")

    def metrics(self):
        with contextlib.suppress(OSError):
            self.api.get("/metrics")

    OPERATIONS = (accept, apply_and_log, render_fetch_receive, list, poll, mark_read, clear, cancel,
                  timeline, status, monitor, check, reload, metrics)
    READING = (list, poll, timeline, status, metrics)

    def control(self, method, more=False, **parameters):
        """One call; whatever it is answered. A stream is left after its first answer."""
        with contextlib.suppress(OSError, VarlinkError, ValueError):
            with Varlink(self.folder / "control", timeout=3) as control:
                control.request(method, parameters, more=more)
                if more:
                    self.send(PHONE)
                control.receive()

    # Points

    def do(self, operation):
        """Until what it began rests, or the daemon has ended, or waits for memory."""
        made = operation(self)
        if made:
            with contextlib.suppress(AssertionError):
                wait_until(lambda: not self.daemon.running() or self.quiet_rest(made), 0.5)

    def quiet_rest(self, made):
        status, shown = self.ask("GET", f"/api/v1/notifications/{made}")
        return status == 200 and shown["state"] not in ("queued", "trying", "waiting")

    def fresh(self):
        self.point = f"before {self.point}"
        self.newest = self.wait_for(lambda: self.send(PHONE), "a send")
        self.wait_for(lambda: self.rests(self.newest), "the item")

    def allocations(self, operation):
        self.point = operation.__name__
        self.fresh()
        before = self.shim.page.asked
        self.do(operation)
        return self.shim.page.asked - before

    def torture(self, operation):
        total = self.allocations(operation)
        for mode in (ONCE, FOREVER):
            for n in sorted(self.random.sample(range(1, total + 1), min(total, self.size.each))):
                self.point = operation.__name__
                self.fresh()
                self.point = (f"{operation.__name__}: allocation {n} of {total} fails"
                              + (", and all after it" if mode == FOREVER else ""))
                began = time.monotonic()
                self.shim.arm(n, mode)
                self.do(operation)
                self.tried += 1
                self.met += self.shim.page.failed > 0
                self.judge()
                if os.environ.get("HERALD_TRACE") == "1":
                    print(f"  {time.monotonic() - began:.2f} s {self.point}", flush=True)
        self.settle()

    def test_what_cannot_be_done_is_refused(self):
        self.daemon.start()
        for operation in self.OPERATIONS:
            self.torture(operation)
        self.stop()
        with contextlib.closing(sqlite3.connect(self.folder / "herald.db")) as db:
            self.stored_once(db)
        sent = [entry["attempt"] for entry in load_lines(self.record)]
        self.assertEqual(len(sent), len(set(sent)), "an attempt was sent twice")
        self.figure("operations", len(self.OPERATIONS))
        self.figure("points tried", self.tried)
        self.figure("allocations failed at", self.met)
        self.figure("ended by itself with a reason", self.ended)
        self.figure("requests left to their time limit", self.unanswered)
        self.figure("acknowledged, all kept", len(self.acknowledged))

    @unittest.skipUnless(os.environ.get("HERALD_LONG") == "1", "thousands of failures: --long")
    def test_nothing_leaks_when_it_fails(self):
        """What is still allocated goes back to what it was, however often it failed."""
        self.daemon.start()
        points = [(operation, n) for operation in self.READING
                  for n in self.harmless(operation, self.allocations(operation))]
        self.fail_often(points)  # fills caches and pools
        before, ended = self.shim.page.live, self.ended
        self.fail_often(points)
        failures = REPEATED * len(points)
        # What an answer would have freed goes with the time limit of the request.
        if self.ended == ended:
            wait_until(lambda: self.shim.page.live - before < failures // 4, 60,
                       f"the memory of {failures} failed requests: {before} blocks before")
            self.figure("blocks left per failure",
                        round((self.shim.page.live - before) / failures, 3), "< 0.25")
        self.figure("failures", failures if self.ended == ended else 0)

    def harmless(self, operation, total):
        """Those where the daemon answers."""
        found = []
        for n in self.random.sample(range(1, total + 1), min(total, 2 * self.size.each)):
            self.point = f"{operation.__name__}: allocation {n} of {total} fails again and again"
            ended, unanswered = self.ended, self.unanswered
            for _ in range(3):
                self.shim.arm(n)
                operation(self)
            self.judge()
            if (self.ended, self.unanswered) == (ended, unanswered):
                found.append(n)
        return found

    def fail_often(self, points):
        for operation, n in points:
            for _ in range(REPEATED):
                self.shim.arm(n)
                operation(self)
        self.judge()


if __name__ == "__main__":
    unittest.main()
