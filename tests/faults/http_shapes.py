"""Raw requests by the rules of RFC 9110 and 9112, and what a careful server answers.

shapes() gives Shape(name, bytes, statuses, section): what may be answered; all but 2xx must end the
connection where the request's end is in doubt. The request that DOOR names is taken when it is well formed.
"""

from dataclasses import dataclass

DOOR = b"/api/web-chat/notifications/237691924173/clear"
HOST = b"Host: localhost\r\n"
CRLF = b"\r\n"
BAD = frozenset({400})
CONTROL = [bytes([c]) for c in (0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x0D, 0x1B, 0x1F, 0x7F)]
SEPARATORS = b'"(),/:;<=>?@[\\]{}'


@dataclass(frozen=True)
class Shape:
    name: str
    data: bytes
    statuses: frozenset
    section: str

    @property
    def good(self):
        return min(self.statuses) < 300


def shapes():
    return [*request_lines(), *targets(), *versions(), *hosts(), *fields(), *lengths(), *codings(),
            *chunks(), *expectations(), *methods(), *good()]


def get(line=b"GET /healthz HTTP/1.1", more=b"", host=HOST):
    return line + CRLF + host + more + CRLF


def post(more, body=b""):
    return b"POST " + DOOR + b" HTTP/1.1\r\n" + HOST + more + CRLF + body


def chunked(body, more=b""):
    return post(b"Transfer-Encoding: chunked\r\n" + more, body)


def bad(section, cases, statuses=BAD):
    return [Shape(name, data, frozenset(statuses), section) for name, data in cases.items()]


def request_lines():
    lines = {"no spaces": b"GET/healthzHTTP/1.1", "two spaces": b"GET  /healthz HTTP/1.1",
             "space before": b" GET /healthz HTTP/1.1", "tab between": b"GET\t/healthz HTTP/1.1",
             "tab before the version": b"GET /healthz\tHTTP/1.1",
             "space after": b"GET /healthz HTTP/1.1 ", "no version": b"GET /healthz",
             "method alone": b"GET", "a word more": b"GET /healthz HTTP/1.1 x",
             "version first": b"HTTP/1.1 /healthz GET", "an answer": b"HTTP/1.1 200 OK",
             "form feed between": b"GET\x0c/healthz HTTP/1.1",
             "carriage return between": b"GET\r/healthz HTTP/1.1",
             "high space": b"GET\xa0/healthz HTTP/1.1"}
    out = bad("9112 3", {f"request line, {k}": get(v) for k, v in lines.items()})
    out += bad("9112 2.2", {
        "bare LF after the request line": b"GET /healthz HTTP/1.1\nHost: h\r\n\r\n",
        "bare LF everywhere": b"GET /healthz HTTP/1.1\nHost: h\n\n",
        "bare CR after the request line": b"GET /healthz HTTP/1.1\rHost: h\r\n\r\n",
        "bare CR as a field's end": get(more=b"A: b\rC: d\r\n"),
        "bare LF as a field's end": get(more=b"A: b\nC: d\r\n"),
        "white space before the first field": b"GET /healthz HTTP/1.1\r\n " + HOST + CRLF,
        "tab before the first field": b"GET /healthz HTTP/1.1\r\n\t" + HOST + CRLF,
        "two empty lines before": CRLF * 2 + get(), "LF before": b"\n" + get()})
    return out


def targets():
    odd = {"relative": b"healthz", "fragment": b"/healthz#a", "high byte": b"/\xc3\xa9",
           "star for GET": b"*", "other scheme": b"ftp://localhost/healthz",
           "authority form": b"localhost:80", "other authority": b"http://other.example/healthz",
           "user in the authority": b"http://a@localhost/healthz",
           "no path": b"http://localhost?x", "scheme alone": b"http://", "dots": b"/a/../healthz",
           "dot": b"/./healthz", "encoded dots": b"/%2e%2e/healthz", "half an escape": b"/healthz%",
           "escape of no digits": b"/healthz%zz", "encoded NUL": b"/healthz%00",
           "encoded CR LF": b"/healthz%0d%0aX:y", "encoded bad UTF-8": b"/%ff",
           "overlong dot": b"/%c0%ae", "backslash scheme": b"\\healthz"}
    out = bad("9112 3.2", {f"target, {k}": get(b"GET " + v + b" HTTP/1.1") for k, v in odd.items()})
    return out + bad("9112 3.2", {f"target with byte {c[0]:#04x}":
                                  get(b"GET /hea" + c + b"lthz HTTP/1.1") for c in CONTROL})


def versions():
    known = {"1.2": b"HTTP/1.2", "2.0": b"HTTP/2.0", "0.9": b"HTTP/0.9", "9.9": b"HTTP/9.9",
             "3.0": b"HTTP/3.0"}
    out = bad("9110 15.6.6", {f"version {k}": get(b"GET /healthz " + v) for k, v in known.items()},
              {505})
    odd = (b"http/1.1", b"HTTP/1.10", b"HTTP/11", b"HTTP/1", b"HTTP/1.", b"HTTP/.1", b"HTTP/a.b",
           b"HTTP/+1.1", b"HTTP /1.1", b"HTTPS/1.1", b"HTTP/1,1", b"HTTP/1.1.1", b"HTTP/-1.1",
           b"ICY/1.1", b"HTTP/\xef\xbc\x91.1")
    out += bad("9112 2.3", {f"version {v!r}": get(b"GET /healthz " + v) for v in odd})
    return out + [Shape("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frozenset({505}),
                        "9113 3.4")]


def hosts():
    def with_host(line):
        return get(host=line)
    odd = {"none": b"", "twice": HOST * 2, "twice, another": HOST + b"host: other\r\n",
           "empty": b"Host:\r\n", "spaces": b"Host:   \r\n", "two words": b"Host: a b\r\n",
           "a list": b"Host: a,b\r\n", "a path": b"Host: a/b\r\n", "a user": b"Host: u@a\r\n",
           "a query": b"Host: a?b\r\n", "a fragment": b"Host: a#b\r\n",
           "a backslash": b"Host: a\\b\r\n", "quotes": b'Host: "a"\r\n', "angles": b"Host: <a>\r\n",
           "high byte": b"Host: \xc3\xa9\r\n", "a scheme": b"Host: http://a\r\n"}
    out = bad("9112 3.2", {f"Host, {k}": with_host(v) for k, v in odd.items()})
    return out + bad("9112 3.2", {"Host twice in 1.0": get(b"GET /healthz HTTP/1.0",
                                                           host=HOST * 2)})


def fields():
    odd = {"no colon": b"nonsense\r\n", "no name": b": x\r\n",
           "space before the colon": b"A : x\r\n",
           "tab before the colon": b"A\t: x\r\n", "folded": b"A: x\r\n y\r\n",
           "folded with a tab": b"A: x\r\n\ty\r\n", "folded to nothing": b"A: x\r\n \r\n",
           "space in the name": b"A B: x\r\n", "high byte in the name": b"\xc3\xa9: x\r\n"}
    out = bad("9112 5", {f"field, {k}": get(more=v) for k, v in odd.items()})
    out += bad("9110 5.6.2",
               {f"field's name with {chr(c)!r}": get(more=b"A" + bytes([c]) + b"B: x\r\n")
                              for c in SEPARATORS if c != ord(":")})
    out += bad("9110 5.5", {f"field's value with byte {c[0]:#04x}": get(more=b"A: x" + c + b"y\r\n")
                            for c in CONTROL})
    out += bad("9110 5.6.2",
               {f"field's name with byte {c[0]:#04x}": get(more=b"A" + c + b"B: x\r\n")
                              for c in CONTROL})
    out += bad("9112 5", {"101 fields": get(more=b"A: b\r\n" * 100),
                          "fields of 16 KiB": get(more=b"A: " + b"x" * 17_000 + CRLF)}, {431})
    return out + bad("9112 3", {"target of over 4 KiB": get(b"GET /" + b"a" * 4200 + b" HTTP/1.1"),
                                "request line of over 8 KiB":
                                    get(b"GET /" + b"a" * 9000 + b" HTTP/1.1")}, {414})


def lengths():
    odd = (b"", b" ", b"+5", b"-5", b"0x5", b"5.0", b"5 5", b"5, 5", b"5,5", b"5, 6", b"five",
           b"5;",
           b"5\x0b", b"\x0b5", b"1e1", b"5_0", b"'5'", b'"5"', b"\xd9\xa5", b"0b101", b"05 ,05",
           b"--5", b"5-", b"NaN", b",5", b"5,")
    out = bad("9112 6.3", {f"Content-Length {v!r}": post(b"Content-Length: " + v + CRLF, b"abcde")
                           for v in odd})
    two = {"the same": (b"5", b"5"), "others": (b"5", b"0"), "others, the other way": (b"0", b"5")}
    out += bad("9112 6.3", {f"two lengths, {k}": post(b"".join(
        b"Content-Length: " + v + CRLF for v in pair), b"abcde") for k, pair in two.items()})
    big = {"2^63": 1 << 63, "2^64": 1 << 64, "2^64 + 5": (1 << 64) + 5, "2^32": 1 << 32,
           "of the route and one": 4097, "40 digits": 10 ** 40}
    return out + bad("9110 15.5.14", {f"length {k}": post(b"Content-Length: %d\r\n" % v, b"abcde")
                                      for k, v in big.items()}, {413})


def codings():
    odd = {"with a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "after a length": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "twice": b"Transfer-Encoding: chunked\r\n" * 2,
           "twice in one": b"Transfer-Encoding: chunked, chunked\r\n",
           "and another, twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
           "empty": b"Transfer-Encoding:\r\n", "comma": b"Transfer-Encoding: ,\r\n",
           "leading comma": b"Transfer-Encoding: ,chunked\r\n",
           "trailing comma": b"Transfer-Encoding: chunked,\r\n",
           "space before the colon": b"Transfer-Encoding : chunked\r\n",
           "folded": b"Transfer-Encoding:\r\n chunked\r\n",
           "vertical tab": b"Transfer-Encoding: \x0bchunked\r\n",
           "bare CR": b"Transfer-Encoding: chunked\rX: y\r\n",
           "NUL": b"Transfer-Encoding: chunked\x00\r\n"}
    out = bad("9112 6.1", {f"coding, {k}": post(v, b"0\r\n\r\n") for k, v in odd.items()},
              {400, 501})
    unknown = (b"gzip", b"identity", b"xchunked", b"chunkedx", b"chunk", b"gzip, chunked",
               b"chunked, gzip", b'"chunked"', b"chunked;q=1", b"'chunked'", b"deflate, chunked",
               b"cow", b"chunke\xc4\x8f")
    out += bad("9112 6.1", {f"coding {v!r}": post(b"Transfer-Encoding: " + v + CRLF, b"0\r\n\r\n")
                            for v in unknown}, {400, 501})
    old = b"POST " + DOOR + b" HTTP/1.0\r\n" + HOST
    return out + bad("9112 6.1", {
        "coding in HTTP/1.0": old + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "coding in HTTP/1.0 kept alive": old + b"Connection: keep-alive\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"})


def chunks():
    odd = {"no size": b"\r\nabc\r\n0\r\n\r\n", "minus": b"-3\r\nabc\r\n0\r\n\r\n",
           "plus": b"+3\r\nabc\r\n0\r\n\r\n", "0x": b"0x3\r\nabc\r\n0\r\n\r\n",
           "no digit": b"g\r\nabc\r\n0\r\n\r\n", "space before": b" 3\r\nabc\r\n0\r\n\r\n",
           "space after": b"3 \r\nabc\r\n0\r\n\r\n", "tab after": b"3\t\r\nabc\r\n0\r\n\r\n",
           "bare LF": b"3\nabc\r\n0\r\n\r\n", "bare CR": b"3\rabc\r\n0\r\n\r\n",
           "LF after the data": b"3\r\nabc\n0\r\n\r\n", "CR after the data": b"3\r\nabc\r0\r\n\r\n",
           "data longer": b"3\r\nabcd\r\n0\r\n\r\n", "data shorter": b"3\r\nab\r\n0\r\n\r\n",
           "nothing after the data": b"3\r\nabc0\r\n\r\n", "comma": b"3,\r\nabc\r\n0\r\n\r\n",
           "extension with NUL": b"3;a\x00\r\nabc\r\n0\r\n\r\n",
           "extension with bare LF": b"3;a\nb\r\nabc\r\n0\r\n\r\n",
           "extension with bare CR": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
           "underscore": b"0_3\r\nabc\r\n0\r\n\r\n", "decimal point": b"3.0\r\nabc\r\n0\r\n\r\n",
           "high digit": b"\xef\xbc\x93\r\nabc\r\n0\r\n\r\n",
           "trailer without a colon": b"0\r\nnonsense\r\n\r\n",
           "trailer with a space": b"0\r\nA : b\r\n\r\n",
           "trailer folded": b"0\r\nA: b\r\n c\r\n\r\n",
           "trailer with bare LF": b"0\r\nA: b\n\r\n", "trailer with NUL": b"0\r\nA: \x00\r\n\r\n",
           "last chunk with bare LF": b"0\n\r\n", "end with bare LF": b"0\r\n\n"}
    out = bad("9112 7.1", {f"chunk, {k}": chunked(v) for k, v in odd.items()})
    big = {"of the route and one": b"1001\r\n" + b"x" * 4097, "2^63": b"8000000000000000\r\nabc",
           "2^64": b"10000000000000000\r\nabc", "2^64 + 3": b"10000000000000003\r\nabc",
           "many zeros": b"0" * 300 + b"3\r\nabc\r\n0\r\n\r\n"}
    return out + bad("9112 7.1", {f"chunk, {k}": chunked(v) for k, v in big.items()}, {400, 413})


def expectations():
    return bad("9110 10.1.1", {f"Expect {v!r}": post(b"Content-Length: 3\r\nExpect: " + v + CRLF,
                                                     b"abc")
                               for v in (b"200-ok", b"100-continue, x", b"100", b"")}, {417})


def methods():
    out = bad("9110 9.1", {f"method {m!r}": get(m + b" /healthz HTTP/1.1")
                           for m in (b"BREW", b"get", b"Get", b"GETT", b"X" * 100, b"M-SEARCH")},
              {501})
    out += bad("9110 9.3", {"CONNECT": get(b"CONNECT localhost:443 HTTP/1.1"),
                            "TRACE": get(b"TRACE /healthz HTTP/1.1"),
                            "POST where GET is": get(b"POST /healthz HTTP/1.1"),
                            "DELETE where GET is": get(b"DELETE /healthz HTTP/1.1")}, {405})
    return out + bad("9112 3.1", {f"method {m!r}": get(m + b" /healthz HTTP/1.1") for m in (
        b"G(T", b"G@T", b"G\x01T", b"\xc3\x89", b"GET,", b'"GET"', b"G\x00T")})


def good():
    """What must be taken, so that a server that refuses everything does not pass."""
    taken = {"GET": get(), "HEAD": get(b"HEAD /healthz HTTP/1.1"),
             "an empty line before": CRLF + get(), "absolute form": get(
                 b"GET http://localhost/healthz HTTP/1.1"),
             "absolute form, other case": get(b"GET HTTP://LocalHost/healthz HTTP/1.1"),
             "HTTP/1.0 without Host": get(b"GET /healthz HTTP/1.0", host=b""),
             "no space after the colon": get(host=b"Host:localhost\r\n"),
             "spaces and tabs around a value": get(host=b"Host: \t localhost \t\r\n"),
             "field's name in capitals": get(host=b"HOST: localhost\r\n"),
             "port": get(host=b"Host: localhost:8080\r\n"), "IPv6": get(host=b"Host: [::1]:80\r\n"),
             "high bytes in a value": get(more=b"A: \xc3\xa9\r\n"),
             "empty value": get(more=b"A:\r\n"),
             "all token characters": get(more=b"!#$%&'*+-.^_`|~09azAZ: x\r\n"),
             "query": get(b"GET /healthz?a=b?c&d HTTP/1.1"),
             "length": post(b"Content-Length: 3\r\n", b"abc"),
             "length 0": post(b"Content-Length: 0\r\n"),
             "length with zeros": post(b"Content-Length: 0003\r\n", b"abc"), "no length": post(b""),
             "chunks": chunked(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
             "chunks, capitals": post(b"Transfer-Encoding: CHUNKED\r\n",
                                      b"A\r\n0123456789\r\n0\r\n\r\n"),
             "chunk with zeros": chunked(b"0003\r\nabc\r\n0000\r\n\r\n"),
             "chunk with an extension": chunked(b'3;a=b;c="d"\r\nabc\r\n0\r\n\r\n'),
             "trailer": chunked(b"3\r\nabc\r\n0\r\nA: b\r\n\r\n"),
             "continue": post(b"Content-Length: 3\r\nExpect: 100-continue\r\n", b"abc"),
             "OPTIONS *": get(b"OPTIONS * HTTP/1.1"),
             "Connection: close": get(more=b"Connection: close\r\n")}
    return [Shape(f"good, {k}", v, frozenset({200, 204}), "9110") for k, v in taken.items()]
