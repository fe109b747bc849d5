"""What attacks on the HTTP door share: a daemon in production, people, programs, and raw bytes."""

import base64
import hashlib
import hmac
import json

from fault_harness import KEY, Api, FaultTest, production, raw_exchange, wait_until

INBOX = "/api/web-chat/notifications"
SUBMIT = "/api/v1/notifications"


def part(data):
    """One part of a token."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def mac(text, key=KEY, digest=hashlib.sha256):
    return hmac.new(key if isinstance(key, bytes) else key.encode(), text.encode(), digest).digest()


def jwt(claims, header=None, key=KEY, digest=hashlib.sha256):
    text = part(header or {"alg": "HS256", "typ": "JWT", "kid": "test"}) + "." + part(claims)
    return text + "." + part(mac(text, key, digest))


class WebFault(FaultTest):
    """`start_production()`, then `person()`, `program()` and `caller()`."""

    def start_production(self, **changes):
        return self.start(**production(self.folder, **changes))

    def person(self, n):
        """(user id, phone) of somebody new."""
        phone = f"23769{n:07d}"
        return self.ctl("user", "add", "--phone", phone)["id"], phone

    def token(self, user, *more):
        return self.ctl("token", "user", str(user), *more)["token"]

    def program(self, name, *scopes):
        return self.ctl("token", "service", name, *[f"--scope={s}" for s in scopes])["token"]

    def caller(self, token=None, address=None):
        """An own connection; `address`: the one of this machine that it comes from."""
        api = Api(self.port, token, source=address)
        self.addCleanup(api.close)
        return api

    def raw(self, data, **how):
        return raw_exchange(self.port, data, **how)

    def send_to(self, api, user, text):
        """Sends, and waits until it lies in the inbox; its id."""
        made = api.submit("message", {"user": user}, {"message": text})["id"]
        wait_until(lambda: self.ctl("show", made)["state"] not in ("queued", "trying"),
                   what="the attempt")
        return made


def answers_at(port):
    """Whether something in front of the daemon, or the daemon itself, leads to it."""
    try:
        answer = raw_exchange(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close"
                                    b"\r\n\r\n", timeout=2)
    except OSError:
        return False
    return answer.status == 200
