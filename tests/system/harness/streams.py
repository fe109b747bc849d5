"""Clients of the web chat's cursor transports, all with the same face: open, next batch, cut.

What they are told, and what they say, is held against the daemon's description (contract.py)."""

import base64
import hashlib
import http.client
import io
import json
import os
import socket
import struct
import time
import urllib.parse

from contract import contract

PREFIX = "/api/web-chat"
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The server answered with another status than hoped for."""

    def __init__(self, status, body=b""):
        super().__init__(f"status {status}: {body[:200]!r}")
        self.status = status


class Client:
    """Opened where `cursor` stands; None: the client knows nothing yet."""

    def __init__(self, port, user, cursor=None, token=None, timeout=10.0, source=None):
        """source: the address of this machine that it comes from."""
        self.port, self.user, self.token, self.timeout = port, str(user), token, timeout
        self.source = (source, 0) if source else None
        self.cursor = cursor
        self.ended = None  # the goodbye, when one came
        self.open()

    def headers(self):
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def path(self, middle):
        return f"{PREFIX}/notifications/{middle}/{urllib.parse.quote(self.user, safe='')}"

    def took(self, batch):
        self.cursor = batch["cursor"]
        return batch


class Poll(Client):
    """Interval poll; Wait below lets the server answer later."""

    query = {}

    def open(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout,
                                                     source_address=self.source)

    def next(self, timeout=None):
        """The next batch; it may be empty."""
        query = dict(self.query)
        if self.cursor:
            query["cursor"] = self.cursor
        target = self.path("poll") + "?" + urllib.parse.urlencode(query)
        self.connection.request("GET", target, headers=self.headers())
        answer = self.connection.getresponse()
        body = answer.read()
        contract().exchange("GET", target, None, answer.status, answer.headers["Content-Type"],
                            body)
        if answer.status != 200:
            raise Refused(answer.status, body)
        return self.took(json.loads(body))

    def cut(self):
        self.connection.close()


class Wait(Poll):
    query = {"wait": 2}


class Raw(Client):
    """A connection that is read byte by byte."""

    receive_buffer = None

    def connect(self, target, headers):
        self.socket = socket.socket()
        if self.receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.socket.settimeout(self.timeout)
        if self.source:
            self.socket.bind(self.source)
        self.socket.connect(("127.0.0.1", self.port))
        self.buffer = b""
        lines = [f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}",
                 *[f"{k}: {v}" for k, v in headers.items()]]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = self.until(b"\r\n\r\n", self.timeout)
        if head is None:
            raise Refused(0)
        self.head = head.decode("latin-1")
        status = int(self.head.split()[1])
        fields = http.client.parse_headers(io.BytesIO(head.partition(b"\r\n")[2] + b"\r\n\r\n"))
        # Of a stream the messages are looked at, one by one.
        body = b"" if status < 300 else self.exactly(int(fields["Content-Length"]), self.timeout)
        contract().exchange("GET", target, None, status, fields["Content-Type"], body)
        return status

    def fill(self, deadline):
        """False when nothing came in time; at the end of the connection ConnectionError."""
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return False
        if not data:
            raise ConnectionError("the server closed the connection")
        self.buffer += data
        return True

    def until(self, mark, timeout):
        deadline = time.monotonic() + timeout
        while mark not in self.buffer:
            if not self.fill(deadline):
                return None
        found, self.buffer = self.buffer.split(mark, 1)
        return found

    def exactly(self, count, timeout):
        deadline = time.monotonic() + timeout
        while len(self.buffer) < count:
            if not self.fill(deadline):
                return None
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def cut(self):
        """With a reset: what is on its way is lost."""
        if self.socket.fileno() >= 0:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Events(Raw):
    """Server-sent events."""

    def open(self):
        last = {"Last-Event-ID": self.cursor} if self.cursor else {}
        status = self.connect(self.path("stream"), self.headers() | last)
        if status != 200:
            raise Refused(status)
        self.text = ""
        self.comments = 0

    def next(self, timeout=5.0):
        """The next batch, or None when none came in time or the stream said goodbye."""
        deadline = time.monotonic() + timeout
        while True:
            while "\n\n" in self.text:
                event, self.text = self.text.split("\n\n", 1)
                fields = dict(line.split(": ", 1) for line in event.split("\n") if ": " in line)
                if fields.get("event") == "end":
                    self.ended = json.loads(fields["data"])
                    contract().message("End", self.ended)
                    return None
                if "data" in fields:
                    batch = json.loads(fields["data"])
                    contract().message("Batch", batch)
                    assert fields["id"] == batch["cursor"]
                    return self.took(batch)
                self.comments += event.startswith(":")
            left = deadline - time.monotonic()
            size = self.until(b"\r\n", max(left, 0))
            if size is None:
                return None
            count = int(size, 16)
            if count == 0:
                raise ConnectionError("the stream has ended")
            chunk = self.exactly(count + 2, self.timeout)
            if chunk is None:
                raise ConnectionError("half a chunk")
            self.text += chunk[:-2].decode()


class Socket(Raw):
    """WebSocket; a token is sent in the first message, as a browser's page has to."""

    more_headers = {}

    def open(self):
        key = base64.b64encode(os.urandom(16)).decode()
        query = "?" + urllib.parse.urlencode({"cursor": self.cursor}) if self.cursor else ""
        status = self.connect(f"{PREFIX}/ws{query}", {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key, **self.more_headers})
        if status != 101:
            raise Refused(status)
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert f"Sec-WebSocket-Accept: {accept}" in self.head
        self.closed = None  # the close code, once it came
        self.say({"type": "auth", **({"token": self.token} if self.token
                                     else {"user": self.user})})

    def say(self, message):
        """What the description has; send_frame() sends anything."""
        contract().message("SocketClientMessage", message)
        self.send_frame(0x81, json.dumps(message).encode())

    def send_frame(self, first, payload, mask=b"\1\2\3\4"):
        size = len(payload)
        head = bytes([first]) + (bytes([0x80 | size]) if size < 126
                                 else bytes([0xFE]) + struct.pack(">H", size))
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def message(self, timeout=5.0):
        """The next text as JSON; None when none came, or a close did."""
        while True:
            head = self.exactly(2, timeout)
            if head is None:
                return None
            size = head[1]
            if size >= 126:
                size = int.from_bytes(self.exactly(2 if size == 126 else 8, self.timeout), "big")
            payload = self.exactly(size, self.timeout)
            if head[0] == 0x88:
                self.closed = int.from_bytes(payload[:2], "big")
                return None
            if head[0] == 0x81:
                said = json.loads(payload)
                contract().message("SocketServerMessage", said)
                return said

    def next(self, timeout=5.0):
        deadline = time.monotonic() + timeout
        while (message := self.message(max(deadline - time.monotonic(), 0))) is not None:
            if message["type"] == "end":
                self.ended = message
                return None
            if message["type"] == "inbox":
                return self.took(message)
        return None


TRANSPORTS = {"poll": Poll, "long-poll": Wait, "events": Events, "socket": Socket}


class Page:
    """What a page shows of an inbox, fed by any transport; notes every gap and repeat."""

    def __init__(self):
        self.ids, self.items, self.repeats, self.gaps = [], {}, [], 0
        self.unread = 0

    def show(self, batch):
        self.gaps += batch.get("gap", False)
        for item in batch["notifications"]:
            if item["id"] in self.items:
                self.repeats.append(item["id"])
            else:
                self.ids.append(item["id"])
            self.items[item["id"]] = item
        for change in batch.get("changes", ()):
            self.items[change["id"]] |= change
        self.unread = batch.get("unread_count", self.unread)

    def texts(self):
        return [self.items[i]["text"] for i in self.ids]

    def read(self):
        return {i for i, item in self.items.items() if item["read"]}
