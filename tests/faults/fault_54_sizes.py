"""54: requests larger than any ought to be: a status, the end of the connection, and no memory kept."""

import concurrent.futures
import unittest

from web_case import WebFault
from http_shapes import CRLF, DOOR, HOST

MIB = 1 << 20
POST = b"POST " + DOOR + b" HTTP/1.1\r\n" + HOST


class Sizes(WebFault):
    everyday = {"at_once": 6}
    long = {"at_once": 64}

    def cases(self):
        """name: (bytes, statuses)."""
        noise = self.random.randbytes(10 * MIB)
        chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
        return {
            "request line of 8 KiB and one": (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n" + HOST + CRLF, {414}),
            "target of 4 KiB and one": (b"GET /" + b"a" * 4096 + b" HTTP/1.1\r\n" + HOST + CRLF,
                                        {414}),
            "request line without an end": (b"GET /" + b"a" * (10 * MIB), {414}),
            "query of 1 MiB": (b"GET /healthz?" + b"a=b&" * (MIB // 4) + b" HTTP/1.1\r\n" + HOST + CRLF, {414}),
            "method of 1 MiB": (b"G" * MIB + b" / HTTP/1.1\r\n" + HOST + CRLF, {414}),
            "one field of 16 KiB": (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 16_384 + CRLF * 2, {431}),
            "field without an end": (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * (10 * MIB),
                                     {431}),
            "field's name of 1 MiB": (b"GET / HTTP/1.1\r\n" + HOST + b"A" * MIB + b": x" + CRLF * 2, {431}),
            "101 fields": (b"GET / HTTP/1.1\r\n" + HOST + b"A: x\r\n" * 100 + CRLF, {431}),
            "a million fields": (b"GET / HTTP/1.1\r\n" + HOST + b"A:\r\n" * 1_000_000, {431}),
            "body of 1 MiB and one": (POST + b"Content-Length: %d\r\n\r\n" % (MIB + 1) + b"x" * (MIB + 1), {413}),
            "body of more than the route's": (POST + b"Content-Length: 4097\r\n\r\n" + b"x" * 4097,
                                              {413}),
            "chunks of more than the route's": (chunked + (b"400\r\n" + b"x" * 1024 + CRLF) * 5,
                                                {413}),
            "chunks without an end": (chunked + (b"1\r\nx\r\n") * 500_000, {413}),
            "chunk extensions without an end": (chunked + (b"1;" + b"y" * 900 + b"\r\nx\r\n") * 2000, {400, 413}),
            "trailers without an end": (chunked + b"0\r\n" + b"A: x\r\n" * 300_000, {431}),
            "length of 2^63": (POST + b"Content-Length: %d\r\n\r\n" % (1 << 63), {413}),
            "length of 2^64": (POST + b"Content-Length: %d\r\n\r\n" % (1 << 64), {413}),
            "length of 2^64 and 5": (POST + b"Content-Length: %d\r\n\r\nabcde" % ((1 << 64) + 5),
                                     {413}),
            "length of a million digits": (POST + b"Content-Length: " + b"9" * MIB + CRLF * 2,
                                           {431}),
            "chunk of 2^64": (chunked + b"10000000000000000\r\n", {413}),
            "10 MiB of noise": (b"\x00" + noise, {400}),
            "10 MiB of text": (b"hello " * (10 * MIB // 6), {400, 414}),
            "10 MiB of line ends": (CRLF * (5 * MIB), {400}),
            "noise behind a good head": (b"GET / HTTP/1.1\r\n" + noise, {400, 431}),
        }

    # covers: F54 S87
    def test_each_is_refused_and_leaves_no_memory_behind(self):
        self.start()
        self.ctl("user", "add", "--phone", "237691924173")
        cases, wrong = self.cases(), []
        self.api.get("/healthz").expect()
        before = most = self.daemon.memory()
        with concurrent.futures.ThreadPoolExecutor(self.size.at_once) as pool:
            for what, (data, statuses) in cases.items():
                sent = [pool.submit(self.raw, data, timeout=10) for _ in range(self.size.at_once)]
                while not all(one.done() for one in sent):
                    most = max(most, self.daemon.memory())
                    concurrent.futures.wait(sent, 0.002)
                for answer in (one.result() for one in sent):
                    if answer.status not in statuses or not answer.closed or answer.answers != 1:
                        wrong.append((what, answer.status, answer.closed, answer.answers))
        self.api.get("/healthz").expect()
        self.figure("cases, each by so many clients", f"{len(cases)}, {self.size.at_once}")
        self.figure("most memory more, MiB", f"{(most - before) / MIB:.1f}", "<= 16")
        self.figure("answered otherwise", len(wrong), "0")
        self.assertEqual(wrong[:5], [])
        self.assertLessEqual(most - before, 16 * MIB)


if __name__ == "__main__":
    unittest.main()
