"""A DNS server on loopback whose answers can be right, late, wrong or none. Test code only: UDP, type A."""

import socket
import struct
import threading
import time

NO_SUCH_NAME = 3


class NameServer:
    """`mode` is the name of one of the methods that answer below; `asked` counts questions."""

    def __init__(self, addresses, delay, liar):
        self.addresses, self.delay, self.liar = addresses, delay, liar
        self.mode, self.asked = "right", 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.over = threading.Event()
        self.late = []  # (when, answer, to whom)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def stop(self):
        self.over.set()
        self.thread.join()
        self.socket.close()

    def run(self):
        self.socket.settimeout(0.05)
        while not self.over.is_set():
            now = time.monotonic()
            for due in [late for late in self.late if late[0] <= now]:
                self.late.remove(due)
                self.socket.sendto(*due[1:])
            try:
                question, peer = self.socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.asked += 1
            name, kind = parsed(question)
            for wait, answer in getattr(self, self.mode)(question, name, kind):
                self.late.append((time.monotonic() + wait, answer, peer))

    def right(self, question, name, kind):
        if name not in self.addresses:
            yield 0, reply(question, code=NO_SUCH_NAME)
        else:
            yield 0, reply(question, [self.addresses[name]] if kind == 1 else [])

    def dead(self, question, name, kind):
        yield from ()

    def slow(self, question, name, kind):
        for _, answer in self.right(question, name, kind):
            yield self.delay, answer

    def lying(self, question, name, kind):
        """In turn: no such name, another's address, a broken answer, one to another question."""
        lie = self.asked // 2 % 4  # a look-up asks for A and AAAA
        if lie == 0:
            yield 0, reply(question, code=NO_SUCH_NAME)
        elif lie == 1:
            yield 0, reply(question, [self.liar] if kind == 1 else [])
        elif lie == 2:
            yield 0, reply(question, ["127.0.0.1"])[:-7] + b"\xff" * 40
        else:
            yield 0, reply(bytes([question[0] ^ 0x55]) + question[1:], ["127.0.0.1"])
            yield 0, reply(question, [self.liar] if kind == 1 else [])


def parsed(question):
    """(name, type) of the one question in a query."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode("ascii", "replace"))
        at += 1 + question[at]
    return ".".join(labels).lower(), struct.unpack("!H", question[at + 1:at + 3])[0]


def reply(question, addresses=(), code=0):
    end = question.index(b"\0", 12) + 5
    head = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(addresses), 0, 0)
    records = b"".join(struct.pack("!HHHIH", 0xc00c, 1, 1, 1, 4) + socket.inet_aton(a)
                       for a in addresses)
    return head + question[12:end] + records
