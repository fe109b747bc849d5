"""5: while no write reaches the disk nothing is promised: no send, no receipt; mended, all goes on."""

import unittest

from fault_harness import FaultTest, wait_until
from shims import FOREVER, DiskShim

PHONE = "237691000001"
QUIET = {"delays": "sent=off,delivered=off,read=off", "webhook_retries": "0.2"}


class Promises(FaultTest):
    """Certain where the others need luck: the answer to what cannot be stored yet is what is looked at."""

    def begin(self, **changes):
        self.shim = DiskShim(self.folder)
        self.prepare(**changes)
        self.daemon.environment |= self.shim.environment
        self.daemon.start()

    def send(self, n):
        return self.api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": PHONE}, "params": {"message": f"Bonjour {n}"},
            "idempotency_key": f"order-{n}"})

    def break_disk(self):
        self.shim.arm("sync", "wal", "EIO", 1, FOREVER)

    def mend_disk(self):
        self.shim.disarm()
        wait_until(lambda: self.api.get("/readyz").status == 200, 30, "readiness")

    def rests(self, notification_id, state):
        wait_until(lambda: self.api.notification(notification_id)["state"] == state, 30, state)

    def test_each_acknowledgement_has_its_sync(self):
        self.begin(routes=[{"name": "default", "chain": [{"channel": "webchat", "until": "accepted"}]}])
        least = []
        for n in range(10):
            before = self.shim.count("sync", "wal")
            self.send(n).expect(201)
            least.append(self.shim.count("sync", "wal") - before)
        self.figure("syncs for an acknowledgement, fewest", min(least), ">= 1")
        self.assertGreaterEqual(min(least), 1)

    def test_what_cannot_be_stored_is_not_acknowledged(self):
        self.begin(routes=[{"name": "default", "chain": [{"channel": "webchat", "until": "accepted"}]}])
        self.rests(self.send("first").expect(201)["id"], "holding")
        self.break_disk()
        answers = [self.send(n) for n in range(5)]
        self.assertGreater(self.shim.page.faults, 0, "no sync failed")
        self.mend_disk()
        self.figure("answers while no sync works", ", ".join(sorted({str(a.status) for a in answers})),
                    "503 or 507")
        self.assertEqual({a.status for a in answers} - {503, 507}, set())
        for n in range(5):  # sent again, as a careful producer does; some may lie there already
            again = self.send(n)
            self.assertIn(again.status, (200, 201))
            self.rests(again.json["id"], "holding")
        self.assertEqual(self.api.inbox(PHONE, "?history=1")["count"], 6)

    def test_a_receipt_that_cannot_be_stored_is_not_taken(self):
        whatsapp = self.fake(**QUIET)
        self.begin(routes=[{"name": "default", "chain": [
            {"channel": "whatsapp", "until": "delivered", "within": "5m"}]}])
        made = self.send("told").expect(201)["id"]
        self.rests(made, "waiting")
        self.break_disk()
        message, = whatsapp.messages(to=PHONE)
        whatsapp.status(wamid=message["wamid"], status="delivered")
        told = wait_until(lambda: [p for p in whatsapp.posts() if p.get("status")], 30, "an answer")
        refused = {p["status"] for p in told}
        self.assertGreater(self.shim.page.faults, 0, "no sync failed")
        self.figure("a receipt while no sync works", ", ".join(map(str, sorted(refused))), "no 200")
        self.assertNotIn(200, refused)
        self.mend_disk()
        self.rests(made, "delivered")  # it was told again


if __name__ == "__main__":
    unittest.main()
