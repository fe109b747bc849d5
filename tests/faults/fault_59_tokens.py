"""59: forged, borrowed and worn-out tokens: none is accepted at any door, and a good one always is."""

import hashlib
import subprocess
import time
import unittest

from web_case import INBOX, WebFault, jwt, mac, part
from harness.streams import Socket

HS = {"alg": "HS256", "typ": "JWT", "kid": "test"}
ED = {"alg": "EdDSA", "typ": "JWT", "kid": "pair"}


class Tokens(WebFault):
    def openssl(self, *words):
        return subprocess.run(["openssl", *words], cwd=self.folder, check=True,
                              capture_output=True).stdout

    def pair(self, name, *how):
        self.openssl("genpkey", "-algorithm", *how, "-out", f"{name}.pem")
        self.openssl("pkey", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub")
        (self.folder / f"{name}.pem").chmod(0o600)
        return f"{name}.pem"

    def signed(self, key, header, claims, *how):
        """By a key that openssl made."""
        text = part(header) + "." + part(claims)
        (self.folder / "text").write_text(text)
        return text + "." + part(self.openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-in",
                                              "text", *how))

    def setUp(self):
        super().setUp()
        ours, self.another = self.pair("pair", "ED25519"), self.pair("another", "ED25519")
        self.rsa = self.pair("rsa", "RSA")
        self.p256 = self.pair("p256", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        self.ed448 = self.pair("ed448", "ED448")
        keys = [{"id": "test", "algorithm": "HS256", "secret": "user_key"},
                {"id": "pair", "algorithm": "EdDSA", "secret": "pair_key"}]
        self.start_production(
            secrets={"user_key": {"file": str(self.folder / "user_key")},
                     "pair_key": {"file": str(self.folder / ours)}},
            auth={"user_tokens": {"keys": keys}})
        self.ours = ours
        self.user, _ = self.person(1)
        now = int(time.time())
        self.claims = {"sub": str(self.user), "aud": "herald", "iat": now, "exp": now + 600}

    def without(self, name):
        return {k: v for k, v in self.claims.items() if k != name}

    def forgeries(self):
        """name: token."""
        good, now = jwt(self.claims), int(time.time())
        head, body, signature = good.split(".")
        pem = (self.folder / "pair.pub").read_bytes()
        der = self.openssl("pkey", "-pubin", "-in", "pair.pub", "-outform", "DER")
        out = {f"algorithm {alg!r}": jwt(self.claims, HS | {"alg": alg}) for alg in (
            "none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "PS256",
                                                                                     "EdDSA",
            "hs256", "HS256 ", None, 1, ["HS256"])}
        out |= {f"unsigned, {alg}": f"{part(HS | {'alg': alg})}.{body}." for alg in (
            "none", "NONE", "HS256")}
        # The public key is no secret: it must not be one of a MAC.
        out |= {f"MAC with the public key as {what}": jwt(self.claims, ED | {"alg": "HS256"}, key)
                for what, key in (("PEM", pem), ("PEM without its end", pem.strip()), ("DER", der),
                                  ("its bytes", der[-32:]))}
        out["MAC under the pair's name"] = jwt(self.claims, ED)
        out |= {f"kid {kid!r}": jwt(self.claims, HS | {"kid": kid}) for kid in (
            "../../../../dev/null", "/proc/self/environ", "test' OR '1'='1", "' UNION SELECT 'x'--",
            "test\x00", "test;ls", "", None, 0, ["test"], "TEST", "x" * 3000)}
        out["empty key of /dev/null"] = jwt(self.claims, HS | {"kid": "/dev/null"}, b"")
        out["no kid and another key"] = jwt(self.claims, {"alg": "HS256"}, b"x" * 32)
        jwk = {"kty": "oct", "k": part(b"x" * 32)}
        out |= {f"key brought along as {what}": jwt(self.claims, HS | {what: value}, b"x" * 32)
                for what, value in (("jwk", jwk), ("jku", "http://127.0.0.1:1/keys"),
                                    ("x5u", "http://127.0.0.1:1/x"), ("x5c", ["AAAA"]))}
        out |= {f"critical {what!r}": jwt(self.claims, HS | {"crit": what}) for what in (
            ["exp"], ["b64"], [], "exp")}
        out["b64 false"] = jwt(self.claims, HS | {"b64": False, "crit": ["b64"]})
        out |= {f"without {name}": jwt(self.without(name)) for name in ("exp", "aud", "sub")}
        out |= {f"{name} {value!r}": jwt(self.claims | {name: value}) for name, value in (
            ("exp", now - 1), ("exp", "9999999999"), ("exp", -1), ("exp", 1e30), ("exp", None),
            ("exp", True), ("nbf", now + 3600), ("nbf", "0"), ("iat", now + 3600), ("aud", "shop"),
            ("aud", []), ("aud", "Herald"), ("aud", {"herald": 1}), ("sub", ""), ("sub", 0),
            ("sub", "-1"), ("sub", "1 OR 1=1"), ("sub", "9007199254740993"), ("sub", "1e3"))}
        out |= {"signature cut": good[:-1], "signature cut by bytes": good[:-8],
                "signature extended": good + "A", "signature twice": good + signature,
                "signature of zeros": f"{head}.{body}.{part(bytes(32))}",
                "signature empty": f"{head}.{body}.", "signature of others":
                    f"{head}.{body}." + jwt(self.claims | {"exp": now + 1}).split(".")[2],
                "loose bits": good[:-1] + chr(ord(good[-1]) + 1), "padded": good + "=",
                "a space": good[:10] + " " + good[10:], "two parts": f"{head}.{body}",
                "four parts": good + ".x", "five parts (JWE)": f"{head}.x.x.x.{signature}",
                "body changed": f"{head}.{part(self.claims | {'sub': '2'})}.{signature}",
                "header changed": f"{part(HS | {'x': 1})}.{body}.{signature}",
                "duplicate claim": self.twice(),
                "no JSON": f"{part(b'x')}.{part(b'y')}.{signature}",
                "deep JSON": jwt(b'{"sub":' + b"[" * 2000 + b"]" * 2000 + b"}"),
                "other key": jwt(self.claims, key="another key of at least 32 bytes!!"),
                "a service token": "hst_" + "A" * 43, "a digest": hashlib.sha256(b"x").hexdigest(),
                "nothing": "x", "dots": "..", "long": "A" * 6000}
        out |= {"another pair": self.signed(self.another, ED, self.claims),
                "RSA": self.signed(self.rsa, ED | {"alg": "RS256"}, self.claims, "-digest",
                                   "sha256"),
                "RSA called EdDSA": self.signed(self.rsa, ED, self.claims, "-digest", "sha256"),
                "P-256": self.signed(self.p256, ED | {"alg": "ES256"}, self.claims, "-digest",
                                     "sha256"),
                "P-256 called EdDSA": self.signed(self.p256, ED, self.claims, "-digest", "sha256"),
                "Ed448": self.signed(self.ed448, ED, self.claims),
                "the pair's, called HS256": self.signed(self.ours, HS, self.claims),
                "the pair's, expired": self.signed(self.ours, ED, self.claims | {"exp": now - 1})}
        return out

    def twice(self):
        text = part(HS) + "." + part(b'{"sub":"1","sub":"%d","aud":"herald","exp":9999999999}' %
                                     self.user)
        return text + "." + part(mac(text))

    def doors(self, token, address):
        """The statuses that a token is answered with: header, cookie, first message of a WebSocket."""
        path = f"{INBOX}/{self.user}"
        yield "header", self.caller(token, address).get(path).status
        yield "cookie", self.caller(None, address).get(
            path, headers={"Cookie": f"herald_token={token}"}).status
        socket = Socket(self.port, self.user, token=token, source=address)
        opened = socket.next(timeout=5) is not None
        socket.cut()
        yield "socket", 101 if opened else socket.closed

    # covers: F59 S86
    def test_no_forgery_is_accepted(self):
        forged = self.forgeries()
        accepted, odd = [], []
        for n, (what, token) in enumerate(forged.items()):
            # An address for every few, so that none is spared by the limit on those who guess.
            for door, status in self.doors(token, f"127.1.{n // 200}.{n % 200 + 1}"):
                if status in (101, 200):
                    accepted.append((what, door))
                elif status not in (401, 4401):
                    odd.append((what, door, status))
        for good in (jwt(self.claims), self.signed(self.ours, ED, self.claims),
                     self.token(self.user), jwt(self.claims | {"aud": ["x", "herald"]})):
            self.assertEqual([s for _, s in self.doors(good, "127.2.0.1")], [200, 200, 101])
        self.figure("forgeries, each at three doors", len(forged), ">= 40")
        self.figure("accepted", len(accepted), "0")
        self.assertEqual(accepted, [])
        self.assertEqual(odd, [], "refused, but not as 401")
        self.assertGreaterEqual(len(forged), 40)

    # covers: F59
    def test_a_token_after_logout_is_worth_nothing(self):
        token = self.token(self.user)
        self.assertEqual([s for _, s in self.doors(token, "127.2.0.2")], [200, 200, 101])
        self.ctl("token", "revoke", "--user", str(self.user))
        self.assertEqual([s for _, s in self.doors(token, "127.2.0.3")], [401, 401, 4401])
        self.daemon.restart()
        self.assertEqual([s for _, s in self.doors(token, "127.2.0.4")], [401, 401, 4401])

    # covers: F59
    def test_a_token_of_a_megabyte_costs_no_more_than_a_refusal(self):
        token = "A" * (1 << 20)
        for field in (f"Authorization: Bearer {token}", f"Cookie: herald_token={token}"):
            answer = self.raw(f"GET {INBOX}/{self.user} HTTP/1.1\r\nHost: x\r\n{field}\r\n\r\n"
                              .encode())
            self.assertEqual((answer.status, answer.closed), (431, True))
        self.assertLess(self.daemon.memory(), 256 << 20)


if __name__ == "__main__":
    unittest.main()
