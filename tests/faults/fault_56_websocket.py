"""56: WebSocket by the letter (RFC 6455): cases of our own by the groups of Autobahn's suite."""

import base64
import os
import unittest

from web_case import WebFault
from harness.streams import Socket
from ws_cases import CLOSE, PONG, TEXT, cases


def read_frame(client, timeout=5.0):
    """(opcode, payload) of an unmasked whole frame; None when the connection ends first."""
    try:
        head = client.exactly(2, timeout)
        if head is None:
            return None
        size = head[1]
        if size >= 126:
            size = int.from_bytes(client.exactly(2 if size == 126 else 8, timeout), "big")
        assert head[0] & 0x80 and not head[0] & 0x70, "servers send whole frames without extensions"
        return head[0] & 0x0F, client.exactly(size, timeout)
    except ConnectionError:
        return None


class WebSockets(WebFault):
    def setUp(self):
        super().setUp()
        self.start(http={"max_per_address": 1000})
        self.user, _ = self.person(1)

    def greeted(self):
        client = Socket(self.port, self.user)
        self.assertEqual(client.message()["type"], "inbox")
        return client

    def next(self, client, *wanted):
        """The next frame of such an opcode; None at the end."""
        while (got := read_frame(client)) is not None and got[0] not in wanted:
            pass
        return got

    def judged(self, case):
        """What is wrong; nothing when all is well."""
        client = self.greeted()
        try:
            for piece in case.pieces:
                client.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was read
        try:
            kind, *more = case.answer
            if kind == "close":
                got = self.next(client, CLOSE, PONG)
                code = got and got[0] == CLOSE and int.from_bytes(got[1][:2], "big")
                if code not in more[0]:
                    return f"closed with {code}, not {sorted(more[0])}"
                return None if read_frame(client) is None else "something came after the close"
            if kind == "pong":
                got = None
                while got != (PONG, more[0]):
                    if got and got[0] == CLOSE:
                        return f"closed: {got[1]!r}"
                    got = self.next(client, PONG, CLOSE)
                    if got is None:
                        return "no pong"
            elif kind == "reply":
                got = self.next(client, TEXT, CLOSE)
                if not got or got[0] != TEXT or b'"error"' not in got[1]:
                    return f"answered {got}"
            client.say({"type": "clear", "ref": 9})
            while got := self.next(client, TEXT, CLOSE):
                if got[0] == TEXT and b'"ref":9' in got[1]:
                    return None
            return "the connection does not go on"
        finally:
            client.cut()

    # covers: F56
    def test_every_case(self):
        all_ = cases()
        wrong = {case.name: why for case in all_ if (why := self.judged(case))}
        self.figure("cases", len(all_), ">= 200")
        self.figure("passed", f"{1 - len(wrong) / len(all_):.1%}", "100 %")
        self.assertEqual(wrong, {})
        self.assertGreaterEqual(len(all_), 200)
        self.assertEqual(len({case.name for case in all_}), len(all_))

    # covers: F56
    def test_handshakes(self):
        key = base64.b64encode(os.urandom(16)).decode()
        good = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": key}
        wrong = {"no upgrade": {"Upgrade": None}, "another upgrade": {"Upgrade": "h2c"},
                 "no connection": {"Connection": None},
                 "connection without it": {"Connection": "keep-alive"},
                 "no version": {"Sec-WebSocket-Version": None},
                 "version 8": {"Sec-WebSocket-Version": "8"},
                 "version 12": {"Sec-WebSocket-Version": "12"},
                 "version 013": {"Sec-WebSocket-Version": "013"},
                 "versions": {"Sec-WebSocket-Version": "13, 8"},
                 "no key": {"Sec-WebSocket-Key": None},
                 "short key": {"Sec-WebSocket-Key": "AAAA"},
                 "long key": {"Sec-WebSocket-Key": key + "AAAA"},
                 "no base64": {"Sec-WebSocket-Key": "!" * 22 + "=="},
                 "loose bits": {"Sec-WebSocket-Key": "A" * 21 + "B=="},
                 "two keys": {"Sec-WebSocket-Key": f"{key}\r\nSec-WebSocket-Key: {key}"}}

        def ask(fields, line="GET /api/web-chat/ws HTTP/1.1"):
            head = "".join(f"{name}: {value}\r\n" for name,
                           value in fields.items() if value is not None)
            return self.raw(f"{line}\r\nHost: localhost\r\n{head}Connection: close\r\n\r\n".encode(), timeout=0.5)
        for what, change in wrong.items():
            with self.subTest(what):
                self.assertEqual(ask(good | change).status, 400)
        self.assertEqual(ask(good, "GET /api/web-chat/ws HTTP/1.0").status, 400)
        self.assertEqual(ask(good, "POST /api/web-chat/ws HTTP/1.1").status, 405)
        for what, more in (("compression",
                            {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}),
                           ("a protocol", {"Sec-WebSocket-Protocol": "chat"})):
            with self.subTest(what):  # nothing that was not agreed upon
                answer = ask(good | {"Connection": "keep-alive, Upgrade"} | more)
                self.assertEqual(answer.status, 101)
                self.assertNotIn(b"sec-websocket-extensions", answer.raw.lower())
                self.assertNotIn(b"sec-websocket-protocol", answer.raw.lower())

    # covers: F56
    def test_who_talks_too_much_is_let_go(self):
        client = self.greeted()
        for _ in range(60):  # 40 at once are allowed
            try:
                client.send_frame(0x81, b'{"type":"x"}')
            except OSError:
                break
        got = self.next(client, CLOSE)
        self.assertEqual(int.from_bytes(got[1][:2], "big"), 1008)
        self.assertIsNone(read_frame(client), "it is still there")


if __name__ == "__main__":
    unittest.main()
