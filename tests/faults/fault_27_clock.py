"""27: the wall clock is set while the daemon runs: nothing fires early, late or twice, what is scheduled follows."""

import collections
import datetime
import os
import time
import unittest

from fault_harness import FaultTest, load_lines, wait_until
from shims import ClockShim

WITHIN = 3.0
HOUR, DAY = 3600.0, 86400.0
END_OF_32_BITS = 2**31 + 10.0
SLACK = 5.0  # what a busy machine may add to a promise of time in the everyday size


class Clock(FaultTest):
    everyday = {"moves": 3}
    long = {"moves": 40}

    def setUp(self):
        super().setUp()
        self.clock = ClockShim(self.folder)
        self.serial, self.ids = 0, []
        self.slack = 1.0 if os.environ.get("HERALD_LONG") == "1" else SLACK

    def begin(self):
        daemon = self.prepare(
            channels={"log": {"settings": {"text": True}}}, inbox={"keep": 500},
            routes=[{"name": "default", "expires_after": "7d",
                     "chain": [{"channel": "webchat", "until": "read", "within": f"{WITHIN:.0f}s"},
                               "log"], "rounds": {"count": 1}}])
        daemon.environment = dict(self.clock.environment)
        daemon.start()

    def now(self):
        """The daemon's wall clock."""
        return time.time() + self.clock.ahead

    def send(self, after=0.0):
        """A notification for a person of its own, not before so many seconds of wall clock."""
        self.serial += 1
        more = {}
        if after:
            when = datetime.datetime.fromtimestamp(self.now() + after, datetime.timezone.utc)
            more["not_before"] = when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        made = self.api.submit("message", {"phone": f"23769833{self.serial:04d}"},
                               {"message": f"Bonjour {self.serial}"}, **more)["id"]
        self.ids.append(made)
        return made

    def attempts(self, notification_id):
        return self.api.timeline(notification_id)["attempts"]

    def test_timers_keep_their_length_and_what_is_scheduled_follows(self):
        self.begin()
        moves = [HOUR, -HOUR, END_OF_32_BITS - time.time(), DAY, -DAY]
        moves += [self.random.choice((-1, 1)) * self.random.uniform(60, DAY)
                  for _ in range(self.size.moves)]
        lengths, follows = [], []
        for by in moves[:self.size.moves]:
            length, follow = self.move(by)
            lengths.append(length)
            follows += follow
        logged = collections.Counter(
            line["id"] for line in load_lines(self.folder / "notifications.jsonl"))
        self.figure("moves", ", ".join(f"{m / HOUR:+.1f} h" for m in moves[:self.size.moves][:6]))
        self.figure(f"{WITHIN:.0f} s lasted", f"{min(lengths):.2f} to {max(lengths):.2f}",
                    f"{WITHIN:.0f} to {WITHIN + 1:.0f}")
        self.figure("scheduled after s of new time", f"{max(follows, default=0):.2f}", "<= 1")
        self.figure("log lines of one notification", max(logged.values()), "1")
        self.assertGreaterEqual(min(lengths), WITHIN - 0.1, "left early")
        self.assertLessEqual(max(lengths), WITHIN + self.slack, "left late")
        self.assertLessEqual(max(follows, default=0), self.slack)
        self.assertEqual(max(logged.values()), 1)

    def move(self, by):
        """(seconds that `within` lasted, [seconds until what the move made due was attempted])."""
        # Counted from before it was sent: what is seen late must not look like leaving early.
        begun = time.monotonic()
        waiting = self.send()
        # Nothing can be scheduled for years ahead: then `later` is only what nobody waits for.
        soon = self.send(min(abs(by), 60 * DAY))
        later = self.send(2 * abs(by) + 60) if abs(by) < 30 * DAY else None
        wait_until(lambda: self.attempts(waiting), 20, "an attempt in web chat")
        time.sleep(self.random.uniform(0.2, 1.0))  # somewhere within
        self.clock.ahead += by
        moved, follow = time.monotonic(), []
        if by > 0:
            # Years later even what was scheduled has expired, unsent: it named a day.
            wait_until(lambda: self.attempts(soon) or by > 90 * DAY
                       and self.api.notification(soon)["state"] == "expired", 30,
                       "what the new time made due", 0.05)
            follow.append(time.monotonic() - moved)
        wait_until(lambda: len(self.attempts(waiting)) == 2, 60, "the next step", 0.02)
        length = time.monotonic() - begun
        for early in [later] * (later is not None) + [soon] * (by < 0):
            self.assertEqual(self.attempts(early), [], "sent before its time")
            self.api.post(f"/api/v1/notifications/{early}/cancel").expect()
        return length, follow


if __name__ == "__main__":
    unittest.main()
