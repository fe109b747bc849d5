"""66: hostile JSON is refused as 400 or 422, or as too large, at every door that takes any; never 500, and quickly.

Keys that fall together in a hash table are made in tests/base/json_test.cpp."""

import time
import unittest

from fault_harness import Varlink, is_long
from web_case import INBOX, SUBMIT, WebFault
from harness.streams import Socket

DEEP = 100_000
JSON = {"Content-Type": "application/json"}
# name: (body, what the refusal must name). Syntax: 400; all of it inside a correct rest.
HOSTILE = {
    "depth": (b'{"kind":' + b"[" * DEEP, "depth|deep|nest"),
    "closed depth": (b'{"kind":' + b"[" * 500 + b"]" * 500 + b"}", "depth|deep|nest"),
    "duplicate key": (b'{"kind":"message","kind":"message"}', "duplicate key"),
    "inner duplicate key": (b'{"kind":"message","params":{"message":"a","message":"b"}}',
                            "duplicate key"),
    "escaped duplicate key": (b'{"kind":"message","k\\u0069nd":"message"}', "duplicate key"),
    "1e999": (b'{"kind":"message","to":{"user":1e999}}', "number|finite|range"),
    "lone surrogate": (b'{"kind":"\\ud800"}', "surrogate"),
    "lone low surrogate": (b'{"kind":"\\udc00x"}', "surrogate"),
    "U+0000": (b'{"kind":"a\\u0000b"}', "0000|NUL"),
    "NUL byte": (b'{"kind":"a\x00b"}', "control|illegal|NUL|syntax|byte"),
    "byte order mark": (b'\xef\xbb\xbf{"kind":"message"}', "byte order mark|BOM"),
    "trailing bytes": (b'{"kind":"message"} {}', "extra|trailing|after"),
    "bad UTF-8": (b'{"kind":"\xff\xfe"}', "UTF-8"),
    "overlong UTF-8": (b'{"kind":"\xc0\xaf"}', "UTF-8"),
    "cut off": (b'{"kind":"mess', "incomplete|end|cut"),
    "nothing": (b"", "."),
    "no object": (b'["message"]', "object"),
    "a number": (b"1", "object"),
    "long key": (b'{"' + b"k" * 2000 + b'":1}', "key|unknown"),
    "NaN": (b'{"kind":NaN}', "."),
}
OBJECT = b'{"notification_id":1,"cursor":"1.1.1.1","text":"a","message":"a",%s}'
# What is wrong for every door, put into an object that would do; of some also the size.
EVERYWHERE = {
    "depth of a million": b'"x":' + b"[" * 1_000_000,
    "depth of a million objects": b'"x":' + b'{"a":' * 200_000,
    "closed depth": b'"x":' + b"[" * 1500 + b"]" * 1500,
    "key of a MiB": b'"' + b"k" * (1 << 20) + b'":1',
    "1e999": b'"x":1e999', "-1e999": b'"x":-1e999', "1e-999 is fine, 1e400 is not": b'"x":1e400',
    "duplicate key": b'"text":"b"', "escaped duplicate key": b'"t\\u0065xt":"b"',
    "inner duplicate key": b'"x":{"a":1,"a":2}', "lone surrogate": b'"x":"\\ud83d"',
    "surrogates the wrong way": b'"x":"\\ude00\\ud83d"', "U+0000": b'"x":"\\u0000"',
    "U+0000 in a key": b'"a\\u0000":1', "NUL byte": b'"x":"a\x00"', "raw line end": b'"x":"a\nb"',
    "bad UTF-8": b'"x":"\xff"', "overlong UTF-8": b'"x":"\xc0\x80"',
              "UTF-8 of a surrogate": b'"x":"\xed\xa0\x80"',
    "UTF-8 beyond Unicode": b'"x":"\xf4\x90\x80\x80"', "trailing comma": b'"x":1,',
              "no value": b'"x":',
    "single quotes": b"'x':1", "no quotes": b"x:1", "comment": b'"x":1/**/',
              "hexadecimal": b'"x":0x1',
    "leading zero": b'"x":01', "plus": b'"x":+1', "bare point": b'"x":.5',
              "Infinity": b'"x":Infinity',
    "bad escape": b'"x":"\\x41"', "half an escape": b'"x":"\\u12"', "True": b'"x":True',
}
AROUND = {"byte order mark": b"\xef\xbb\xbf%s", "trailing object": b"%s{}",
          "trailing NUL": b"%s\x00",
          "UTF-16": None, "two lines": b"%s\n%s"}


class Json(WebFault):
    def setUp(self):
        super().setUp()
        self.start(directory={"unknown_recipient": "error"})
        self.user, self.phone = self.person(1)
        self.doors = {"submit": SUBMIT, **{door: f"{INBOX}/{self.user}/{door}" for door in (
            "mark-read", "answer", "ack")}, "test": f"/api/web-chat/test-notification/{self.user}",
            "redrive": f"{SUBMIT}/{'0' * 35}/redrive"}
        self.before = self.stored()

    def stored(self):
        return sum(self.ctl("status")["counts"].values()), self.api.inbox(self.user)["count"]

    def bodies(self):
        good = OBJECT % b'"y":1'
        yield from ((what, OBJECT % inner) for what, inner in EVERYWHERE.items())
        for what, around in AROUND.items():
            yield what, good.decode().encode("utf-16") if around is None else \
                around.replace(b"%s", good)
        yield "members by the thousand", OBJECT % b",".join(b'"%d":1' % n for n in range(30_000))
        yield "elements by the thousand", OBJECT % (b'"x":[' + b"1," * 100_000 + b"1]")

    # covers: F66 S87
    def test_every_door_over_http(self):
        took, wrong = {}, []
        for door, path in self.doors.items():
            for what, body in self.bodies():
                quickest = 1.0
                for _ in range(3):  # the machine's moods are not the daemon's
                    started = time.perf_counter()
                    answer = self.api.post(path, body, headers=JSON)
                    quickest = min(quickest, time.perf_counter() - started)
                took[door, what] = quickest
                taken = what.endswith("by the thousand")  # well formed: what it says is the door's matter
                if answer.status not in (400, 404, 413,
                                         422) and not (taken and answer.status == 200):
                    wrong.append((door, what, answer.status))
        slowest = max(took, key=took.get)
        self.figure("doors, bodies", f"{len(self.doors)}, {len(took)}")
        self.figure("slowest answer, ms",
                    f"{took[slowest] * 1e3:.1f} ({slowest[0]}: {slowest[1]})", "<= 10")
        self.assertEqual(wrong, [])
        self.assertLess(took[slowest], 0.010 if is_long() else 0.1)

    # covers: F66 S87
    def test_the_refusal_names_what_is_wrong(self):
        for what, (body, names) in HOSTILE.items():
            with self.subTest(what):
                problem = self.api.post(SUBMIT, body, headers=JSON).expect(400)
                self.assertRegex(problem["detail"] + " " + problem.get("field", ""), f"(?i){names}")
        self.assertEqual(self.stored(), self.before)

    # covers: F66
    def test_over_the_control_socket(self):
        for what, (body, _) in HOSTILE.items():
            with self.subTest(what), Varlink(self.folder / "control") as control:
                call = b'{"method":"io.herald.Send","parameters":' + body + b"}"
                control.send_raw((body if b"\x00" in body or what in ("cut off", "byte order mark")
                                  else call) + b"\0")
                try:
                    answer = control.receive()
                except (ConnectionError, ConnectionResetError):
                    continue  # hung up on what is no message at all
                self.assertIn("error", answer, what)
        with Varlink(self.folder / "control") as control:  # none of it hurt the others
            self.assertTrue(control.call("io.herald.Status")["ready"])
        self.assertEqual(self.stored(), self.before)

    # covers: F66
    def test_over_a_websocket(self):
        wrong = []
        for what, body in self.bodies():
            if len(body) > 16_000:
                continue  # ends it with 1009: fault 56
            client = Socket(self.port, self.user)
            client.next()
            client.send_frame(0x81, body)
            said = client.message()
            if not (said and said["type"] == "error") and client.closed not in (1002, 1007):
                wrong.append((what, said, client.closed))
            client.cut()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
