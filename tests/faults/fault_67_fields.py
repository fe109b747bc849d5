"""67: fields that claim an identity, an address or another route count for nothing, unless they come from a
proxy that the configuration names; nor do trailers, doubles, or names that only look alike."""

import unittest

from web_case import INBOX, SUBMIT, WebFault

EVIL = "https://evil.example"


class Fields(WebFault):
    def setUp(self):
        super().setUp()
        self.cases = 0

    def set_up(self, **changes):
        self.start_production(**changes)
        self.user, self.phone = self.person(1)
        self.other, _ = self.person(2)
        self.mine = self.token(self.user)
        self.path = f"{INBOX}/{self.user}"

    def request(self, line, fields=(), body=b"", timeout=2):
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.cases += 1
        return self.raw(f"{line} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode() + body,
                        timeout=timeout)

    def claims(self, user):
        """Fields by which some servers let others say who asks."""
        names = ("X-User", "X-User-Id", "X-Herald-User", "X-Forwarded-User", "X-Remote-User",
                 "Remote-User",
                 "X-Authenticated-User", "X-Authenticated-Userid", "X-Auth-Request-User",
                 "X-WEBAUTH-USER",
                 "X-Consumer-ID", "X-Principal", "From", "X-SSL-Client-S-DN", "X-Client-Cert",
                 "X-JWT-Claims",
                 "X-Token", "X-Api-Key", "Api-Key", "X-Auth-Token", "Token", "Proxy-Authorization",
                 "WWW-Authenticate", "X-Authorization", "Authorization_", "_Authorization",
                 "Author_ization",
                 "Authorization.", "X-Forwarded-Authorization", "X-Original-Authorization",
                 "Set-Cookie",
                 "Cookie2", "Coo_kie", "X-Scopes", "X-Development", "X-Real-IP", "Client-IP",
                 "True-Client-IP",
                 "CF-Connecting-IP", "X-Cluster-Client-IP", "Forwarded", "X-Forwarded-For",
                 "X_Forwarded_For")
        for name in names:
            for value in (str(user), "127.0.0.1", f"Bearer {self.mine}", self.mine,
                          f"herald_token={self.mine}", "for=127.0.0.1"):
                yield name, value

    # covers: F67 S86
    def test_who_asks_is_said_by_nothing_but_the_credential(self):
        # 429 would hide what is refused otherwise.
        self.set_up(http={"failure_burst": 10_000, "person_burst": 10_000})
        end = ("Connection", "close")
        accepted = [claim for claim in self.claims(self.user)
                    if self.request(f"GET {self.path}", [claim, end]).status != 401]
        # With a credential of one's own nothing of it makes one another, or another's items one's own.
        own = ("Authorization", f"Bearer {self.token(self.other)}")
        borrowed = [claim for claim in self.claims(self.user)
                    if self.request(f"GET {self.path}", [own, claim, end]).status != 404]
        self.figure("claims, accepted", f"{self.cases}, {len(accepted) + len(borrowed)}", "0")
        self.assertEqual((accepted, borrowed), ([], []))

    # covers: F67
    def test_a_credential_counts_once_and_in_the_head(self):
        self.set_up()
        own, other = f"Bearer {self.mine}", f"Bearer {self.token(self.other)}"
        close = ("Connection", "close")
        cookie, foreign = f"herald_token={self.mine}", f"herald_token={self.token(self.other)}"
        for what, fields, status in (
                ("one", [("Authorization", own)], 200),
                ("its scheme in capitals", [("Authorization", "BEARER " + self.mine)], 200),
                ("the same twice", [("Authorization", own)] * 2, 401),
                ("two", [("Authorization", own), ("authorization", other)], 401),
                ("a good and a bad", [("Authorization", own), ("Authorization", "x")], 401),
                ("a list", [("Authorization", f"{own}, {other}")], 401),
                ("two cookies in one field", [("Cookie", f"{cookie}; {foreign}")], 401),
                ("two cookies in two", [("Cookie", cookie), ("Cookie", foreign)], 401),
                ("a bad token beside a good cookie", [("Authorization", "Bearer x"), ("Cookie",
                                                                                      cookie)],
                 401),
                ("a service token in a cookie", [("Cookie", "herald_token=" + self.program("s",
                                                                                           "inbox:read"))], 401),
                ("in the query", [("X", own)], 401)):
            with self.subTest(what):
                line = f"GET {self.path}" + (f"?token={self.mine}&access_token={self.mine}"
                                             if what == "in the query" else "")
                self.assertEqual(self.request(line, [*fields, close]).status, status)
        for field in (f"Authorization: {own}",
                      f"Cookie: {cookie}"):  # trap 2: trailers join the fields
            body = f"0\r\n{field}\r\nConnection: close\r\n\r\n".encode()
            answer = self.request(f"POST {self.path}/clear", [("Transfer-Encoding", "chunked"),
                                                              ("Trailer",
                                                               "Authorization, Cookie")], body)
            self.assertEqual((answer.status, answer.closed), (401, True))

    # covers: F67
    def test_a_trailer_adds_nothing_to_a_request(self):
        self.set_up()
        shop = self.program("shop", "notifications:send")
        body = b'{"kind":"message","to":{"user":%d},"params":{"message":"x"}}' % self.user
        made = set()
        for trailer in (b"Idempotency-Key: one\r\n", b"Idempotency-Key: one\r\n",
                        b"Content-Length: 5\r\nTransfer-Encoding: gzip\r\nHost: evil\r\n"):
            answer = self.request(f"POST {SUBMIT}", [
                ("Authorization", f"Bearer {shop}"), ("Content-Type", "application/json"),
                ("Transfer-Encoding", "chunked"), ("Connection", "close")],
                b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailer))
            self.assertEqual(answer.status, 201, answer.raw)
            made.add(answer.body)
        self.assertEqual(len(made), 3, "the key in a trailer was taken for one")
        doubles = self.request(f"POST {SUBMIT}", [
            ("Authorization", f"Bearer {shop}"), ("Content-Type", "application/json"),
                                                  ("Connection", "close"),
            ("Idempotency-Key", "a"), ("Idempotency-Key", "b"), ("Content-Length", len(body))],
                               body)
        self.assertEqual(doubles.status, 400)

    # covers: F67
    def test_where_a_request_goes_is_said_by_its_line(self):
        self.set_up()
        own = [("Authorization", f"Bearer {self.mine}"), ("Connection", "close")]
        for name, value in (("X-Original-URL", "/metrics"), ("X-Rewrite-URL", "/metrics"),
                            ("X-Forwarded-Path", "/metrics"),
                            ("X-Forwarded-Prefix", "/api"), ("X-HTTP-Method-Override", "POST"),
                            ("X-HTTP-Method", "DELETE"),
                            ("X-Method-Override", "PUT"), ("X-Forwarded-Method", "POST"),
                            ("X-Forwarded-Uri", "/metrics")):
            with self.subTest(name):
                answer = self.request(f"GET {self.path}", [*own, (name, value)])
                self.assertEqual((answer.status, b'"notifications":[]' in answer.raw), (200, True))
        here = f"http://127.0.0.1:{self.port}"
        cookie = ("Cookie", f"herald_token={self.mine}")
        for name, value in (("X-Forwarded-Host", "evil.example"), ("X-Host", "evil.example"),
                            ("Forwarded", "host=evil.example;proto=https"), ("X-Forwarded-Server",
                                                                             "evil.example"),
                            ("X-Original-Host", "evil.example"), ("X-Forwarded-Proto", "https"),
                            ("Hos_t", "evil.example")):
            for fields, status in (([("Origin", EVIL)], 403), ([("Origin", here)], 200)):
                with self.subTest(name, status=status):
                    head = f"POST {self.path}/clear HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
                    head += "".join(f"{n}: {v}\r\n" for n, v in [cookie, (name, value), *fields])
                    self.assertEqual(self.raw((head + "\r\n").encode()).status, status)

    def refusals(self, address, fields, count=12):
        """The statuses of so many guesses from one address, each with another claimed one."""
        api = self.caller("x.y.z", address)
        return [api.get(self.path, headers={name: value.format(n=n) for name,
                                            value in fields.items()}).status
                for n in range(count)]

    # covers: F67 F75
    def test_an_address_is_believed_of_a_configured_proxy_alone(self):
        self.set_up(http={"trusted_proxies": ["127.0.0.9"], "failure_rate": "1/h",
                          "failure_burst": 5})
        claim = {"X-Forwarded-For": "192.0.2.{n}", "X-Real-IP": "192.0.2.{n}",
                 "Forwarded": "for=192.0.2.{n}"}
        self.assertEqual(self.refusals("127.0.0.2", claim), [401] * 5 + [429] * 7)
        # Of the proxy it is, and then the last one: what the client wrote itself stands before it.
        self.assertEqual(self.refusals("127.0.0.9", claim), [401] * 12)
        mixed = {"X-Forwarded-For": "192.0.2.{n}, 198.51.100.7"}
        self.assertEqual(self.refusals("127.0.0.9", mixed), [401] * 5 + [429] * 7)

    # covers: F67
    def test_development_mode_is_for_those_who_came_straight(self):
        self.start()
        self.user, _ = self.person(1)
        self.path = f"{INBOX}/{self.user}"
        self.assertEqual(self.request(f"GET {self.path}", [("Connection", "close")]).status, 200)
        for name, value in (("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "192.0.2.1"),
                            ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "127.0.0.1")):
            with self.subTest(name):
                answer = self.request(f"GET {self.path}", [(name, value), ("Connection", "close")])
                self.assertEqual(answer.status, 401,
                                 "behind a proxy everybody would be the developer")
        host = self.raw(f"GET {self.path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        self.assertEqual(host.status, 401)


if __name__ == "__main__":
    unittest.main()
