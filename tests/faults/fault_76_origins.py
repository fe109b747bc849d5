"""76: pages of other sites: no answer they may read, no change they may make, no WebSocket they may open."""

import unittest

from fault_harness import Api
from web_case import INBOX, SUBMIT, WebFault
from harness.streams import Refused, Socket

SHOP = "https://shop.example.org"  # on the list
FOREIGN = {  # what the list and the daemon's own name must not be taken for
    "another": "https://evil.example", "null": "null", "star": "*", "empty": "",
    "another scheme": "http://shop.example.org", "another port": SHOP + ":444",
    "suffix": SHOP + ".evil.example", "prefix": "https://evilshop.example.org",
    "subdomain": "https://a.shop.example.org", "parent": "https://example.org",
    "a slash": SHOP + "/", "a path": SHOP + "/x", "upper case": "HTTPS://SHOP.EXAMPLE.ORG",
    "a user": "https://shop.example.org@evil.example", "in a path": "https://evil.example/" + SHOP,
    "in a fragment": "https://evil.example#" + SHOP, "two in one": f"{SHOP} https://evil.example",
    "a backslash": "https://evil.example\\.shop.example.org", "a dot": "https://shop.example.org.",
    "an address": "http://127.0.0.1", "another loopback": "http://localhost:1", "a file": "file://",
    "an extension": "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "a sandbox": "data:",
}
HERE_LIKE = ("{here}.evil.example", "{here}@evil.example", "{here}1", "http://evil.example:{port}",
             "https://127.0.0.1:{port}.evil.example", "http://127.0.0.1:{port}:80")


class Origins(WebFault):
    def setUp(self):
        super().setUp()
        self.start_production(http={"allowed_origins": [SHOP], "person_burst": 10_000})
        self.here = f"http://127.0.0.1:{self.port}"
        self.user, _ = self.person(1)
        self.token_of_user = self.token(self.user)
        self.cookie = {"Cookie": f"herald_token={self.token_of_user}"}
        self.shop = self.caller(self.program("shop", "notifications:send"))
        self.send_to(self.shop, self.user, "secret")
        self.foreign = FOREIGN | {like: like.format(here=self.here, port=self.port)
                                  for like in HERE_LIKE}
        self.browser, self.path = self.caller(), f"{INBOX}/{self.user}"

    def cors(self, answer):
        return {name: value for name, value in answer.headers.items()
                if name.lower().startswith("access-control-")}

    def unread(self):
        return Api.get(self.caller(self.program("look", "inbox:read")),
                       self.path).expect()["unread_count"]

    # covers: F76 S86
    def test_what_other_sites_get(self):
        wrong = []

        def expect(what, got, wanted):
            if got != wanted:
                wrong.append((what, got, wanted))
        for what, origin in self.foreign.items():
            head = self.cookie | {"Origin": origin}
            expect(("read", what), self.cors(self.browser.get(self.path, headers=head)), {})
            preflight = self.browser.request("OPTIONS", self.path + "/clear", headers={
                "Origin": origin, "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization"})
            expect(("preflight", what), (preflight.status, self.cors(preflight)), (403, {}))
            # An empty Origin is one that says nothing good; so is an empty Referer.
            for field in ("Origin", "Referer"):
                for door, body in (("/clear", None), ("/answer", {"text": "oui"}),
                                   ("/mark-read", {"notification_id": 1}), ("/ack",
                                                                            {"cursor": "1.1.1.1"})):
                    value = origin + "/chat" if field == "Referer" and origin.startswith("http") and \
                        what not in ("a slash", "a path", "in a path", "in a fragment") else origin
                    if field == "Referer" and what in ("a slash", "a path"):
                        continue  # pages of the shop have a path
                    answer = self.browser.post(self.path + door, body,
                                               headers=self.cookie | {field: value})
                    expect((door, field, what), (answer.status, self.cors(answer)), (403, {}))
            for head in ({"Origin": origin}, {"Origin": origin, **self.cookie}):
                expect(("socket", what, len(head)), self.socket(head), 403)
        self.figure("kinds of foreign origin, each at every door", len(self.foreign), "30")
        self.figure("let in", len(wrong), "0")
        self.assertEqual(wrong[:5], [])
        self.assertGreaterEqual(len(self.foreign), 30)
        self.assertEqual(self.unread(), 1, "somebody's page has read it")

    def socket(self, headers):
        kind = type("Page", (Socket,), {"more_headers": headers})
        try:
            kind(self.port, self.user, token=self.token_of_user).cut()
        except Refused as refused:
            return refused.status
        return 101

    # covers: F76
    def test_who_says_nothing_has_no_cookie(self):
        """No Origin and no Referer: fine with a token in the head, which no page of another site has."""
        for door in ("/clear", "/mark-read", "/answer", "/ack"):
            self.browser.post(self.path + door, headers=self.cookie).expect(403)
        self.assertEqual(self.socket(self.cookie), 403)
        self.assertEqual(self.socket({}), 101)  # its first message holds the token
        two = {"Origin": self.here, "origin": "https://evil.example"}
        self.browser.post(self.path + "/clear", headers=self.cookie | two).expect(403)
        self.assertEqual(self.socket(two), 403)
        self.assertEqual(self.unread(), 1)
        self.caller(self.token_of_user).post(self.path + "/clear").expect()

    # covers: F76
    def test_what_the_list_and_the_own_site_may(self):
        for origin in (self.here, SHOP):
            for field in ({"Origin": origin}, {"Referer": origin + "/chat"}):
                self.browser.post(self.path + "/clear", headers=self.cookie | field).expect()
            self.assertEqual(self.socket({"Origin": origin, **self.cookie}), 101)
        answer = self.browser.get(self.path, headers=self.cookie | {"Origin": SHOP})
        self.assertEqual(self.cors(answer), {"Access-Control-Allow-Origin": SHOP,
                                             "Access-Control-Allow-Credentials": "true"})
        self.assertIn("Origin", answer.headers["Vary"])
        self.assertEqual(self.cors(self.browser.get(self.path, headers=self.cookie)), {})
        preflight = self.browser.request("OPTIONS", self.path + "/clear", headers={
            "Origin": SHOP, "Access-Control-Request-Method": "POST"})
        self.assertEqual((preflight.status, preflight.headers["Access-Control-Allow-Methods"]),
                         (204, "OPTIONS, POST"))

    # covers: F76
    def test_nothing_can_be_framed_or_run_that_is_not_meant_to(self):
        """No page is served at all, and nothing may be guessed to be one."""
        attack = "<script>alert(1)</script>"
        self.send_to(self.shop, self.user, attack)
        for path in (self.path, self.path + "?x=" + "%3Cscript%3E", "/%3Cscript%3E", SUBMIT,
                     "/openapi.json",
                     "/healthz", "/readyz", "/api/web-chat/widget.js"):
            answer = self.browser.get(path, headers=self.cookie)
            with self.subTest(path):
                self.assertRegex(answer.headers["Content-Type"],
                                 r"^(application/(problem\+)?json|text/javascript)")
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")


if __name__ == "__main__":
    unittest.main()
