"""Who may do what in production: people with tokens, programs with scopes."""

import base64
import hashlib
import hmac
import json
import time
import unittest

from herald_harness import KEY, Api, SharedDaemonTest, production
from contract import contract

ALLOWED = "https://shop.example.org"


def jwt(claims, key=KEY, header=None):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    head = part(json.dumps(header or {"alg": "HS256", "typ": "JWT", "kid": "test"}).encode())
    text = head + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(key.encode(), text, hashlib.sha256).digest())).decode()


class Production(SharedDaemonTest):
    @classmethod
    def prepare(cls):
        cls.changes = production(cls.host.folder, http={"allowed_origins": [ALLOWED]},
                                 directory={"unknown_recipient": "error"})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine, cls.theirs = cls.person(), cls.person()
        cls.me = cls.ctl("user", "show", cls.mine)["id"]
        cls.them = cls.ctl("user", "show", cls.theirs)["id"]
        cls.token = cls.ctl("token", "user", cls.mine)["token"]
        cls.program = cls.caller(cls.service("program", "notifications:send", "inbox:read"))
        cls.other = cls.caller(cls.ctl("token", "user", cls.theirs)["token"])
        for phone in (cls.mine, cls.theirs):
            cls.program.submit("message", {"phone": phone}, {"message": "Bonjour"})

    @classmethod
    def service(cls, name, *scopes):
        return cls.ctl("token", "service", name, *[f"--scope={s}" for s in scopes])["token"]

    @classmethod
    def caller(cls, token=None):
        api = Api(cls.host.port, token)
        cls.addClassCleanup(api.close)
        return api

    def setUp(self):
        self.person_api, self.nobody = self.caller(self.token), self.caller()

    def calls(self, user, item=1):
        """Every door of a person's inbox."""
        inbox = f"/api/web-chat/notifications/{user}"
        return [("GET", inbox, None), ("GET", inbox + "?history=1", None),
                ("GET", f"/api/web-chat/notifications/poll/{user}", None),
                ("POST", inbox + "/answer", {"notification_id": item, "action": "accept"}),
                ("POST", inbox + "/mark-read", {"notification_id": item}),
                ("POST", inbox + f"/mark-read/{item}", None), ("POST", inbox + "/clear", None)]

    def item(self, api, user):
        self.api = api
        return self.arrived(user)["notifications"][-1]

    # covers: S86
    def test_without_a_token_everything_is_401(self):
        doors = [*self.calls(self.mine), *self.calls(99_999_998),
                 ("POST", f"/api/web-chat/test-notification/{self.mine}", None),
                 ("POST", "/api/v1/notifications", {"kind": "message"}),
                 ("GET", "/api/v1/notifications", None), ("GET", "/metrics", None)]
        for method, path, body in doors:
            with self.subTest(f"{method} {path}"):
                answer = self.nobody.request(method, path, body)
                self.assertEqual(answer.expect(401)["status"], "error")
                self.assertNotEqual(answer.headers.get("Access-Control-Allow-Origin"), "*")

    # covers: S85 S86
    def test_a_persons_token_opens_their_own_inbox(self):
        item = self.item(self.person_api, self.mine)
        for spelled in (self.mine, "+" + self.mine, self.mine[3:], self.me):
            self.assertEqual(self.person_api.inbox(spelled)["notifications"][-1]["id"], item["id"])
        self.assertGreater(self.person_api.poll(self.me)["count"], 0)
        self.person_api.mark_read(self.me, item["id"]).expect()
        self.assertTrue(self.item(self.person_api, self.mine)["read"])

    # covers: S85
    def test_every_other_inbox_is_like_one_that_does_not_exist(self):
        other = self.item(self.other, self.theirs)
        unknown = self.calls(99_999_998, other["id"])
        for foreign in (self.theirs, self.them, f"+{self.theirs}"):
            for there, missing in zip(self.calls(foreign, other["id"]), unknown):
                with self.subTest(there):
                    one = self.person_api.request(*there)
                    two = self.person_api.request(*missing)
                    self.assertEqual((one.status, one.raw), (404, two.raw))
        answer = self.person_api.mark_read(self.mine, other["id"])
        self.assertEqual(answer.raw, self.person_api.mark_read(self.mine, 987_654_321).raw)
        self.assertEqual(answer.status, 404)
        after = self.item(self.other, self.theirs)
        self.assertEqual((after["id"], after["read"]), (other["id"], other["read"]))

    # covers: S86
    def test_tokens_that_are_not_good(self):
        now = int(time.time())
        good = {"sub": str(self.me), "aud": "herald", "iat": now, "exp": now + 600}
        kid = {"typ": "JWT", "kid": "test"}
        bad = {
            "expired": jwt(good | {"exp": now - 1, "iat": now - 600}),
            "no end": jwt({k: v for k, v in good.items() if k != "exp"}),
            "another key": jwt(good, key="another key of at least 32 bytes!!"),
            "none": jwt(good, header=kid | {"alg": "none"}).rsplit(".", 1)[0] + ".",
            "another algorithm": jwt(good, header=kid | {"alg": "HS512"}),
            "an unknown key": jwt(good, header={"alg": "HS256", "kid": "x"}),
            "another audience": jwt(good | {"aud": "shop"}),
            "of the future": jwt(good | {"nbf": now + 3600}),
            "nobody": jwt(good | {"sub": ""}), "garbage": "abc", "of a program": "hst_" + "0" * 40}
        self.caller(jwt(good)).inbox(self.me)
        for what, token in bad.items():
            with self.subTest(what):
                self.caller(token).get(f"/api/web-chat/notifications/{self.me}").expect(401)

    # covers: S86
    def test_a_token_ends_by_itself(self):
        short = self.caller(self.ctl("token", "user", self.mine, "--lifetime", "1s")["token"])
        end = time.monotonic() + 15
        while short.get(f"/api/web-chat/notifications/{self.me}").status != 401:
            self.assertLess(time.monotonic(), end, "the token lives on")
            time.sleep(0.1)

    # covers: S86 F59
    def test_revoked_tokens_are_refused_and_those_issued_since_are_not(self):
        phone = self.person(known=False)
        user = self.ctl("user", "add", "--phone", phone)["id"]
        inbox = f"/api/web-chat/notifications/{user}"
        old = self.caller(self.ctl("token", "user", str(user))["token"])
        old.get(inbox).expect()
        revoked = self.ctl("token", "revoke", "--user", phone)
        self.assertEqual(revoked["user"], user)
        old.get(inbox).expect(401)
        self.person_api.get(f"/api/web-chat/notifications/{self.me}").expect()
        time.sleep(1.1)  # until the second in which it was revoked is over
        self.caller(self.ctl("token", "user", str(user))["token"]).get(inbox).expect()
        old.get(inbox).expect(401)

    # covers: S98
    def test_a_token_and_the_published_contract_are_enough(self):
        served = self.nobody.get("/openapi.json").expect()
        # Every exchange of the tests is held against this document.
        self.assertEqual(served, contract().document)
        self.assertTrue(served["openapi"].startswith("3."))
        self.assertTrue(served["info"]["version"])
        paths = served["paths"]
        submit, = [p for p in paths if "post" in paths[p] and
                   paths[p]["post"].get("operationId") == "submit"]
        api = self.caller(self.service("shop", "notifications:send", "notifications:read"))
        made = api.post(submit, {"kind": "message", "to": {"phone": self.mine},
                                 "params": {"message": "Bonjour"}})
        self.assertIn(str(made.status), paths[submit]["post"]["responses"])
        self.assertEqual(made.headers["Location"], f"{submit}/{made.json['id']}")
        one = submit + "/{id}"
        for path in (one, one + "/timeline"):
            self.assertIn("get", paths[path])
            self.assertEqual(api.get(path.replace("{id}", made.json["id"])).expect()["id"],
                             made.json["id"])
        for method, path, body in self.calls("{user}", "{id}"):
            self.assertIn(method.lower(), paths[path.split("?")[0]])

    # covers: S86 S88
    def test_a_program_does_what_its_scopes_say(self):
        inbox = f"/api/web-chat/notifications/{self.mine}"
        item = self.item(self.person_api, self.mine)
        doors = {"read": ("GET", inbox, None),
                 "poll": ("GET", f"/api/web-chat/notifications/poll/{self.mine}", None),
                 "mark": ("POST", inbox + "/mark-read", {"notification_id": item["id"]}),
                 "answer": ("POST", inbox + "/answer", {"text": "oui"}),  # no scope opens it
                 "clear": ("POST", inbox + "/clear", None),
                 "test": ("POST", f"/api/web-chat/test-notification/{self.mine}", None),
                 "send": ("POST", "/api/v1/notifications", {
                     "kind": "message", "to": {"phone": self.mine}, "params": {"message": "x"}}),
                 "list": ("GET", "/api/v1/notifications", None),
                 "metrics": ("GET", "/metrics", None)}
        opens = {"inbox:read": {"read", "poll"}, "inbox:read-for": {"mark", "clear"},
                 "notifications:send": {"test", "send"}, "notifications:read": {"list"},
                 "metrics:read": {"metrics"}}
        for scope, allowed in opens.items():
            api = self.caller(self.service("only-" + scope.replace(":", "-"), scope))
            for name, door in doors.items():
                with self.subTest(f"{scope}: {name}"):
                    answer = api.request(*door)
                    if name in allowed:
                        self.assertIn(answer.status, (200, 201), answer.raw)
                    else:
                        self.assertEqual(answer.expect(403)["status"], "error")

    # covers: S88
    def test_a_person_sends_no_test_notification(self):
        for user in (self.mine, self.theirs):
            answer = self.person_api.test_notification(user)
            self.assertEqual(answer.expect(403)["status"], "error")
        for method, path in (("POST", "/api/v1/notifications"), ("GET", "/api/v1/notifications")):
            self.person_api.request(method, path, {} if method == "POST" else None).expect(403)

    # covers: S85
    def test_a_program_gives_no_evidence_by_looking(self):
        user = self.person()
        made = self.program.submit("message", {"phone": user}, {"message": "Bonjour"})
        item = self.item(self.program, user)
        reader = self.caller(self.service("reader", "notifications:read"))
        self.assertEqual(reader.notification(made["id"])["evidence"], "accepted")
        self.assertFalse(item["read"])

    # covers: S06 S85
    def test_a_program_marks_as_read_for_a_person_when_its_scope_says_so(self):
        user = self.person()
        made = self.program.submit("message", {"phone": user}, {"message": "Bonjour"})
        item = self.item(self.program, user)
        marker = self.caller(self.service("marker", "inbox:read-for", "notifications:read"))
        marker.mark_read(user, item["id"]).expect()
        self.api = marker
        self.assertEqual(self.ended(made["id"], "delivered")["evidence"], "read")

    # covers: S85 S86
    def test_the_cookie_works_and_only_from_this_site(self):
        cookie = {"Cookie": f"theme=dark; herald_token={self.token}"}
        here = f"http://127.0.0.1:{self.host.port}"
        clear = f"/api/web-chat/notifications/{self.mine}/clear"
        self.nobody.get(f"/api/web-chat/notifications/{self.mine}", headers=cookie).expect()
        self.nobody.get(f"/api/web-chat/notifications/{self.theirs}", headers=cookie).expect(404)
        for origin, status in ((None, 403), ("https://evil.example", 403), ("null", 403),
                               (here + ".evil.example", 403), (here, 200), (ALLOWED, 200)):
            with self.subTest(origin):
                headers = cookie | ({"Origin": origin} if origin else {})
                self.nobody.post(clear, headers=headers).expect(status)
        said = f"/api/web-chat/notifications/{self.mine}/answer", {"text": "oui"}
        self.nobody.post(*said, headers=cookie).expect(403)
        self.nobody.post(*said, headers=cookie | {"Origin": here}).expect(422)  # nothing is open
        # Same-origin GETs of old browsers have only a Referer; it counts for a POST too.
        self.nobody.post(clear, headers=cookie | {"Referer": here + "/chat"}).expect(200)

    # covers: S86
    def test_no_page_of_another_site_is_let_in(self):
        path = f"/api/web-chat/notifications/{self.mine}"
        for origin in ("https://evil.example", "null"):
            answer = self.person_api.get(path, headers={"Origin": origin})
            self.assertIsNone(answer.headers.get("Access-Control-Allow-Origin"))
        answer = self.person_api.get(path, headers={"Origin": ALLOWED})
        self.assertEqual(answer.headers.get("Access-Control-Allow-Origin"), ALLOWED)

    # covers: S86
    def test_a_revoked_token_is_refused_at_once(self):
        api = self.caller(self.service("short-lived", "inbox:read"))
        api.inbox(self.mine)
        self.ctl("token", "revoke", "short-lived")
        api.get(f"/api/web-chat/notifications/{self.mine}").expect(401)


class Development(SharedDaemonTest):
    """Without credentials, but not for pages of other sites in the developer's browser."""

    # covers: S86
    def test_other_sites_stay_outside(self):
        user = self.person()
        path, evil = f"/api/web-chat/notifications/{user}", {"Origin": "https://evil.example"}
        answer = self.api.get(path, headers=evil)
        self.assertIsNone(answer.headers.get("Access-Control-Allow-Origin"))
        for door in (path + "/clear", f"/api/web-chat/test-notification/{user}"):
            self.api.post(door, headers=evil).expect(403)
        # A name that its owner points at 127.0.0.1 makes any page "the same site".
        self.assertIn(self.api.get(path, headers={"Host": "evil.example"}).status, (401, 421))
        self.assertEqual(self.api.inbox(user)["count"], 0)

    # covers: S85 S86
    def test_a_token_counts_here_too(self):
        user = self.person()
        for token in ("abc", "hst_" + "0" * 40):
            self.api.get(f"/api/web-chat/notifications/{user}",
                         headers={"Authorization": f"Bearer {token}"}).expect(401)


if __name__ == "__main__":
    unittest.main()
