"""Ports for servers that are told where to listen."""

import contextlib
import pathlib
import random
import socket

FIRST = 10_000


def ends_before():
    """Where the kernel begins to give ports to clients: tests with thousands of them would take one that was free before."""
    with contextlib.suppress(OSError, ValueError):
        low = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
        if low > FIRST + 5_000:
            return low
    return 32_768


def free_port():
    """A port of 127.0.0.1 that nobody uses now. Not by a test's seed: several run at once."""
    chance = random.SystemRandom()
    for _ in range(1_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            port = chance.randrange(FIRST, ends_before())
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free between 10000 and the clients' ports")
