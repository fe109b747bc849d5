"""23: no room for the database, or for the log: nothing is promised that is not stored; it heals by itself."""

import json
import time
import unittest

from fault_harness import ENDLESS, Api, FaultTest, Load, load_lines, wait_until
from small_disk import SmallDisk


class DiskFull(FaultTest):
    everyday = {"times": 2, "refused": 1.0}
    long = {"times": 10, "refused": 5.0}

    def test_a_full_database_disk_refuses_and_recovers(self):
        disk = SmallDisk(self, 12)
        load = Load(self, groups=("webchat", "log"))
        self.fake(record=load.record)
        changes = load.changes()
        changes["routes"][-1]["chain"] = [{"channel": "webchat", "until": "accepted"}]
        daemon = self.prepare(**changes,
                              store={"url": f"sqlite:{disk.folder / 'herald.db'}"})
        daemon.wrapper = disk.wrapper
        daemon.start()
        load.send(ENDLESS, rate=12)
        recovered, heard = [], {}
        for _ in range(self.size.times):
            load.reach(load.acknowledged() + 30)
            disk.fill()
            self.probe(heard)
            disk.empty()
            recovered.append(self.recovered())
        load.stop()
        load.settled()
        load.collect(self.oracle)
        self.figure("disk", "tmpfs of 12 MiB" if disk.mounted else "limit of the file size")
        self.figure("answers while full", heard, "503 or 507")
        self.figure("recovered after s", ", ".join(f"{s:.2f}" for s in recovered), "<= 10")
        # A log line whose outcome could not be recorded is repeated once there is room.
        self.verdict(faults={"log": 16 * self.size.times})
        self.assertEqual(set(heard) - {201, 503, 507}, set())
        self.assertTrue(set(heard) & {503, 507}, "the disk was never full")
        self.assertLess(max(recovered), 20)  # asked are 10; a busy machine is given twice that

    def submit(self, api, key):
        """The status; what is acknowledged while it is full must be kept like everything else."""
        text = f"{'x' * 12_000} {key}"
        self.oracle.producer([{"key": key, "to": "237699111111", "text": text}], [])
        answer = api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": "237699111111"}, "idempotency_key": key,
            "params": {"message": text}})
        if answer.status == 201:
            self.oracle.producer([], [{"key": key, "id": answer.json["id"]}])
        if answer.status in (503, 507):
            self.assertTrue(answer.headers.get("Retry-After"), answer.text)
            self.assertIn("detail", answer.json)
        return answer.status

    def probe(self, heard):
        """Submits for a while; alive but not ready once it has noticed, and reading works."""
        api, end, n = Api(self.port), time.monotonic() + self.size.refused, 0
        self.addCleanup(api.close)
        while n < 2000 and (time.monotonic() < end or not set(heard) & {503, 507}):
            status = self.submit(api, f"probe-{time.monotonic_ns()}")
            heard[status] = heard.get(status, 0) + 1
            n += 1
        self.assertEqual(api.get("/healthz").status, 200)
        self.assertIn(api.get("/readyz").status, (200, 503))
        self.assertEqual(self.ctl("status")["version"][:1], "0")

    def recovered(self):
        """Seconds until a submission is accepted and it says that it is ready, without a restart."""
        started = time.monotonic()
        api = Api(self.port)
        self.addCleanup(api.close)
        wait_until(lambda: self.submit(api, f"again-{time.monotonic_ns()}") == 201, 30, "a 201", 0.05)
        wait_until(lambda: api.get("/readyz").status == 200, 10, "readiness")
        return time.monotonic() - started

    def test_a_full_log_disk_costs_only_the_log(self):
        disk = SmallDisk(self, 1)
        if not disk.mounted:
            self.skipTest("needs the right to mount")
        notices = disk.folder / "notifications.jsonl"
        chain = [{"channel": "log", "retry": {"attempts": 9, "backoff": "100ms..300ms"}}]
        self.start(log={"to": str(disk.folder / "heraldd.log")},
                   channels={"log": {"settings": {"file": str(notices)}}},
                   routes=[{"name": "log", "match": {"priority": "high"}, "chain": chain},
                           {"name": "default", "chain": [{"channel": "webchat",
                                                          "until": "accepted"}]}])
        disk.fill()
        stuck = self.send("high")
        for n in range(20):
            self.assertTrue(self.send("normal", n))
        wait_until(lambda: self.api.inbox("237699111111")["count"] == 10, 20, "items in web chat")
        tried = wait_until(lambda: self.api.timeline(stuck)["attempts"], 20, "an attempt to log")
        self.assertEqual({a["outcome"] for a in tried} - {"retry", "", None}, set(), tried)
        disk.empty()
        wait_until(lambda: [line for line in load_lines(notices) if line["id"] == stuck], 30,
                   "the line in the log")
        self.figure("with a full log disk", "web chat goes on, the log is told later", "the same")
        self.assertEqual([json.loads(line)["id"] for line in notices.read_text().splitlines()
                          if stuck in line], [stuck])

    def send(self, priority, n=0):
        return self.api.submit("message", {"phone": "237699111111"}, {"message": f"Bonjour {n}"},
                               priority=priority)["id"]


if __name__ == "__main__":
    unittest.main()
