"""32: hours of mixed faults under one load: memory does not climb, descriptors and threads stay flat."""

import pathlib
import signal
import socket
import time
import unittest

from fault_harness import ENDLESS, FaultTest, Load
from load import GROUPS

MIB = 1 << 20
HOUR = 3600.0


class Soak(FaultTest):
    """Kills and restarts in the first half; then one daemon lives through the other faults and is measured,
    once it is warm: after `warm` of its life. The catalogue's 24 hours: --set hours=24 --set rate=1."""

    everyday = {"hours": 0.002, "warm": 0.3, "rate": 8.0, "pause": 0.3}
    long = {"hours": 1.0, "rate": 4.0, "pause": 5.0}

    def test_mixed_faults_leave_nothing_behind(self):
        seconds = self.size.hours * HOUR
        once = {"whatsapp": GROUPS["whatsapp"] | {"rounds": {"count": 1}}}
        people = max(60, int(self.size.rate * seconds / 50))  # so that a person's items are one page
        load = Load(self, people=people, groups=("webchat", "log"), more=once)
        load.begin()
        load.send(ENDLESS, rate=self.size.rate)
        load.reach(50)
        done = self.trouble(seconds / 2, [self.killed, self.restarted, self.provider_fails])
        seen = []
        done += self.trouble(seconds / 2, [self.reloaded, self.frozen, self.provider_fails,
                                           self.hung_up], seen)
        load.stop()
        load.settled(180)
        load.collect(self.oracle)
        self.judge(seen, done)
        # What the log was being given at a kill it is given once more.
        self.verdict(faults={"log": 16 * done.count("killed")})

    def trouble(self, seconds, kinds, seen=None):
        """Makes trouble until the time is over, each kind once at first; their names. `seen` gets what the
        daemon took in between."""
        end, done = time.monotonic() + seconds, []
        while time.monotonic() < end or len(done) < len(kinds):
            kind = kinds[len(done)] if len(done) < len(kinds) else self.random.choice(kinds)
            kind()
            done.append(kind.__name__)
            time.sleep(self.random.uniform(0.5, 1.5) * self.size.pause)  # work between two of them
            self.whatsapp.disarm()
            if seen is not None:
                seen.append(self.measured())
        return done

    def killed(self):
        self.api.close()
        self.daemon.kill()
        self.daemon.start(60)

    def restarted(self):
        self.stop()
        self.daemon.start(60)

    def reloaded(self):
        self.config["routes"][-1]["chain"] = [
            {"channel": "log", "retry": {"attempts": self.random.randrange(2, 9)}}]
        self.configure(self.config)
        self.daemon.reload(30)

    def frozen(self):
        self.daemon.signal(signal.SIGSTOP)
        time.sleep(min(self.size.pause, 2.0))  # so long it does not run
        self.daemon.signal(signal.SIGCONT)

    def provider_fails(self):
        self.whatsapp.arm(error=self.random.choice([131000, 130429, 131026]), always=True)

    def hung_up(self):
        """Clients that leave in the middle of what they say."""
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                client.sendall(b"POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nContent-Le")

    def measured(self):
        process = pathlib.Path("/proc", str(self.daemon.pid()))
        return {"time": time.monotonic(), "memory": self.daemon.memory(),
                "descriptors": len(list((process / "fd").iterdir())),
                "threads": len(list((process / "task").iterdir()))}

    def judge(self, seen, done):
        born, died = seen[0]["time"], seen[-1]["time"]
        warm = [m for m in seen if m["time"] >= born + self.size.warm * (died - born)]
        measured = (died - warm[0]["time"]) / HOUR
        climb = slope(warm, "memory") * HOUR / MIB
        span = {name: (min(m[name] for m in warm), max(m[name] for m in warm))
                for name in ("descriptors", "threads")}
        self.figure("faults", ", ".join(f"{done.count(n)} {n}" for n in dict.fromkeys(done)))
        self.figure("measured h, samples", f"{measured:.3f}, {len(warm)}")
        self.figure("memory MiB", f"{warm[0]['memory'] / MIB:.1f} to {warm[-1]['memory'] / MIB:.1f}, "
                    f"{climb:+.1f} an hour", "<= 1 an hour after hour 2")
        self.figure("descriptors, threads", f"{span['descriptors']}, {span['threads']}", "flat")
        if warm[0]["time"] - born >= 2 * HOUR:
            self.assertLessEqual(climb, 1.0, "memory climbs")
        else:  # caches still fill: no more than that
            self.assertLessEqual(warm[-1]["memory"], 1.5 * warm[0]["memory"], "memory climbs")
        # Connections come and go; what is left behind would add up with every fault.
        self.assertLessEqual(span["descriptors"][1] - span["descriptors"][0], 32, "descriptors")
        self.assertLessEqual(abs(slope(warm, "descriptors") * (died - warm[0]["time"])), 16)
        self.assertLessEqual(span["threads"][1] - span["threads"][0], 2, "threads")


def slope(samples, name):
    """Of the straight line nearest to the samples, per second."""
    n = len(samples)
    t = sum(m["time"] for m in samples) / n
    v = sum(m[name] for m in samples) / n
    spread = sum((m["time"] - t) ** 2 for m in samples)
    return sum((m["time"] - t) * (m[name] - v) for m in samples) / spread if spread else 0.0


if __name__ == "__main__":
    unittest.main()
