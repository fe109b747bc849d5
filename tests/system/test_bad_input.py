"""Bad input at both doors: a clear refusal that names the cause, and nothing changed."""

import json
import re
import socket
import unittest
import urllib.parse

from herald_harness import SharedDaemonTest, Varlink, VarlinkError, raw_exchange

PATH = "/api/v1/notifications"
PAYLOADS = ["' OR '1'='1", "'; DROP TABLE notifications; --", "1; DELETE FROM users",
            "\" OR \"\"=\"",
            "' UNION SELECT digest FROM service_tokens --", "1' AND 1=randomblob(999999999)--",
            "%' ESCAPE '", "\\'; --", "') OR 1=1 --", "0x27", "${7*7}", "NULL", "1 OR 1=1",
            "*/ OR /*", "'||(SELECT load_extension('x'))||'", "‘ OR ’1’=’1", "admin'--",
            ";ATTACH '/tmp/x' AS x"]


class BadInput(SharedDaemonTest):
    changes = {"directory": {"unknown_recipient": "error"}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.person()

    def setUp(self):
        self.before = self.stored()

    def tearDown(self):
        """Whatever was asked, the daemon lives, and what was refused left no trace."""
        self.assertTrue(self.daemon.running(), self.daemon.tail())
        self.assertEqual(self.stored(), self.before)

    def stored(self):
        total = sum(self.ctl("status")["counts"].values())
        return total, self.api.inbox(self.user, "?history=1")["count"]

    def refused(self, body, status, names, **how):
        """The answer is a problem with that status whose text matches `names`."""
        answer = self.api.post(PATH, body, **how)
        problem = answer.expect(status)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertRegex(problem["detail"] + " " + problem.get("field", ""), f"(?i){names}")
        return problem

    def message(self, **changes):
        return {"kind": "message", "to": {"phone": self.user}, "params": {"message": "x"}} | changes

    # covers: S87 S71
    def test_each_field_that_is_wrong_is_named(self):
        confirmed = {"service": "Plomberie", "location": "Akwa", "description": "Fuite"}
        cases = [
            ("unknown kind, with a guess", self.message(kind="mesage"), 422, "kind.*did you mean"),
            ("missing parameter", self.message(params={}), 422, "params.message"),
            ("missing parameter of a text", {
                "kind": "service_request.confirmed", "to": {"phone": self.user},
                "params": {k: v for k, v in confirmed.items() if k != "location"}}, 422,
             "params.location"),
            ("ill-typed parameter", self.message(params={"message": 7}), 422, "params.message"),
            ("parameter not of the list", self.message(params={"message": "x", "type": "system"}),
             422, "params.type"),
            ("unknown parameter", self.message(params={"message": "x", "mesage": "y"}), 422,
             "params.mesage"),
            ("too long parameter", self.message(params={"message": "x" * 16_385}), 422,
             "params.message|16384"),
            ("params no object", self.message(params=["x"]), 400, "params"),
            ("params and content", self.message(content={"markdown": "x"}), 400, "content"),
            ("unknown recipient", self.message(to={"phone": "237699999999"}), 404, "."),
            ("unknown id", self.message(to={"user": 99_999_999}), 404, "."),
            ("no recipient", {"kind": "message", "params": {"message": "x"}}, 422, "to"),
            ("two identities", self.message(to={"phone": self.user, "user": 1}), 422, "to"),
            ("no phone", self.message(to={"phone": "12"}), 422, "phone"),
            ("unknown field", self.message(prioriti="high"), 400, "prioriti.*did you mean"),
            ("priority", self.message(priority="asap"), 422, "priority"),
            ("time", self.message(not_before="tomorrow"), 400, "not_before"),
            ("past", self.message(expires_at="2020-01-01T00:00:00Z"), 422, "expires_at"),
            ("long key", self.message(idempotency_key="k" * 300), 400, "idempotency_key"),
        ]
        for what, body, status, names in cases:
            with self.subTest(what):
                self.refused(body, status, names)

    # covers: S87
    def test_control_refuses_what_is_not_described(self):
        cases = [("io.herald.Send", {"kind": "message"}, "InvalidRequest|InvalidParameter"),
                 ("io.herald.Send", self.message() | {"colour": "red"}, "InvalidParameter"),
                 ("io.herald.Send", self.message(params={"message": True}), "InvalidRequest"),
                 ("io.herald.Show", {"id": 7}, "InvalidParameter"),
                 ("io.herald.Show", {}, "InvalidParameter"),
                 ("io.herald.Show", {"id": "0" * 35}, "NotFound"),
                 ("io.herald.List", {"limit": -1}, "Invalid"),
                 ("io.herald.Nothing", {}, "MethodNotFound"),
                 ("com.example.Thing", {}, "InterfaceNotFound"),
                 ("AddUser", {}, "NotFound|Invalid")]
        for method, parameters, names in cases:
            with self.subTest(method=method, parameters=str(parameters)[:60]), \
                    Varlink(self.folder / "control") as control:
                with self.assertRaises(VarlinkError) as caught:
                    control.call(method, parameters)
                self.assertRegex(caught.exception.name, names)

    def test_control_ends_a_message_that_never_ends(self):
        with Varlink(self.folder / "control") as control:
            with self.assertRaises(OSError):
                for _ in range(64):
                    control.send_raw(b'{"method":"' + b"x" * (1 << 18))
                control.receive()

    # covers: S17 S87
    def test_sizes_methods_and_types_of_http(self):
        big = json.dumps(self.message(params={"message": "x" * 300_000}))
        self.refused(big, 413, ".", headers={"Content-Type": "application/json"})
        self.refused(json.dumps(self.message()), 415, "application/json",
                     headers={"Content-Type": "text/plain"})
        for method, path in [("DELETE", PATH), ("PUT", PATH), ("PATCH", PATH + "/x"),
                             ("POST", "/healthz"), ("GET", PATH + "/x/cancel")]:
            with self.subTest(method=method, path=path):
                answer = self.api.request(method, path)
                self.assertEqual(answer.status, 405, answer.raw)
                self.assertTrue(answer.headers["Allow"])

    # covers: S87
    def test_bytes_that_are_not_http(self):
        cases = {
            "garbage": (b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03" * 40 + b"\r\n\r\n", {400}),
            "no version": (b"GET /healthz\r\n\r\n", {400, 505}),
            "another version": (b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", {400, 505}),
            "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", {400}),
            "space in a field's name": (b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", {400}),
            "long target": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414, 431}),
            "long field": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
                           {431}),
            "many fields": (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 5_000 + b"\r\n",
                            {431}),
            "long body": (b"POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: "
                          b"99999999999999999999\r\n\r\n", {400, 413}),
            "negative length": (b"POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\n"
                                b"Content-Length: -1\r\n\r\n", {400}),
            "two lengths": (b"POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\n"
                            b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", {400}),
            "length and chunks": (b"POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\n"
                                  b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
        }
        for what, (data, statuses) in cases.items():
            with self.subTest(what):
                answer = raw_exchange(self.host.port, data)
                self.assertIn(answer.status, statuses, answer.raw[:300])
                self.assertTrue(answer.closed, "a connection that cannot be trusted stays open")
                self.assertEqual(answer.answers, 1)
        with socket.create_connection(("127.0.0.1", self.host.port), 5) as s:  # ends in mid-head
            s.sendall(b"POST /api/v1/notif")
        self.assertEqual(self.api.get("/healthz").status, 200)

    # covers: S17
    def test_ids_that_cannot_be_and_ids_of_nobody(self):
        made = self.api.submit("message", {"phone": self.person()}, {"message": "x"})["id"]
        self.before = self.stored()
        near = made[:-1] + ("0" if made[-1] != "0" else "1")
        for odd in [near, made.upper(), "0" * 35, "1", "%00", "..%2f..%2fetc", "'--", "x" * 4000]:
            with self.subTest(odd[:40]):
                for tail in ("", "/timeline"):
                    answer = self.api.get(f"{PATH}/{odd}{tail}")
                    self.assertIn(answer.status, {400, 404}, answer.raw[:200])
        self.assertRegex(made, "^[0-9a-z]{35}$")

    # covers: F61 S87
    def test_sql_in_every_text_is_text(self):
        user, stays = self.person(), self.stored()
        sent = []
        for payload in PAYLOADS:
            sent.append(payload)
            self.api.submit("message", {"phone": user}, {"message": payload},
                            idempotency_key=payload[:9] + str(len(sent)))
            for field in ("kind", "priority", "not_before", "idempotency_key"):
                answer = self.api.post(PATH, self.message(**{field: payload}, to={"phone": "1"}))
                self.assertIn(answer.status, {400, 404, 422}, f"{field}: {answer.raw[:200]}")
            for to in ({"phone": payload}, {"user": payload}, {"email": payload}, {payload: "1"}):
                self.assertIn(self.api.post(PATH, self.message(to=to)).status, {400, 404, 422})
            self.assertIn(self.api.post(PATH, self.message(to={"phone": "1"}), headers={
                "Idempotency-Key": payload.encode()}).status, {400, 422})
            self.queries(payload)
            self.control(payload)
        arrived = self.arrived(user, 10)
        listed = {i["message"] for i in self.api.inbox(user, "?history=1")["notifications"]}
        self.assertEqual(listed, set(sent))
        self.assertEqual(arrived["count"], 10)
        self.assertEqual(self.stored(), (stays[0] + len(sent), stays[1]))
        self.before = self.stored()

    def queries(self, payload):
        quoted = urllib.parse.quote(payload, safe="")
        for path in (f"{PATH}?state={quoted}", f"{PATH}?before={quoted}", f"{PATH}?since={quoted}",
                     f"{PATH}?limit={quoted}", f"{PATH}?{quoted}=1",
                     f"{PATH}/{quoted}", f"/api/web-chat/notifications/{quoted}",
                     f"/api/web-chat/notifications/poll/{self.user}?last_check={quoted}",
                     f"/api/web-chat/notifications/poll/{self.user}?cursor={quoted}"):
            answer = self.api.get(path)
            self.assertTrue(400 <= answer.status < 500, f"{path}: {answer.raw[:200]}")
        for name in ("kind", "user"):  # names of what does not exist
            listed = self.api.get(f"{PATH}?{name}={quoted}")
            self.assertTrue(listed.status == 400 or listed.json["notifications"] == [],
                            f"{name}: {listed.raw[:200]}")
        self.assertTrue(400 <= self.api.mark_read(self.user, payload).status < 500)

    def control(self, payload):
        for method, parameters in [
                ("Show", {"id": payload}), ("Cancel", {"id": payload}), ("List", {"user": payload}),
                ("List", {"state": payload}), ("ShowUser", {"user": payload}),
                ("CreateUserToken", {"user": payload}), ("RevokeServiceToken", {"name": payload}),
                ("RevokeUserTokens", {"user": payload}),
                ("Send", self.message(kind=payload)), ("AddUser", {"phone": payload})]:
            with self.subTest(method=method, payload=payload), \
                    Varlink(self.folder / "control") as control:
                with self.assertRaises(VarlinkError) as caught:
                    control.call("io.herald." + method, parameters)
                self.assertRegex(caught.exception.name, r"NotFound|Invalid")
                self.assertIsNone(re.search("sqlite|syntax error|near \"", str(caught.exception)))


if __name__ == "__main__":
    unittest.main()
