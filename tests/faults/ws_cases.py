"""WebSocket cases of our own, by the groups of Autobahn's suite (1 to 7, 10; there is no compression).

cases() gives Case(name, pieces, answer): pieces of bytes to send after the greeting, and what must come:
("close", codes), ("pong", payload), ("reply",) - the daemon answers the text, whatever it thinks of it - or
("nothing",). After all but a close the connection goes on.
"""

import struct
from dataclasses import dataclass

TEXT, BINARY, MORE, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
FIN = 0x80
MOST = 16 * 1024  # of a message
PROTOCOL, UNSUPPORTED, NOT_UTF8, TOO_LARGE = 1002, 1003, 1007, 1009


@dataclass(frozen=True)
class Case:
    name: str
    pieces: tuple
    answer: tuple


def frame(first, payload=b"", mask=b"\x12\x34\x56\x78", length=None):
    """mask None: unmasked. length: (short form, bytes that follow it) instead of the right one."""
    size = len(payload)
    if length is None:
        length = (size, b"") if size < 126 else (126, struct.pack(">H", size)) if size < 65536 \
            else (127, struct.pack(">Q", size))
    head = bytes([first, length[0] | (0x80 if mask is not None else 0)]) + length[1]
    if mask is None:
        return head + payload
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def text(payload, **how):
    return frame(FIN | TEXT, payload, **how)


def quoted(size):
    """A JSON text of that many bytes that is none of the messages."""
    return b'"' + b"*" * (size - 2) + b'"' if size >= 2 else b"1" * size


def closes(*codes):
    return "close", frozenset(codes)


def cases():
    return [*framing(), *pings(), *reserved(), *opcodes(), *fragments(), *utf8(), *closing(),
            *lengths(),
            *unmasked(), *large()]


def case(name, answer, *pieces):
    return Case(name, pieces, answer)


def framing():
    sizes = (0, 1, 2, 124, 125, 126, 127, 128, 1000, 16_000, MOST)
    out = [case(f"1 text of {n} bytes", ("reply",), text(quoted(n))) for n in sizes]
    out += [case(f"1 text of {n} bytes, {cut} at a time", ("reply",), *pieces(text(quoted(n)), cut))
            for n, cut in ((0, 1), (125, 1), (126, 1), (127, 1), (1000, 7), (16_000, 997))]
    out += [case(f"1 text with the mask {mask.hex()}", ("reply",), text(quoted(130), mask=mask))
            for mask in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x80\0\0\1")]
    return out + [case(f"1 binary of {n} bytes", closes(UNSUPPORTED), frame(FIN | BINARY,
                                                                            b"\xfe" * n))
                  for n in (0, 1, 125, 126, 127, 128, 1000, 16_000)]


def pieces(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


def pings():
    out = [case(f"2 ping of {n} bytes", ("pong", bytes(range(n))), frame(FIN | PING,
                                                                         bytes(range(n))))
           for n in (0, 1, 5, 64, 124, 125)]
    out += [case("2 ping, a byte at a time", ("pong", b"piece"), *pieces(frame(FIN | PING,
                                                                               b"piece"), 1)),
            case("2 ping of no text", ("pong", b"\xff\xfe\x00"), frame(FIN | PING,
                                                                       b"\xff\xfe\x00")),
            case("2 ping with a long length", closes(PROTOCOL), frame(FIN | PING, b"x" * 126)),
            case("2 ping of 64 KiB", closes(PROTOCOL), frame(FIN | PING, b"x" * 65_536)),
            case("2 ping in two", closes(PROTOCOL), frame(PING, b"a"), frame(FIN | MORE, b"b")),
            case("2 pong nobody asked for", ("nothing",), frame(FIN | PONG)),
            case("2 pong with something in it", ("nothing",), frame(FIN | PONG, b"unasked")),
            case("2 pong, ping", ("pong", b"x"), frame(FIN | PONG, b"y"), frame(FIN | PING, b"x")),
            case("2 pong with a long length", closes(PROTOCOL), frame(FIN | PONG, b"x" * 126)),
            case("2 pong in two", closes(PROTOCOL), frame(PONG, b"a"), frame(FIN | MORE, b"b"))]
    return out + [case("2 ten pings", ("pong", b"9"), *(frame(FIN | PING,
                                                              b"%d" % n) for n in range(10)))]


def reserved():
    kinds = {"text": (TEXT, b'"x"'), "more": (MORE, b"x"), "binary": (BINARY, b"x"),
             "close": (CLOSE, b"\x03\xe8"),
             "ping": (PING, b"x"), "pong": (PONG, b"x")}
    return [case(f"3 bits {bits} on {name}", closes(PROTOCOL), frame(FIN | bits << 4 | opcode,
                                                                     payload))
            for bits in range(1, 8) for name, (opcode, payload) in kinds.items()
            if bits in (1, 2, 4, 7) or name in ("text", "ping")]


def opcodes():
    return [case(f"4 opcode {n}, {what}", closes(PROTOCOL), *before, frame(FIN | n, payload))
            for n in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
            for what, before, payload in (("alone", (), b""), ("with something", (), b"x"),
                                          ("after a text", (text(b'"x"'),), b""))]


def fragments():
    half, rest = b'"ab', b'cd"'
    ping = frame(FIN | PING, b"between")
    out = [case("5 in two", ("reply",), frame(TEXT, half), frame(FIN | MORE, rest)),
           case("5 in two, at once", ("reply",), frame(TEXT, half) + frame(FIN | MORE, rest)),
           case("5 in two, a byte at a time", ("reply",), *pieces(frame(TEXT,
                                                                        half) + frame(FIN | MORE,
                                                                                      rest), 1)),
           case("5 with empty ones", ("reply",), frame(TEXT), frame(MORE), frame(MORE,
                                                                                 half + rest),
                frame(FIN | MORE)),
           case("5 nothing in three", ("reply",), frame(TEXT), frame(MORE), frame(FIN | MORE)),
           case("5 in a hundred", ("reply",), frame(TEXT, b'"'), *[frame(MORE, b"x")] * 100,
                frame(FIN | MORE, b'"')),
           case("5 a ping between", ("pong", b"between"), frame(TEXT, half), ping,
                frame(FIN | MORE, rest)),
           case("5 a pong between", ("reply",), frame(TEXT, half), frame(FIN | PONG, b"x"),
                frame(FIN | MORE, rest)),
           case("5 a close between", closes(1000), frame(TEXT, half), frame(FIN | CLOSE,
                                                                            b"\x03\xe8")),
           case("5 more of nothing", closes(PROTOCOL), frame(FIN | MORE, rest)),
           case("5 more of nothing, not the last", closes(PROTOCOL), frame(MORE, rest)),
           case("5 more after a whole text", closes(PROTOCOL), text(half + rest), frame(FIN | MORE,
                                                                                        rest)),
           case("5 another text between", closes(PROTOCOL), frame(TEXT, half), text(half + rest)),
           case("5 another beginning between", closes(PROTOCOL), frame(TEXT, half), frame(TEXT,
                                                                                          half)),
           case("5 a binary between", closes(PROTOCOL), frame(TEXT, half), frame(FIN | BINARY,
                                                                                 b"x")),
           case("5 a binary in two", closes(UNSUPPORTED), frame(BINARY, b"a"), frame(FIN | MORE,
                                                                                     b"b")),
           case("5 larger by parts", closes(TOO_LARGE), *[frame(TEXT, b"x" * 9000), frame(MORE,
                                                                                          b"x" * 9000)]),
           case("5 a two byte character in two", ("reply",), frame(TEXT, b'"\xc3'),
                frame(FIN | MORE, b'\xa9"')),
           case("5 a four byte character in four", ("reply",), frame(TEXT, b'"\xf0'), frame(MORE,
                                                                                            b"\x9f"),
                frame(MORE, b"\x98"), frame(FIN | MORE, b'\x80"'))]
    return out


GOOD_UTF8 = ("κόσμε", "é", "€", "😀", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff",
             "\U00010000",
             "\U0010ffff", "‎‏", "日本語", "\u0080", "a\u0300", "\ufeff", "\ufdd0", "🏽‍🚀")
BAD_UTF8 = (b"\x80", b"\xbf", b"\x80\xbf", b"\xc0", b"\xc1", b"\xc0\xaf", b"\xc0\x80", b"\xc1\xbf",
            b"\xc2", b"\xdf",
            b"\xe0", b"\xe0\x80", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xe2\x82", b"\xed\xa0\x80",
            b"\xed\xbf\xbf",
            b"\xed\xa0\xbd\xed\xb8\x80", b"\xef\xbf", b"\xf0", b"\xf0\x80\x80\xaf",
            b"\xf0\x8f\xbf\xbf", b"\xf0\x9f\x98",
            b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xf8\x88\x80\x80\x80",
            b"\xfb\xbf\xbf\xbf\xbf",
            b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xfe\xff", b"\xc3\x28",
            b"\xe2\x28\xa1", b"\xe2\x82\x28",
            b"\xf0\x28\x8c\xbc", b"\xf0\x90\x28\xbc", b"\xf0\x28\x8c\x28",
            b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80")


def utf8():
    out = [case(f"6 {good!r}", ("reply",), text(f'"{good}"'.encode())) for good in GOOD_UTF8]
    out += [case(f"6 {bad!r}", closes(NOT_UTF8), text(b'"' + bad + b'"')) for bad in BAD_UTF8]
    out += [case(f"6 {bad!r} at the end", closes(NOT_UTF8),
                 text(b'"x' + bad)) for bad in BAD_UTF8[:12]]
    return out + [case(f"6 {bad!r} over two frames", closes(NOT_UTF8), frame(TEXT, b'"' + bad[:1]),
                       frame(FIN | MORE, bad[1:] + b'"')) for bad in BAD_UTF8 if len(bad) > 1][:12]


def closing():
    def close(code, reason=b""):
        return frame(FIN | CLOSE, struct.pack(">H", code) + reason)
    good = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
            4000, 4999)
    bad = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    out = [case(f"7 close {code}", closes(code), close(code)) for code in good]
    out += [case(f"7 close {code}", closes(PROTOCOL), close(code)) for code in bad]
    out += [case("7 close of nothing", closes(1000), frame(FIN | CLOSE)),
            case("7 close of one byte", closes(PROTOCOL), frame(FIN | CLOSE, b"\x03")),
            case("7 close with a reason", closes(1000), close(1000, b"bye")),
            case("7 close with 123 bytes", closes(1000), close(1000, b"x" * 123)),
            case("7 close with 124 bytes", closes(PROTOCOL), close(1000, b"x" * 124)),
            case("7 close with a reason of no UTF-8", closes(NOT_UTF8), close(1000,
                                                                              b"\xce\xba\xed\xa0\x80")),
            case("7 close in two", closes(PROTOCOL), frame(CLOSE, b"\x03"), frame(FIN | MORE,
                                                                                  b"\xe8")),
            case("7 two closes", closes(1000), close(1000), close(1001)),
            case("7 close, then a ping", closes(1000), close(1000) + frame(FIN | PING, b"late")),
            case("7 close, then a text", closes(1000), close(1000) + text(b'{"type":"clear"}')),
            case("7 close, a byte at a time", closes(1001), *pieces(close(1001, b"away"), 1))]
    return out


def lengths():
    out = [case(f"9 {n} bytes with a length of two", closes(PROTOCOL),
                text(quoted(n), length=(126, struct.pack(">H", n)))) for n in (2, 125)]
    out += [case(f"9 {n} bytes with a length of eight", closes(PROTOCOL),
                 text(quoted(n), length=(127, struct.pack(">Q", n)))) for n in (2, 125, 126,
                                                                                16_000)]
    return out + [case(f"9 a length of {n:#x}", closes(PROTOCOL, TOO_LARGE),
                       text(b'"x"', length=(127, struct.pack(">Q", n)))) for n in (
                           65_536, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)]


def unmasked():
    kinds = {"text": FIN | TEXT, "binary": FIN | BINARY, "ping": FIN | PING, "pong": FIN | PONG,
             "close": FIN | CLOSE, "more": FIN | MORE, "beginning": TEXT}
    return [case(f"5.1 {name} without a mask", closes(PROTOCOL), frame(first, b"\x03\xe8",
                                                                       mask=None))
            for name, first in kinds.items()]


def large():
    out = [case(f"10 text of {n} bytes", closes(TOO_LARGE), text(quoted(n))) for n in (MOST + 1,
                                                                                       65_535,
                                                                                       65_536,
                                                                                       200_000)]
    out += [case(f"10 text in frames of {n}", closes(TOO_LARGE), frame(TEXT, b'"' * n),
                 *[frame(MORE, b"x" * n)] * (MOST // n + 1)) for n in (256, 1000, 8000)]
    out += [case(f"10 {MOST} bytes in frames of {n}", ("reply",), frame(TEXT,
                                                                        b'"' + b"x" * (n - 1)),
                 *[frame(MORE, b"x" * n)] * (MOST // n - 2), frame(FIN | MORE,
                                                                   b"x" * (n - 1) + b'"'))
            for n in (256, 1024, 4096)]
    # What would unpack to a gigabyte: nothing was agreed upon, so the bit alone is a mistake.
    return out + [case("12 a compressed frame", closes(PROTOCOL), frame(FIN | 0x40 | TEXT,
                                                                        b"\xec\xc1\x01\x01" * 200)),
                  case("12 a compressed frame in two", closes(PROTOCOL), frame(0x40 | TEXT,
                                                                               b"\xec"),
                       frame(FIN | MORE, b"\x01"))]
