"""store.retention: what ended long ago goes, with everything about it; what somebody needs stays."""

import contextlib
import os
import sqlite3
import subprocess
import time
import unittest

from herald_harness import SystemTest, postgres, program, wait_until

PHONES = [f"23769000{n:04d}" for n in range(20)]
RECENT = PHONES[-1]
DAYS_100 = 100 * 24 * 3600 * 1_000_000
ABOUT_IT = ("notifications", "timeline", "attempts", "renderings", "questions", "answers", "inbox_items")


class Retention(SystemTest):
    def sql(self, text):
        if os.environ.get("HERALD_STORE") == "postgresql":
            return postgres.shared().sql(text, schema=postgres.schema_of(self.folder))
        with contextlib.closing(sqlite3.connect(self.folder / "herald.db")) as db, db:
            return [row for part in text.split(";") for row in db.execute(part).fetchall()]

    def rows(self):
        return {table: int(self.sql(f"SELECT count(*) FROM {table}")[0][0]) for table in ABOUT_IT}

    def metric(self, name):
        return int(next(line.split()[1] for line in self.api.get("/metrics").text.splitlines()
                        if line.startswith(f"{name} ")))

    def audit_is_clean(self):
        done = subprocess.run([str(program("heraldd")), "audit", "--config", str(self.folder / "herald.yaml")],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def send(self, phone, kind="message", **params):
        params = params or {"message": "Bonjour"}
        return self.api.submit(kind, {"phone": phone}, params)["id"]

    def until_delivered(self, notification):
        wait_until(lambda: self.api.notification(notification)["state"] == "delivered", 30, "delivered")

    def test_what_ended_long_ago_goes(self):
        routes = [{"name": "default", "chain": [{"channel": "webchat", "until": "accepted"}, "log"]}]
        self.start(routes=routes)
        old = [self.send(phone) for phone in PHONES]
        for phone, notification in zip(PHONES, old):
            wait_until(lambda p=phone: self.api.inbox(p)["count"] == 1, 30, "the item")
            self.api.mark_read(phone, self.api.inbox(phone)["notifications"][0]["id"]).expect()
            self.until_delivered(notification)
            if phone != RECENT:
                self.api.clear(phone).expect()
        self.assertEqual(self.rows()["notifications"], len(old))
        self.stop()
        # A hundred days pass for all but the last.
        self.sql(f"UPDATE notifications SET created = created - {DAYS_100}, not_before = not_before - {DAYS_100} "
                 "WHERE rowid <> (SELECT max(rowid) FROM notifications); "
                 f"UPDATE timeline SET at = at - {DAYS_100} WHERE notification <> (SELECT max(rowid) FROM "
                 "notifications)")
        self.daemon.start()
        self.send(PHONES[0])
        time.sleep(1.5)  # for what must not happen
        self.assertEqual(self.rows()["notifications"], len(old) + 1)

        store = self.config["store"] | {"retention": {"ended": "90d"}}
        self.configure(routes=routes, store=store)
        self.assertEqual(len(self.ctl("reload")["changed"]), 1)
        recent = self.send(PHONES[1])

        def gone():
            self.send(PHONES[2])
            return self.metric("herald_store_deleted_total") == len(old) - 1
        wait_until(gone, 60, "all but the recent one deleted", every=0.2)
        for notification in old[:-1]:
            self.assertEqual(self.api.get(f"/api/v1/notifications/{notification}").status, 404)
        self.assertEqual(self.api.notification(old[-1])["state"], "delivered")
        self.assertEqual(self.api.inbox(RECENT)["count"], 1)
        self.assertEqual(self.api.notification(recent)["state"], "holding")
        self.assertGreater(self.metric("herald_store_oldest_seconds"), 0)
        kept = self.rows()
        self.assertEqual(kept["inbox_items"], kept["notifications"])
        self.stop()
        self.audit_is_clean()


if __name__ == "__main__":
    unittest.main()
