"""Who a request is about, and what becomes of requests that are wrong."""

import unittest
from urllib.parse import quote

from herald_harness import SharedDaemonTest


# covers: S96
class UserLookup(SharedDaemonTest):
    changes = {"directory": {"unknown_recipient": "error"}}

    # covers: S15 S51 S54 S56 S08
    def test_every_spelling_names_one_inbox(self):
        phone = self.person()
        local = phone[3:]
        user = str(self.ctl("user", "show", phone)["id"])
        spellings = [phone, "+" + phone, local, "00" + phone, f"{local[:3]} {local[3:]}", user,
                     f"+237 {local[:3]} {local[3:5]} {local[5:7]} {local[7:]}", "id:" + user]
        for n, spelled in enumerate(spellings):
            self.api.test_notification(spelled, {"message": f"Par {n}"}).expect()
        expected = self.arrived(phone, len(spellings))["notifications"]
        for spelled in spellings:
            with self.subTest(spelled):
                self.assertEqual(self.api.inbox(spelled)["notifications"], expected)
                self.assertEqual(self.api.poll(spelled)["notifications"], expected)
        for item, spelled in zip(expected, spellings):
            self.api.mark_read(spelled, item["id"]).expect()
        self.assertEqual(self.api.inbox(user)["unread_count"], 0)
        self.api.clear("+" + phone).expect()
        self.assertEqual(self.api.inbox(user)["count"], 0)

    # covers: S53
    def test_ids_that_begin_like_the_country_code(self):
        for user in (237, 2371, 2370001):
            self.person(id=user)
            self.api.submit("message", {"user": user}, {"message": f"Pour {user}"})
            self.assertEqual([i["message"] for i in self.arrived(user)["notifications"]],
                             [f"Pour {user}"])

    # covers: S08 S52
    def test_who_is_not_known_is_404_everywhere(self):
        for nobody in (self.person(known=False), "99999998", "id:237691924173"):
            for call in (self.api.get(f"/api/web-chat/notifications/{nobody}"),
                         self.api.get(f"/api/web-chat/notifications/poll/{nobody}"),
                         self.api.mark_read(nobody, 1), self.api.clear(nobody),
                         self.api.test_notification(nobody)):
                with self.subTest(nobody):
                    body = call.expect(404)
                    self.assertEqual(body["status"], "error")

    # covers: S55 S04
    def test_a_provider_is_found_by_their_own_phone(self):
        phone = self.person(provider=True)
        made = self.api.submit("provider.request", {"phone": phone}, {
            "service": "Plomberie", "location": "Akwa", "description": "Fuite"})
        item = self.arrived(phone)["notifications"][0]
        self.assertEqual((item["type"], item["herald_id"]), ("provider_request", made["id"]))


# covers: S96
class ErrorHandling(SharedDaemonTest):
    # covers: S17
    def test_each_mistake_has_its_status(self):
        user = self.person()
        inbox, foreign = f"/api/web-chat/notifications/{user}", self.person()
        self.send(foreign)
        other = self.arrived(foreign)["notifications"][0]["id"]
        cases = [
            ("DELETE", inbox, None, 405), ("POST", inbox, None, 405),
            ("GET", inbox + "/mark-read", None, 405), ("GET", inbox + "/clear", None, 405),
            ("GET", f"/api/web-chat/test-notification/{user}", None, 405),
            ("POST", f"/api/web-chat/notifications/poll/{user}", None, 405),
            ("GET", "/api/web-chat/notifications/zorro", None, 400),
            ("GET", "/api/web-chat/notifications/12%00", None, 400),
            ("GET", "/api/web-chat/notifications/-5", None, 400),
            ("GET", "/api/web-chat/notifications/0", None, 400),
            ("POST", inbox + "/mark-read", {"notification_id": 987654321}, 404),
            ("POST", inbox + "/mark-read", {"notification_id": other}, 404),
            ("POST", inbox + "/mark-read", {"notification_id": "12x"}, 404),
            ("POST", inbox + "/mark-read", {"notification_id": 1.5}, 400),
            ("POST", inbox + "/mark-read", {}, 400), ("POST", inbox + "/mark-read", None, 400),
            ("GET", "/api/web-chat/nothing", None, 404)]
        for method, path, body, status in cases:
            with self.subTest(f"{method} {path} {body}"):
                answer = self.api.request(method, path, body)
                problem = answer.expect(status)
                self.assertEqual(problem["status"], "error")
                self.assertTrue(problem["message"])
                self.assertEqual(answer.headers.get_content_type(), "application/problem+json")

    # covers: S87
    def test_input_is_checked_before_anything_happens(self):
        user = self.person()
        test = f"/api/web-chat/test-notification/{user}"
        read = f"/api/web-chat/notifications/{user}/mark-read"
        cases = [(test, b"{", 400), (test, b"[]", 400),
                 (test, b'{"message":"a","message":"b"}', 400),
                 (test, b'{"message":"\xff"}', 400), (test, b'{"message":1}', 422),
                 (test, b'{"notification_type":"system"}', 422), (test, b'{"message":""}', 422),
                 (test, b'{"message":"' + b"x" * 20_000 + b'"}', 422), (test, b" " * 200_000, 413),
                 (read, b'{"notification_id":1,"notification_id":2}', 400),
                 (read, b"x" * 5_000, 413)]
        for path, body, status in cases:
            with self.subTest(f"{path} {body[:40]}"):
                self.api.request("POST", path, body, {"Content-Type": "application/json"}
                                 ).expect(status)
        for text in ("'; DROP TABLE users; --", "' OR '1'='1", "%_\\\"`"):
            self.api.test_notification(user, {"message": text}).expect()
            self.api.get("/api/web-chat/notifications/" + quote(text, safe="")).expect(400)
        self.assertEqual([i["text"] for i in self.arrived(user, 3)["notifications"]],
                         ["'; DROP TABLE users; --", "' OR '1'='1", "%_\\\"`"])


if __name__ == "__main__":
    unittest.main()
