"""9: the daemon is stopped in its tracks, longer than its attempts may take, and wakes up."""

import datetime
import signal
import subprocess
import time
import unittest

from fault_harness import Daemon, FaultTest, daemon_config, free_port, load_lines, wait_until
from fault_harness import write_config

ORDER = {"queued": 0, "trying": 1, "waiting": 2, "holding": 3}
WHATSAPP = [{"channel": "whatsapp", "until": "delivered", "within": "20s",
             "retry": {"attempts": 3, "backoff": "100ms..1s"}}]


def unix(iso):
    return datetime.datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp()


class Sleep(FaultTest):
    # Fewer at once than the timeouts in a row that open the breaker.
    everyday = {"sleeps": 4, "sends": 4}
    long = {"sleeps": 100, "sends": 4}
    smaller = {"sleeps": 1}

    def begin(self):
        self.people = 0
        self.record = self.folder / "sent.jsonl"
        fake = self.fake(record=self.record)
        self.start(channels={"whatsapp": {"timeout": "1s"}},
                   routes=[{"name": "default", "chain": WHATSAPP}])
        return fake

    def test_what_came_back_while_it_slept_is_not_sent_again(self):
        fake = self.begin()
        sent, over, late = [], 0, 0
        for sleep in range(self.size.sleeps):
            # The provider has them, but its answer comes when the time for it is over.
            fake.arm(always=True, delay=1.5)
            batch = [self.send(f"{sleep}-{n}") for n in range(self.size.sends)]
            wait_until(lambda b=batch: self.api.timeline(b[-1])["attempts"], 20, "a send")
            time.sleep(self.random.uniform(0, 0.3))
            self.daemon.signal(signal.SIGSTOP)
            stopped = time.time()
            time.sleep(self.random.uniform(2.2, 3.0))  # what is tested: longer than the timeout
            self.daemon.signal(signal.SIGCONT)
            fake.disarm()
            # One that is answered in time, so that the breaker starts counting anew.
            awake = self.send(f"{sleep}-awake")
            self.came_to_rest(awake)
            sent += [*batch, awake]
            for notification_id in batch:
                attempt = self.came_to_rest(notification_id)["attempts"][0]
                over += unix(attempt["ended"] or attempt["evidence_at"]) > stopped
                late += attempt["reason"] != "none"
        copies = [len([e for e in load_lines(self.record) if i in e["attempt"]]) for i in sent]
        self.figure("sleeps, sends", f"{self.size.sleeps}, {len(sent)}")
        self.figure("in flight when stopped", over, "> 0")
        self.figure("given up before they were answered", late, "receipts decide")
        self.figure("copies at most", max(copies), "1")
        self.assertEqual(set(copies), {1})
        self.assertGreater(over, 0, "nothing was in flight when it was stopped")

    def send(self, name):
        self.people += 1
        return self.api.submit("message", {"phone": f"23769{self.people:07d}"},
                               {"message": f"Numéro {name}"}, idempotency_key=f"sleep-{name}")["id"]

    def came_to_rest(self, notification_id):
        """Its timeline at the end. Its states went only forward: back to trying only on the word that
        nothing had been sent."""
        shown = wait_until(lambda: (t := self.api.timeline(notification_id)) and
                           t["state"] == "delivered" and t, 40, "delivered by receipt")
        before = 0
        for entry in shown["timeline"]:
            state = ORDER.get(entry["state"], 9)
            if "nothing was sent" not in entry["detail"]:
                self.assertGreaterEqual(state, before, shown["timeline"])
            before = state
        return shown

    def test_a_second_daemon_on_the_same_store_is_refused(self):
        self.begin()
        first = self.send(1)
        for asleep in (False, True):
            if asleep:
                self.daemon.signal(signal.SIGSTOP)
            code, said = self.second()
            if asleep:
                self.daemon.signal(signal.SIGCONT)
            self.assertEqual(code, 1, said)
            self.assertIn("is in use by another heraldd", said.splitlines()[-1])
        wait_until(lambda: self.api.timeline(first)["state"] == "delivered", 30, "delivered")
        self.figure("a second daemon on the store", "refused", "refused")

    def second(self):
        """Exit code and words of another daemon with doors of its own on the same database."""
        folder = self.folder / "second"
        folder.mkdir(exist_ok=True)
        config = daemon_config(folder, free_port(), self.whatsapp,
                               store=self.config["store"])
        other = Daemon(write_config(folder / "herald.yaml", config), folder)
        other.spawn()
        try:
            return other.wait(20), other.log()
        except subprocess.TimeoutExpired:
            other.kill()
            return None, "it ran"


if __name__ == "__main__":
    unittest.main()
