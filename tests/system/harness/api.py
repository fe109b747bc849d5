"""A small HTTP client of the daemon: one kept connection, JSON, and the calls tests make most."""

import http.client
import json
import urllib.parse
from dataclasses import dataclass

from contract import contract


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    raw: bytes

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def text(self):
        return self.raw.decode("utf-8")

    def expect(self, status=200):
        """This answer's JSON, when it has that status."""
        if self.status != status:
            raise AssertionError(f"expected {status}, got {self.status}: {self.raw[:500]!r}")
        return self.json if self.raw else None


class Api:
    """Not for several threads at once: each takes its own. Every exchange is held against the
    daemon's own description of its API (tests/support/contract.py)."""

    def __init__(self, port, token=None, host="127.0.0.1", timeout=15.0, source=None):
        """source: the address of this machine that it comes from."""
        self.host, self.port, self.token, self.timeout = host, port, token, timeout
        self.source = (source, 0) if source else None
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def request(self, method, path, body=None, headers=None):
        """Sends once more only when a kept connection had died before anything was answered."""
        head = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False)
            head["Content-Type"] = "application/json"
        if isinstance(body, str):
            body = body.encode()
        head |= headers or {}
        while True:
            reused = self.connection is not None
            if not reused:
                self.connection = http.client.HTTPConnection(self.host, self.port,
                                                             timeout=self.timeout,
                                                             source_address=self.source)
            try:
                self.connection.request(method, path, body, head)
                answer = self.connection.getresponse()
                result = Answer(answer.status, answer.headers, answer.read())
                contract().exchange(method, path, body, result.status,
                                    result.headers["Content-Type"], result.raw)
                if answer.will_close:
                    self.close()
                return result
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                if not reused or method not in ("GET", "HEAD"):
                    raise
            except (OSError, http.client.HTTPException):
                self.close()
                raise

    def get(self, path, **how):
        return self.request("GET", path, **how)

    def post(self, path, body=None, **how):
        return self.request("POST", path, body, **how)

    # Producer API

    def submit(self, kind, to, params=None, expect=201, **fields):
        """POST /api/v1/notifications; the answer's JSON ({id, state})."""
        body = {"kind": kind, "to": to, **({"params": params} if params is not None else {}),
                **fields}
        return self.post("/api/v1/notifications", body).expect(expect)

    def notification(self, notification_id):
        return self.get(f"/api/v1/notifications/{notification_id}").expect()

    def timeline(self, notification_id):
        return self.get(f"/api/v1/notifications/{notification_id}/timeline").expect()

    # Web chat

    def inbox(self, user, query=""):
        return self.get(webchat(user) + query).expect()

    def poll(self, user, last_check=None, **query):
        if last_check is not None:
            query["last_check"] = last_check
        tail = "?" + urllib.parse.urlencode(query) if query else ""
        return self.get(webchat(user, "poll") + tail).expect()

    def mark_read(self, user, notification_id):
        return self.post(webchat(user) + "/mark-read", {"notification_id": notification_id})

    def clear(self, user):
        return self.post(webchat(user) + "/clear")

    def test_notification(self, user, body=None):
        return self.post(f"/api/web-chat/test-notification/{urllib.parse.quote(str(user))}", body)


def webchat(user, middle=""):
    return "/api/web-chat/notifications/" + (middle + "/" if middle else "") + urllib.parse.quote(
        str(user), safe="")
