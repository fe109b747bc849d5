"""81: a week without the provider: what waits stays bounded and ends in its time, nothing goes out twice after it."""

import collections
import signal
import socket
import time
import unittest

from fault_harness import FaultTest, load_lines, wait_until
from shims import ClockShim

MIB = 1 << 20
# What has ended fills the store's caches: of notifications, of pages of the writer, of the readers.
CACHES = (32 + 32 + 4 * 8) * MIB
HOUR, DAY = 3600.0, 86400.0
WEEK = 7 * DAY
STOPPED = None  # connections are taken, and nobody reads them
BROKEN = ({"error": 131016}, STOPPED, {"body": "html"}, {"close": "before"}, {"error": 131000})
ROUTES = [
    {"name": "chat", "match": {"kind": "service_request.*"}, "chain": ["webchat"]},
    {"name": "default", "expires_after": "24h", "rounds": {"count": 100, "every": "30m"},
     "chain": [{"channel": "whatsapp", "within": "1h"}]}]


class ProviderOutage(FaultTest):
    """A third of the week nobody listens at its address. Then it takes a few, answers nothing and tells no status; for
    the rest it fails in one way after the other. Time passes `hours` at a time."""

    everyday = {"hours": 12.0, "each": 10}
    long = {"hours": 1.0, "each": 100}

    def setUp(self):
        super().setUp()
        self.clock = ClockShim(self.folder)
        self.record = self.folder / "sent.jsonl"
        self.stopped = False
        self.made, self.chats = {}, []  # id: when, in the daemon's time; seconds that web chat took
        self.most, self.memory = 0, []

    def now(self):
        return time.time() + self.clock.passed

    def begin(self):
        port = self.fake().port
        self.whatsapp.stop()
        # Bound and never listening: whoever connects is refused, and nobody else takes the port.
        self.held = socket.socket()
        self.addCleanup(self.held.close)
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held.bind(("127.0.0.1", port))
        daemon = self.prepare(routes=ROUTES, directory={"region": "CM", "unknown_recipient": "create"})
        daemon.environment = dict(self.clock.environment)
        daemon.start()

    def provider_returns(self):
        port = self.whatsapp.port
        self.held.close()
        fake = self.fake(port=port, record=self.record)
        self.told = 0.0
        self.tell_time()
        fake.switches(paused=True)
        fake.arm(close="after", always=True)
        # One probe for each pause of the breaker.
        wait_until(lambda: len(self.taken()) >= 3 or self.pass_time(HOUR / 2), 60, "some to be taken", 0.5)

    def tell_time(self):
        """The provider's clock goes with the daemon's."""
        by, self.told = self.clock.passed - self.told, self.clock.passed
        self.whatsapp.call("POST", "clock", {"advance": by})

    def breaks(self, how):
        """Fails in another way from now on."""
        if self.stopped:
            self.whatsapp.process.send_signal(signal.SIGCONT)
            self.tell_time()
        self.stopped = how is STOPPED
        self.whatsapp.disarm()
        if self.stopped:
            self.whatsapp.process.send_signal(signal.SIGSTOP)
        elif how:
            self.whatsapp.arm(always=True, **how)

    def send(self):
        for _ in range(self.size.each):
            when = self.now()
            made = self.api.submit("message", {"phone": f"23769{len(self.made):07d}"}, {"message": "Bonjour"})["id"]
            self.made[made] = when
        self.most = max(self.most, self.open_now())

    def open_now(self):
        return self.ctl("status")["store"]["backlog"]

    def young(self):
        """How many can still be open: made within a day."""
        return sum(when > self.now() - DAY for when in self.made.values())

    def chat(self):
        """Web chat as on any day: the item is there, and reading it ends the notification."""
        started, user = time.monotonic(), f"23768{len(self.chats):07d}"
        made = self.api.submit("service_request.confirmed", {"phone": user}, {
            "service": "a", "location": "b", "description": "c"})["id"]
        wait_until(lambda: self.api.inbox(user)["count"] == 1, 20, "an item in web chat")
        wait_until(lambda: self.api.timeline(made)["state"] == "delivered", 20, "its evidence")
        self.chats.append(time.monotonic() - started)

    def pass_time(self, seconds):
        self.clock.passed += seconds
        if self.whatsapp.process.poll() is None and not self.stopped:
            self.tell_time()
        self.api.close()  # the daemon has closed what was idle for hours
        wait_until(lambda: self.open_now() <= self.young(), 60, "those of yesterday to end", 0.1)

    def outage(self):
        steps = int(WEEK / HOUR / self.size.hours)
        for step in range(steps):
            if step == steps // 3:
                self.provider_returns()
            elif step > steps // 3:
                self.breaks(BROKEN[step % len(BROKEN)])
            self.send()
            self.chat()
            self.pass_time(self.size.hours * HOUR)
            self.memory.append(self.daemon.memory())

    def taken(self):
        """How often the provider took each notification."""
        lines = load_lines(self.record) if self.record.exists() else []
        return collections.Counter(line["attempt"].split(".")[0] for line in lines)

    def heal(self):
        """The provider works, and tells what it never told: (when, what it had taken, what came since)."""
        moment = self.now()
        self.breaks({})
        asked, before = self.taken(), set(self.made)
        self.whatsapp.switches(paused=False)
        self.send()
        wait_until(self.rest, 120, "everything to come to rest", 0.5)
        return moment, asked, set(self.made) - before

    def rest(self):
        """A probe and the next round come in half an hour each."""
        if self.open_now() == 0:
            return True
        self.pass_time(HOUR / 2)
        return False

    def refused(self):
        return [r for r in self.whatsapp.requests() if r["answer"] != 200]

    def test_a_week_of_it(self):
        self.begin()
        self.outage()
        moment, asked, latest = self.heal()
        taken = self.taken()
        states = {one: self.api.timeline(one)["state"] for one in self.made}
        after = set(taken) - set(asked)
        self.figure("notifications, hours passed", f"{len(self.made)}, {self.clock.passed / HOUR:.0f}")
        self.figure("ended as", dict(collections.Counter(states.values())))
        self.figure("most open at once", self.most, f"<= {int(DAY / HOUR / self.size.hours + 1) * self.size.each}")
        self.figure("requests it answered with a failure", len(self.refused()))
        self.figure("taken without an answer, once back", f"{len(asked)}, {len(after)}")
        self.figure("taken twice", sum(n > 1 for n in taken.values()), "0")
        self.figure("web chat, slowest s", f"{max(self.chats):.2f}")
        daily = self.memory[int(DAY / HOUR / self.size.hours) - 1::int(DAY / HOUR / self.size.hours)]
        self.figure("memory MiB, day by day", " ".join(f"{m / MIB:.0f}" for m in daily))
        self.assertLessEqual(self.most, (DAY / HOUR / self.size.hours + 1) * self.size.each)
        # From the second day on as many end as come.
        self.assertLess(daily[-1] - daily[1], 16 * MIB + min(CACHES, 8192 * len(self.made)))
        self.assertTrue(asked and after)
        self.assertEqual(max(taken.values()), 1)
        self.assertEqual(self.whatsapp.counters()["attempts_repeated"], {})
        for one in after:  # what had expired stays unsent
            self.assertGreaterEqual(self.made[one], moment - DAY)
        for one, state in states.items():
            self.assertEqual(state == "delivered", one in taken, f"{one} is {state}")
        self.assertLessEqual(set(states.values()), {"delivered", "expired", "undelivered"})
        self.assertTrue(latest <= after, "what was sent once it worked")


if __name__ == "__main__":
    unittest.main()
