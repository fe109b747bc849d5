"""Bytes to the daemon as they are, for requests that no client would send."""

import re
import socket
from dataclasses import dataclass


@dataclass
class RawAnswer:
    raw: bytes
    closed: bool  # the daemon ended the connection

    @property
    def status(self):
        """The status of the first answer; 0 when none came."""
        parts = self.raw.split(b" ", 2)
        return int(parts[1]) if self.raw.startswith(b"HTTP/") and len(parts) > 1 else 0

    @property
    def answers(self):
        """How many answers came: more than one means that smuggling worked."""
        return len(re.findall(rb"HTTP/1\.[01] \d{3} ", self.raw))

    @property
    def body(self):
        return self.raw.partition(b"\r\n\r\n")[2]


def raw_exchange(port, data, timeout=3.0, host="127.0.0.1", half_close=False, most=1 << 20):
    """Sends `data` (bytes, or a list of pieces) and reads until the end, `most` or the timeout."""
    raw, closed = b"", False
    with socket.create_connection((host, port), timeout=timeout) as s:
        try:
            for piece in [data] if isinstance(data, bytes) else data:
                s.sendall(piece)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused early: what was answered can still be read
        try:
            while len(raw) < most:
                piece = s.recv(65536)
                if not piece:
                    closed = True
                    break
                raw += piece
        except TimeoutError:
            pass
        except ConnectionResetError:
            closed = True
    return RawAnswer(raw, closed)
