"""What web chat leaves in the database: conversation rows, the last 10, what a restart keeps."""

import datetime
import sqlite3
import unittest

from herald_harness import SharedDaemonTest, SystemTest, wait_until

# The application's own values of every row.
CONSTANT = {"message_type": "outgoing", "confidence_score": 1.0, "action_success": 1,
            "action_code": "SYSTEM_NOTIFICATION", "conversation_state": "NOTIFICATION_SENT"}
EMPTY = ("request_id", "session_id", "extracted_data", "execution_time", "action_metadata")


def rows(folder, user):
    """A person's conversation rows in the order they were written, as {column: value}."""
    db = sqlite3.connect(f"file:{folder / 'herald.db'}?mode=ro", uri=True)
    try:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(
            "SELECT * FROM conversations WHERE user_id = ? ORDER BY id", (user,))]
    finally:
        db.close()


def arrived(api, user, count):
    return wait_until(lambda: (page := api.inbox(user))["count"] >= count and page["notifications"],
                      what=f"{count} items in the inbox")


# covers: S96
class DatabaseIntegration(SystemTest):
    def person(self, phone, **options):
        more = [f"--{k}" for k in options]
        return self.ctl("user", "add", "--phone", phone, *more)["id"]

    # covers: S27 S44 S45
    def test_a_conversation_row_column_by_column(self):
        self.start()
        user = self.person("237691924173")
        text = "Prix < 5 000 & **gras** 👨🔧\n'; DROP TABLE users; --"
        self.api.submit("message", {"user": user}, {"message": text})
        item = arrived(self.api, user, 1)[0]
        self.assertEqual(item["text"], text)
        self.assertNotIn("SYSTEM_NOTIFICATION", item["message"])
        self.stop()
        row, = rows(self.folder, user)
        self.assertEqual({k: row[k] for k in CONSTANT}, CONSTANT)
        self.assertEqual(row["user_id"], user)
        self.assertEqual(row["message_content"], "[SYSTEM_NOTIFICATION] " + text)
        self.assertEqual(row["ai_response"], text)
        self.assertEqual([row[k] for k in EMPTY], [None] * len(EMPTY))
        age = datetime.datetime.utcnow() - datetime.datetime.fromisoformat(row["created_at"])
        self.assertLess(abs(age), datetime.timedelta(minutes=10))

    # covers: S45
    def test_the_other_columns_may_be_null_and_created_at_defaults_to_now(self):
        self.start()
        user = self.person("237691924173")
        self.stop()
        db = sqlite3.connect(self.folder / "herald.db")
        with db:
            db.execute("INSERT INTO conversations (user_id, message_type, message_content) "
                       "VALUES (?, 'incoming', 'OUI')", (user,))
        db.close()
        row, = rows(self.folder, user)
        self.assertEqual([row[k] for k in EMPTY], [None] * len(EMPTY))
        datetime.datetime.fromisoformat(row["created_at"])

    # covers: S41 S42 S43 S47
    def test_the_last_ten_stay_active_and_all_stay_in_the_history(self):
        self.start()
        user, other = self.person("237691924173"), self.person("237691924174")
        self.api.submit("message", {"user": other}, {"message": "Pour l'autre"})
        for n in range(1, 12):
            self.api.submit("message", {"user": user}, {"message": f"Numéro {n}"})
            wait_until(lambda n=n: self.api.inbox(user)["notifications"][-1:] and
                       self.api.inbox(user)["notifications"][-1]["text"] == f"Numéro {n}")
        page = self.api.inbox(user)
        self.assertEqual((page["count"], page["unread_count"], page["older_unread"]), (10, 10, 1))
        self.assertEqual([i["text"] for i in page["notifications"]],
                         [f"Numéro {n}" for n in range(2, 12)])
        self.assertEqual(self.api.inbox(other)["count"], 1)
        self.api.clear(user).expect()
        self.assertEqual(self.api.inbox(user)["count"], 0)
        self.assertEqual(self.api.inbox(other)["count"], 1)
        self.assertEqual(self.api.inbox(user, "?history=1")["count"], 11)
        self.stop()
        self.assertEqual([r["ai_response"] for r in rows(self.folder, user)],
                         [f"Numéro {n}" for n in range(1, 12)])

    # covers: S43
    def test_how_many_stay_is_configurable(self):
        self.start(inbox={"keep": 3})
        user = self.person("237691924173")
        for n in range(1, 6):
            self.api.submit("message", {"user": user}, {"message": f"Numéro {n}"})
            wait_until(lambda n=n: self.api.inbox(user, "?history=1")["count"] == n)
        self.assertEqual([i["text"] for i in self.api.inbox(user)["notifications"]],
                         ["Numéro 3", "Numéro 4", "Numéro 5"])

    # covers: S09 S46
    def test_a_restart_loses_and_changes_nothing(self):
        self.start()
        user = self.person("237691924173")
        types = ["info", "confirmation", "status_update", "provider_request"]
        for n, kind in enumerate(types, 1):
            self.api.submit("message", {"user": user}, {"message": f"Un {kind}", "type": kind})
            arrived(self.api, user, n)
        items = self.api.inbox(user)["notifications"]
        self.assertEqual([i["type"] for i in items], types)
        for item in items[1:3]:
            self.api.mark_read(user, item["id"]).expect()
        before = self.api.inbox(user)
        cursor = self.api.poll(user)["cursor"]
        self.api.close()
        self.daemon.restart()
        self.assertEqual(self.api.inbox(user), before)
        self.assertEqual([i["read"] for i in before["notifications"]], [False, True, True, False])
        self.assertFalse(self.api.poll(user, cursor=cursor)["has_new"])
        self.api.submit("message", {"user": user}, {"message": "Après"})
        last = arrived(self.api, user, 5)[-1]
        self.assertGreater(last["id"], items[-1]["id"])
        self.assertGreater(last["timestamp"], items[-1]["timestamp"])

    # covers: S55
    def test_a_provider_has_an_inbox_and_no_row_of_the_application(self):
        self.start()
        user = self.person("237691924175", provider=True)
        made = self.api.submit("message", {"user": user}, {"message": "Bonjour"})
        arrived(self.api, user, 1)
        self.assertIs(self.api.timeline(made["id"])["conversation_row"], False)
        self.stop()
        self.assertEqual(rows(self.folder, user), [])


# covers: S02 S03 S04 S09
class Types(SharedDaemonTest):
    def test_each_kind_has_its_item_type(self):
        request = {"service": "Plomberie", "location": "Akwa", "description": "Fuite"}
        kinds = {"service_request.confirmed": (request, "confirmation"),
                 "service_request.status": ({"service": "Plomberie", "status": "en cours"},
                                            "status_update"),
                 "provider.request": (request, "provider_request"),
                 "message": ({"message": "Bonjour"}, "info")}
        user = self.person()
        for kind, (params, _) in kinds.items():
            self.api.submit(kind, {"phone": user}, params)
        items = self.arrived(user, 4)["notifications"]
        found = {self.api.notification(i["herald_id"])["kind"]: i["type"] for i in items}
        self.assertEqual(found, {kind: type_ for kind, (_, type_) in kinds.items()})


if __name__ == "__main__":
    unittest.main()
