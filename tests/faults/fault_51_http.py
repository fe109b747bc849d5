"""51: HTTP/1.1 by the letter: what must be refused is refused, wherever the bytes are cut."""

import unittest

from web_case import WebFault
from http_shapes import BAD, CRLF, HOST, Shape, shapes

SECOND = b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + CRLF


class Http(WebFault):
    maxDiff = None
    everyday = {"split": 1}  # cuts of each request, besides none
    long = {"split": 12}

    def setUp(self):
        super().setUp()
        self.start()
        self.ctl("user", "add", "--phone", "237691924173")

    def judged(self, shape, pieces):
        """What is wrong with the answer; nothing when all is well. A second request follows."""
        answer = self.raw([*pieces, SECOND], timeout=5)
        if answer.status == 100:
            answer.raw = answer.raw.partition(b"\r\n\r\n")[2]
        if answer.status not in shape.statuses:
            return f"answered {answer.status}, not {sorted(shape.statuses)}"
        if not answer.closed:
            return "the connection stays open"
        # After a refusal nothing may be read as a request any more.
        most = 2 if shape.good or 405 in shape.statuses or b"\r\n\r\n" not in shape.data else 1
        if not shape.good and answer.answers > most:
            return f"{answer.answers} answers"
        ends = b"connection: close" in shape.data.lower() or b"HTTP/1.0" in shape.data
        if shape.good and answer.answers != (1 if ends else 2):
            return f"{answer.answers} answers, and what followed was lost or doubled"
        return None

    # covers: F51 S87
    def test_every_shape(self):
        all_, wrong, unsafe, refused = shapes(), [], 0, 0
        for shape in all_:
            for n in range(self.size.split + 1):
                at = self.random.randrange(1, len(shape.data)) if n else len(shape.data)
                problem = self.judged(shape, [shape.data[:at], shape.data[at:]])
                if problem:
                    wrong.append(f"{shape.name} ({shape.section}): {problem}")
                    unsafe += not shape.good
            refused += shape.statuses == BAD
        self.assertEqual(self.api.get("/healthz").status, 200)
        self.figure("cases, of them MUST be 400", f"{len(all_)}, {refused}", ">= 150")
        self.figure("unsafe accepts, other mistakes", f"{unsafe}, {len(wrong) - unsafe}", "0")
        self.assertEqual(wrong[:20], [])
        self.assertGreaterEqual(len(all_), 150)
        self.assertEqual(len({s.name for s in all_}), len(all_))

    # covers: F51
    def test_the_check_finds_what_is_taken_by_mistake(self):
        taken = Shape("a GET that ought to be refused", b"GET /healthz HTTP/1.1\r\n" + HOST + CRLF,
                      BAD, "none")
        self.assertIn("answered 200", self.judged(taken, [taken.data]))


if __name__ == "__main__":
    unittest.main()
