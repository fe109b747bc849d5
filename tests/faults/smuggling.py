"""Requests that hide another one: what one reader takes for the body is the next request to the other.

shapes(outer, hidden) gives (name, bytes); in STANDING are those where nothing is hidden, because by the RFC the
last request stands alone: they show that the others would be taken if they were read so. `outer` are the lines of a request that is accepted, without
framing and without the empty line; `hidden` is the whole request that nobody must take for one.
"""

PROPER = ("plain", "no space", "tab after the colon", "capitals", "mixed", "hop by hop")
OTHER_FIELDS = ("underscore", "dot", "a letter more")
STANDING = {*(f"coding alone, {name}" for name in PROPER),
            *(f"coding and length, {name}" for name in OTHER_FIELDS), "length, none",
            "length, underscore",
            "chunk, trailer that is a length", "chunk, trailer that is a coding", "GET with chunks"}
CODINGS = {
    "plain": b"Transfer-Encoding: chunked", "no space": b"Transfer-Encoding:chunked",
    "space before the colon": b"Transfer-Encoding : chunked",
    "tab before the colon": b"Transfer-Encoding\t: chunked",
    "tab after the colon": b"Transfer-Encoding:\tchunked",
    "vertical tab": b"Transfer-Encoding: \x0bchunked",
           "form feed": b"Transfer-Encoding: \x0cchunked",
    "NUL": b"Transfer-Encoding: \x00chunked", "NUL after": b"Transfer-Encoding: chunked\x00",
    "high space": b"Transfer-Encoding:\xa0chunked",
           "byte order mark": b"\xef\xbb\xbfTransfer-Encoding: chunked",
    "capitals": b"TRANSFER-ENCODING: CHUNKED", "mixed": b"tRANSFER-eNCODING: cHuNkEd",
    "folded": b"Transfer-Encoding:\r\n chunked",
           "folded with a tab": b"Transfer-Encoding:\r\n\tchunked",
    "folded before": b"X: y\r\n Transfer-Encoding: chunked",
    "bare LF before": b"X: y\nTransfer-Encoding: chunked",
    "bare CR before": b"X: y\rTransfer-Encoding: chunked",
    "bare LF after": b"Transfer-Encoding: chunked\nX: y",
           "bare CR after": b"Transfer-Encoding: chunked\rX: y",
    "quotes": b'Transfer-Encoding: "chunked"', "single quotes": b"Transfer-Encoding: 'chunked'",
    "xchunked": b"Transfer-Encoding: xchunked", "chunkedx": b"Transfer-Encoding: chunkedx",
    "identity first": b"Transfer-Encoding: identity, chunked",
    "identity last": b"Transfer-Encoding: chunked, identity",
           "twice": b"Transfer-Encoding: chunked, chunked",
    "two fields": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "two fields, another": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    "another, two fields": b"Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
    "two fields, identity": b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "parameter": b"Transfer-Encoding: chunked;q=0.5",
           "leading comma": b"Transfer-Encoding: ,chunked",
    "trailing comma": b"Transfer-Encoding: chunked,", "empty": b"Transfer-Encoding:",
    "underscore": b"Transfer_Encoding: chunked", "dot": b"Transfer.Encoding: chunked",
    "a letter more": b"Transfer-Encodingx: chunked", "one l": b"Transfer-Encoding: chunke",
    "hop by hop": b"Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding",
    "gzip": b"Transfer-Encoding: gzip, chunked", "dotless i": b"Transfer-Encod\xc4\xb1ng: chunked",
}
LENGTHS = {
    "twice, less first": b"Content-Length: 0\r\nContent-Length: {n}",
    "twice, less last": b"Content-Length: {n}\r\nContent-Length: 0",
    "a list": b"Content-Length: 0, {n}", "a list, more first": b"Content-Length: {n}, 0",
    "plus": b"Content-Length: +{n}", "minus": b"Content-Length: -{n}",
           "zeros": b"Content-Length: 000{n}",
    "hexadecimal": b"Content-Length: 0x{n}", "space inside": b"Content-Length: 0 {n}",
    "space before the colon": b"Content-Length : {n}",
           "tab before the colon": b"Content-Length\t: {n}",
    "NUL after": b"Content-Length: 0\x00{n}", "vertical tab": b"Content-Length: \x0b{n}",
    "folded": b"Content-Length:\r\n {n}", "folded inside": b"Content-Length: 0\r\n {n}",
    "underscore": b"Content_Length: {n}", "bare LF before": b"X: y\nContent-Length: {n}",
    "bare CR before": b"X: y\rContent-Length: {n}",
           "hop by hop": b"Content-Length: {n}\r\nConnection: Content-Length",
    "2^64 and more": b"Content-Length: 18446744073709551616", "empty": b"Content-Length:",
    "decimal point": b"Content-Length: {n}.0", "exponent": b"Content-Length: {n}e0",
    "semicolon": b"Content-Length: {n};x", "none": b"X: y",
    "Expect": b"Content-Length: {n}\r\nExpect: 100-continue",
    "Expect, obscured": b"Content-Length: {n}\r\nExpect: y 100-continue",
}
CHUNKS = {
    "size with LF": b"0\n\r\n", "end with LF": b"0\r\n\n", "all with LF": b"0\n\n",
          "size with CR": b"0\r\r\n",
    "extension with LF": b"0;a\n\r\n", "extension with CR": b"0;a\rb\r\n\r\n",
    "extension that hides": b"2;\nxx\r\n0\r\n\r\n", "spaces after": b"0  \r\n\r\n",
          "space before": b" 0\r\n\r\n",
    "plus": b"+0\r\n\r\n", "minus": b"-0\r\n\r\n", "0x": b"0x0\r\n\r\n",
          "many zeros": b"0" * 40 + b"\r\n\r\n",
    "2^64": b"10000000000000000\r\n\r\n", "underscore": b"0_0\r\n\r\n", "no digits": b"\r\n\r\n",
    "letters": b"0g\r\n\r\n", "trailer folded": b"0\r\nX: y\r\n z\r\n\r\n",
    "trailer without a colon": b"0\r\nX\r\n\r\n",
          "trailer that is a length": b"0\r\nContent-Length: 500\r\n\r\n",
    "trailer that is a coding": b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "data longer": b"1\r\nxy\r\n0\r\n\r\n", "no CR LF after data": b"1\r\nx0\r\n\r\n",
    "LF after data": b"1\r\nx\n0\r\n\r\n",
}


def shapes(outer, hidden):
    end, out = b"\r\n\r\n", []
    for name, line in CODINGS.items():
        ended = b"0\r\n\r\n" + hidden
        # One reader goes by the length and takes all; the other ends at the last chunk.
        out.append((f"length and coding, {name}",
                    outer + b"Content-Length: %d\r\n" % len(ended) + line + end + ended))
        # One goes by the chunks and takes all; the other ends after the first line of the body.
        size = b"%x\r\n" % len(hidden)
        out.append((f"coding and length, {name}",
                    outer + line + b"\r\nContent-Length: %d" % len(size) + end + size + hidden +
                    b"\r\n0\r\n\r\n"))
        out.append((f"coding alone, {name}", outer + line + end + ended))
    for name, line in LENGTHS.items():
        value = line.replace(b"{n}", b"%d" % len(hidden))
        out.append((f"length, {name}", outer + value + end + hidden))
    for name, body in CHUNKS.items():
        out.append((f"chunk, {name}", outer + b"Transfer-Encoding: chunked" + end + body + hidden))
    return out + heads(outer, hidden)


def heads(outer, hidden):
    """What hides in the head, or behind a request that has no body."""
    line, _, fields = outer.partition(b"\r\n")
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    size = b"Content-Length: %d\r\n\r\n" % len(hidden)
    old = line.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n" + fields
    return [
        ("GET with a length", get + size + hidden),
        ("HEAD with a length", get.replace(b"GET", b"HEAD", 1) + size + hidden),
        ("OPTIONS with a length", get.replace(b"GET", b"OPTIONS", 1) + size + hidden),
        ("GET with chunks", get + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden),
        ("1.0 with a coding", old + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden),
        ("1.0 kept alive with a coding",
         old + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"
         b"Content-Length: 5\r\n\r\n0\r\n\r\n" + hidden),
        ("LF LF ends the head", get[:-2] + b"\n\n" + hidden),
        ("request line of LF", get.replace(b"\r\n", b"\n") + b"\n" + hidden),
        ("encoded line ends in the target",
         b"GET /healthz%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0a HTTP/1.1\r\n"
         b"Host: localhost\r\n\r\n"),
        ("raw line ends in a value", get + b"X: y\r\n\r\n".replace(b"y", b"a\r\rb") + b"\r\n"),
        ("absolute form, other host", get.replace(b"/healthz",
                                                  b"http://other/healthz") + size + hidden),
        ("upgrade to h2c", get + b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
         b"Connection: Upgrade, HTTP2-Settings\r\n\r\n" + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("upgrade to WebSocket where none is",
         get + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
         b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
        ("WebSocket of another version", get.replace(b"/healthz", b"/api/web-chat/ws") +
         b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 777\r\n"
         b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + size + hidden),
        ("WebSocket with a body", get.replace(b"/healthz", b"/api/web-chat/ws") +
         b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + size + hidden),
        ("method with a colon", b"X: y\r\n" + get + b"\r\n"),
        ("a refused body", b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\n" + size + hidden),
        ("a body that needs a token",
         b"POST /api/v1/notifications HTTP/1.1\r\nHost: localhost\r\n" + size +
         hidden),
        ("a body where none is taken",
         b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n" + size + hidden),
    ]
