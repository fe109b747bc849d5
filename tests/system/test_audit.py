"""The audit: clean after honest work, in words and as JSON, running or stopped; and defects on purpose
that it finds by itself, from the tables alone."""

import json
import os
import sqlite3
import subprocess
import unittest

from herald_harness import SystemTest, program, wait_until

APPENDED = "pg.item_appended" if os.environ.get("HERALD_STORE") == "postgresql" else \
    "store.item_appended"  # the crash point
PEOPLE = [f"+23769000{n:04d}" for n in range(12)]


class AuditTest(SystemTest):
    def offline(self, *more):
        """(exit code, report) of `heraldd audit` by the daemon without defects."""
        done = subprocess.run([str(program("heraldd")), "audit", "--config",
                               str(self.folder / "herald.yaml"), "--json", *more],
                              capture_output=True, text=True, timeout=120)
        if done.returncode == 2:
            raise AssertionError(done.stderr)
        return done.returncode, json.loads(done.stdout)

    def work(self):
        """Notifications of several histories: read, failed after acceptance, cancelled, waiting."""
        sent = [self.api.submit("message", {"phone": phone}, {"message": f"Bonjour {n}"})["id"]
                for n, phone in enumerate(PEOPLE)]
        for notification in sent:
            wait_until(lambda: self.shown(notification, "state") == "waiting", 60, "an inbox item")
        for phone in PEOPLE[:4]:  # whoever looks has it
            self.api.mark_read(phone, self.api.inbox(phone)["notifications"][0]["id"]).expect()
        self.ctl("cancel", sent[5])
        wait_until(lambda: self.shown(sent[0], "evidence") == "read", 60, "the first one read")
        return sent

    def shown(self, notification, member):
        return self.ctl("show", notification)[member]


class Clean(AuditTest):
    def test_what_a_daemon_recorded_replays(self):
        self.fake()
        self.start()
        sent = self.work()
        for phone in PEOPLE[:4]:
            self.api.submit("message", {"phone": phone}, {"message": "Encore"},
                            idempotency_key=f"again {phone}")
        report = self.ctl("audit")
        self.assertTrue(report["clean"], report["broken"])
        self.assertEqual(report["notifications"], len(sent) + 4)
        self.assertEqual(report["states"]["cancelled"], 1)
        kind = next(k for k in report["kinds"] if k["kind"] == "message")
        self.assertEqual(kind["accepted"], len(sent) + 4)
        self.assertAlmostEqual(kind["ratio"], kind["arrived"] / kind["accepted"])
        text = self.ctl.text("audit")
        self.assertIn("no row breaks a rule", text)
        self.assertEqual(self.ctl("audit", "--since", "1970-01-01")["notifications"], len(sent) + 4)
        self.assertEqual(self.ctl("audit", "--since", "2100-01-01")["notifications"], 0)
        with self.subTest("a daemon runs"):
            refused = subprocess.run([str(program("heraldd")), "audit", "--config",
                                      str(self.folder / "herald.yaml")],
                                     capture_output=True, text=True, timeout=60)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("heraldctl audit", refused.stderr)
        self.daemon.kill()  # what a crash left is read as it is
        code, offline = self.offline()
        self.assertEqual((code, offline["broken"]), (0, []))
        self.assertEqual(offline["notifications"], len(sent) + 4)
        self.assertEqual(self.offline("--since", "2100-01-01")[1]["notifications"], 0)

    def test_a_row_broken_by_hand_is_named(self):
        self.start()
        sent = self.work()
        self.stop()
        with sqlite3.connect(self.folder / "herald.db") as db:
            db.execute("UPDATE notifications SET state = 4 WHERE id = ?", (sent[7],))
        db.close()
        code, report = self.offline()
        self.assertEqual(code, 1)
        self.assertIn((sent[7], "notifications", "notifications.state"),
                      {(b["id"], b["table"], b["rule"]) for b in report["broken"]})
        self.assertIn("counters.count", {b["rule"] for b in report["broken"]})
        self.daemon.start()
        code, out, _ = self.ctl.run("audit")
        self.assertEqual(code, 1, out)
        self.assertIn(sent[7], out)


class Defects(AuditTest):
    """The daemon with a defect works, is killed, and the audit names the rows. Without the defect the
    same ends clean: then it is the defect that was found, and not the kill."""

    def rules(self, mutant, crash_at=""):
        self.prepare()
        self.daemon.program = "heraldd-faults"
        self.daemon.environment |= {"HERALD_MUTANT": mutant, "HERALD_CRASH_AT": crash_at}
        if crash_at:
            self.daemon.start()
            for n in range(3):
                try:
                    self.api.submit("message", {"phone": PEOPLE[n]}, {"message": "Bonjour"})
                except OSError:
                    break
            self.daemon.wait(60)
        else:
            self.daemon.start()
            self.work()
            self.daemon.kill()
        self.api.close()
        code, report = self.offline()
        found = {b["rule"] for b in report["broken"]}
        self.assertEqual(code, 1 if found else 0)
        return found

    def test_none(self):
        self.assertEqual(self.rules(""), set())

    def test_killed_between_item_and_outcome(self):
        self.assertEqual(self.rules("", APPENDED), set())

    def test_append_split(self):
        self.assertIn("inbox_items.extra", self.rules("append_split", APPENDED))

    def test_event_not_recorded(self):
        self.assertIn("notifications.progress", self.rules("event_not_recorded"))

    def test_counters_drift(self):
        self.assertEqual(self.rules("counters_drift"), {"counters.count"})

    def test_attempt_not_updated(self):
        self.assertIn("attempts.evidence", self.rules("attempt_not_updated"))

    def test_due_forgotten(self):
        self.assertIn("notifications.lost", self.rules("due_forgotten"))


if __name__ == "__main__":
    unittest.main()
