"""The check of HTTP exchanges can fail: each of these is one that the daemon must never answer."""

import json
import unittest

from contract import FILE, Broken, Contract

LIST = "/api/web-chat/notifications/237691924173"
POLL = "/api/web-chat/notifications/poll/237691924173"
SUBMIT = "/api/v1/notifications"
ITEM = {"id": 1, "message": "a", "type": "info", "timestamp": "2025-07-14T10:00:00.123456Z",
        "read": False, "text": "a", "herald_id": "x", "title": "", "actions": [], "seq": 1}
PAGE = {"status": "success", "notifications": [ITEM], "count": 1, "unread_count": 1,
        "older_unread": 0, "cursor": "1.0.0.1"}
PROBLEM = {"status": "error", "message": "no", "type": "urn:x", "title": "No", "detail": "no",
           "code": "denied", "http_status": 403}
SUBMISSION = {"kind": "message", "to": {"phone": "237691924173"}, "params": {"message": "x"}}
JSON, PROBLEM_JSON = "application/json", "application/problem+json"


class Descriptions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = Contract(json.loads(FILE.read_text("utf-8")))

    def holds(self, method, target, status, body, kind=JSON, request=None):
        def raw(value):
            return value if isinstance(value, bytes) else json.dumps(value).encode()
        self.contract.exchange(method, target, request and raw(request), status, kind, raw(body))

    def test_what_is_described_passes(self):
        self.holds("GET", LIST, 200, PAGE)
        self.holds("GET", LIST + "?history=1", 200, PAGE | {"more": False})
        self.holds("GET", LIST, 304, b"", None)
        self.holds("HEAD", LIST, 200, b"")
        self.holds("GET", LIST, 403, PROBLEM, PROBLEM_JSON)
        self.holds("GET", LIST, 503, b"", None)
        self.holds("POST", SUBMIT, 201, {"id": "x", "repeated": False, "state": "queued"},
                   request=SUBMISSION)
        self.holds("POST", SUBMIT, 400, PROBLEM, PROBLEM_JSON, request=b"anything")
        self.holds("DELETE", LIST, 405, PROBLEM, PROBLEM_JSON)
        self.holds("GET", "/nowhere", 404, PROBLEM, PROBLEM_JSON)
        self.holds("OPTIONS", LIST, 204, b"", None)

    def test_what_is_not_described_does_not(self):
        accepted = {"id": "x", "repeated": False, "state": "queued"}
        wrong = {
            "a path": ("GET", "/nowhere", 200, PAGE),
            "a method": ("PUT", LIST, 200, PAGE),
            "a status": ("GET", LIST, 202, PAGE),
            "the daemon's fault": ("GET", LIST, 500, PROBLEM, PROBLEM_JSON),
            "a type of content": ("GET", LIST, 200, PAGE, "text/html"),
            "content without a type": ("GET", LIST, 200, PAGE, None),
            "content where none is": ("GET", LIST, 304, PAGE),
            "no content": ("GET", LIST, 200, b"", None),
            "half of the content": ("GET", LIST, 200, b'{"status":"succ'),
            "a member": ("GET", LIST, 200, PAGE | {"extra": 1}),
            "a missing member": ("GET", LIST, 200, {k: v for k, v in PAGE.items() if k != "count"}),
            "a member of an item": ("GET", LIST, 200, PAGE | {"notifications": [ITEM | {"x": 1}]}),
            "an item's type": ("GET", LIST, 200, PAGE | {"notifications": [ITEM | {"type": "x"}]}),
            "a time": ("GET", LIST, 200, PAGE | {"notifications": [ITEM | {"timestamp": "now"}]}),
            "an answer of another path": ("GET", POLL, 200, PAGE),
            "a problem": ("GET", LIST, 404, {"status": "error"}, PROBLEM_JSON),
            "a problem of a place that is not": ("GET", "/nowhere", 404, {"no": 1}, PROBLEM_JSON),
            "a parameter that was taken": ("GET", LIST + "?history=7", 200, PAGE),
            "a number that was taken": ("GET", POLL + "?wait=90", 200, PAGE),
            "a body that was taken": ("POST", SUBMIT, 201, accepted, JSON,
                                      SUBMISSION | {"typo": 1}),
            "no body that was taken": ("POST", SUBMIT, 201, accepted),
        }
        for what, exchange in wrong.items():
            with self.subTest(what), self.assertRaises(Broken):
                self.holds(*exchange)

    def test_what_is_said_on_streams(self):
        say = self.contract.message
        say("SocketServerMessage", {"type": "done", "ref": 1})
        say("SocketClientMessage", {"type": "read", "ids": [1]})
        say("End", {"reason": "expired", "cursor": ""})
        for name, wrong in (("SocketServerMessage", {"type": "hello"}),
                            ("SocketServerMessage", {"type": "done", "extra": 1}),
                            ("SocketClientMessage", {"type": "read", "ids": []}),
                            ("End", {"reason": "tired", "cursor": ""}),
                            ("Batch", PAGE)):
            with self.subTest(name), self.assertRaises(Broken):
                say(name, wrong)


if __name__ == "__main__":
    unittest.main()
