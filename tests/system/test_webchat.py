"""The web chat API over real HTTP, as clients of the first version speak it.

Suites by what they show: creation, retrieval, real-time polling; user lookup and error handling are
in test_lookup.py, database integration in test_database.py.
"""

import datetime
import json
import subprocess
import unittest

from herald_harness import SharedDaemonTest, wait_until

SPECIFIED = "237691924173"
ERROR = {"directory": {"unknown_recipient": "error"}}


# covers: S96
class Creation(SharedDaemonTest):
    changes = ERROR

    def curl(self, *arguments):
        done = subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True,
                              timeout=20, check=True)
        return json.loads(done.stdout)

    # covers: S97 S14 S22 S23 S24
    def test_the_three_curl_commands_as_written(self):
        self.ctl("user", "add", "--phone", SPECIFIED)
        origin = f"http://127.0.0.1:{self.host.port}"
        for _ in range(4):
            self.assertEqual(
                self.curl("-X", "POST", f"{origin}/api/web-chat/test-notification/{SPECIFIED}"),
                {"status": "success", "message": "Test notification sent"})
        self.arrived(SPECIFIED, 4)
        listed = self.curl(f"{origin}/api/web-chat/notifications/{SPECIFIED}")
        self.assertEqual((listed["status"], listed["count"], listed["unread_count"]),
                         ("success", 4, 4))
        self.assertEqual({(i["message"], i["type"]) for i in listed["notifications"]},
                         {("Test notification", "info")})
        polled = self.curl(f"{origin}/api/web-chat/notifications/poll/{SPECIFIED}")
        self.assertEqual((polled["status"], polled["has_new"], polled["count"]),
                         ("success", True, 4))

    # covers: S14 S23
    def test_a_test_notification_takes_message_and_type(self):
        user = self.person()
        self.api.test_notification(user, {"message": "Bonjour", "notification_type": "confirmation"}
                                   ).expect()
        item = self.arrived(user)["notifications"][0]
        self.assertEqual((item["message"], item["type"]), ("Bonjour", "confirmation"))

    # covers: S01
    def test_a_message_is_created_with_the_type_asked_for(self):
        user = self.person()
        self.send(user, "Un", type="status_update")
        self.send(user, "Deux")
        items = self.arrived(user, 2)["notifications"]
        self.assertEqual([(i["message"], i["type"]) for i in items],
                         [("Un", "status_update"), ("Deux", "info")])

    # covers: S01 S02 S03 S04 S08 S52
    def test_nothing_is_called_a_success_that_was_not_stored(self):
        user, nobody = self.person(), self.person(known=False)
        requests = {
            "unknown person": ("message", {"phone": nobody}, {"message": "x"}, 404),
            "unknown id": ("message", {"user": 99_999_998}, {"message": "x"}, 404),
            "unknown kind": ("mesage", {"phone": user}, {"message": "x"}, 422),
            "no message": ("message", {"phone": user}, {}, 422),
            "confirmation of nothing": ("service_request.confirmed", {"phone": user}, {}, 422),
            "status of nothing": ("service_request.status", {"phone": user}, {}, 422),
            "request of nothing": ("provider.request", {"phone": user}, {}, 422)}
        for what, (kind, to, params, status) in requests.items():
            with self.subTest(what):
                answer = self.api.post("/api/v1/notifications",
                                       {"kind": kind, "to": to, "params": params})
                body = answer.expect(status)
                self.assertEqual(body["status"], "error")
                self.assertTrue(body["message"])
                self.assertNotIn("id", body)
        self.assertEqual(self.api.inbox(user)["count"], 0)

    def test_what_was_made_is_found_again(self):
        user = self.person()
        answer = self.api.post("/api/v1/notifications", {
            "kind": "message", "to": {"phone": user}, "params": {"message": "Bonjour"}})
        made = answer.expect(201)
        self.assertEqual(answer.headers["Location"], "/api/v1/notifications/" + made["id"])
        shown = self.api.get(answer.headers["Location"]).expect()
        self.assertEqual((shown["id"], shown["kind"]), (made["id"], "message"))
        self.assertIn(made["id"], [n["id"] for n in self.api.get(
            f"/api/v1/notifications?user={user}").expect()["notifications"]])


# covers: S96
class Retrieval(SharedDaemonTest):
    # covers: S05 S10 S18 S24 S26
    def test_the_list(self):
        user = self.person()
        for n in range(4):
            self.send(user, f"Numéro {n} 🔧")
        self.arrived(user, 4)
        answer = self.api.get(f"/api/web-chat/notifications/{user}")
        self.assertEqual(answer.headers.get_content_type(), "application/json")
        page = json.loads(answer.raw.decode("utf-8"))
        self.assertLessEqual({"status": "success", "count": 4, "unread_count": 4}.items(),
                             page.items())
        items = page["notifications"]
        self.assertEqual([i["message"] for i in items], [f"Numéro {n} 🔧" for n in range(4)])
        for item in items:
            types = {"id": int, "message": str, "type": str, "timestamp": str, "read": bool}
            self.assertEqual({k: type(item[k]) for k in types}, types)
            self.assertRegex(item["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        for key in ("id", "timestamp"):
            self.assertEqual([i[key] for i in items], sorted({i[key] for i in items}))

    # covers: S06 S11 S19 S20 S28 S30
    def test_mark_read_in_every_spelling(self):
        user = self.person()
        for _ in range(4):
            self.send(user)
        ids = [i["id"] for i in self.arrived(user, 4)["notifications"]]
        path = f"/api/web-chat/notifications/{user}/mark-read"
        read = {"status": "success", "message": "Notification marked as read"}
        calls = [lambda: self.api.mark_read(user, ids[0]),
                 lambda: self.api.post(f"{path}?notification_id={ids[1]}"),
                 lambda: self.api.post(f"{path}/{ids[2]}")]
        for left, call in zip((3, 2, 1), calls):
            for _ in range(2):  # the second changes nothing
                self.assertEqual(call().expect(), read)
                self.assertEqual(self.api.inbox(user)["unread_count"], left)
        last = self.api.inbox(user)["notifications"][3]
        self.assertEqual(self.api.mark_read(user, last["herald_id"]).expect(), read)
        self.assertEqual([i["read"] for i in self.api.inbox(user)["notifications"]], [True] * 4)

    # covers: S07 S12 S21 S29 S30
    def test_clear_without_a_body(self):
        user = self.person()
        for _ in range(3):
            self.send(user)
        self.arrived(user, 3)
        self.assertEqual(self.api.clear(user).expect(),
                         {"status": "success", "message": "All notifications cleared"})
        page = self.api.inbox(user)
        self.assertEqual((page["count"], page["unread_count"], page["notifications"]), (0, 0, []))
        polled = self.api.poll(user)
        self.assertEqual((polled["has_new"], polled["count"]), (False, 0))


# covers: S96
class RealTimePolling(SharedDaemonTest):
    def messages(self, answer):
        return [i["message"] for i in answer["notifications"]]

    # covers: S13 S25 S33 S36
    def test_a_poll_without_last_check_gives_all_and_marks_nothing(self):
        user = self.person()
        self.assertEqual(self.api.poll(user)["has_new"], False)
        self.send(user, "Un")
        self.send(user, "Deux")
        wait_until(lambda: self.api.poll(user)["count"] == 2)
        for _ in range(2):
            polled = self.api.poll(user)
            self.assertEqual((polled["status"], polled["has_new"]), ("success", True))
            self.assertEqual(self.messages(polled), ["Un", "Deux"])
        self.assertEqual(self.api.inbox(user)["unread_count"], 2)

    # covers: S31 S32 S35
    def test_only_what_is_strictly_newer(self):
        user = self.person()
        self.send(user, "Un")
        first = self.arrived(user)["notifications"][0]["timestamp"]
        self.send(user, "Deux")
        self.arrived(user, 2)
        self.assertEqual(self.messages(self.api.poll(user, first)), ["Deux"])
        at = datetime.datetime.fromisoformat(first.replace("Z", "+00:00"))
        west = datetime.timezone(-datetime.timedelta(hours=5))
        east = datetime.timezone(datetime.timedelta(hours=1))
        spelled = [at.astimezone(west).isoformat(), at.astimezone(east).isoformat(),
                   at.astimezone(east).isoformat().replace("+", " "), first.lower()]
        for text in spelled:
            with self.subTest(text):
                self.assertEqual(self.messages(self.api.poll(user, text)), ["Deux"])
        just_before = (at - datetime.timedelta(microseconds=1)).isoformat()
        self.assertEqual(self.messages(self.api.poll(user, just_before)), ["Un", "Deux"])
        self.assertEqual(len(self.messages(self.api.poll(user, "2025-07-14"))), 2)
        polled = self.api.poll(user, self.api.poll(user)["server_time"])
        self.assertEqual((polled["has_new"], polled["count"], polled["notifications"]),
                         (False, 0, []))

    # covers: S32
    def test_another_last_check_is_400_and_never_everything(self):
        user = self.person()
        self.send(user)
        self.arrived(user)
        for wrong in ("", "yesterday", "2025-07-14T10:00:00", "2025-13-01", "1752487200",
                      "2025-07-14T10:00:00Zx", "2025-07-14T25:00:00Z"):
            with self.subTest(wrong):
                answer = self.api.get(f"/api/web-chat/notifications/poll/{user}?last_check={wrong}")
                self.assertNotIn("notifications", answer.expect(400))

    # covers: S34 S35
    def test_the_cursor_gives_each_item_once(self):
        user = self.person()
        cursor, seen = self.api.poll(user)["cursor"], []
        sent = [f"Numéro {n}" for n in range(10)]
        for message in sent:
            self.send(user, message)
            answer = self.api.poll(user, cursor=cursor)
            seen, cursor = seen + self.messages(answer), answer["cursor"]

        def rest():
            nonlocal seen, cursor
            answer = self.api.poll(user, cursor=cursor)
            seen, cursor = seen + self.messages(answer), answer["cursor"]
            return len(seen) >= len(sent)
        wait_until(rest)
        self.assertEqual(sorted(seen), sorted(sent))
        self.assertFalse(self.api.poll(user, cursor=cursor)["has_new"])

    # covers: S16
    def test_poll_is_no_user(self):
        self.assertEqual(self.api.get("/api/web-chat/notifications/poll").status, 400)
        user = self.person()
        self.assertIn("has_new", self.api.poll(user))
        self.assertNotIn("has_new", self.api.inbox(user))


if __name__ == "__main__":
    unittest.main()
