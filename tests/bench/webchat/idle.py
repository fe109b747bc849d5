"""e, f: what an idle event stream costs in memory, and whether many of them slow down the others."""

import time

import peer
from generate import Streams, request, requests
from place import memory, most_connections
from table import Row

OTHERS = 64
RATE = 500


def bytes_each(server, place, streams):
    """Memory of one of so many streams, once what their opening needed is given back."""
    before = memory(server.pid)
    with Streams(place, server, streams, streams):
        time.sleep(2)
        return (memory(server.pid) - before) / streams


def idle(place, daemon):
    held = min(place.held, most_connections())
    if held < place.held:
        place.note(f"idle: {held:,} connections instead of {place.held:,}; the limit of open files (ulimit -Hn) holds no more")
    daemon.people(held)
    others = [request(f"/api/web-chat/notifications/{n}") for n in range(1, OTHERS + 1)]

    def slowest(seconds=max(place.seconds, 5)):
        return requests(place, daemon.port, others, seconds, OTHERS, RATE)

    slowest(1)  # what the first use of everything costs is not the streams'
    figures = {"herald": bytes_each(daemon, place, place.idle), "held": held}
    figures["alone"] = slowest()
    with Streams(place, daemon, held, held):
        time.sleep(1)
        # Longer than from one heartbeat to the next, all of which fall into it.
        figures["beside"] = slowest(max(place.seconds, 16))
    with peer.running(place) as nchan:
        figures["nchan"] = bytes_each(nchan, place, place.idle)
    return figures


IDLE = [
    Row("memory of an idle stream", lambda f: f["herald"] / 1024, "KiB", at_most=8),
    Row("nchan, memory of an idle stream", lambda f: f["nchan"] / 1024, "KiB"),
    Row("idle streams held", lambda f: f["held"], ""),
    Row("p99 of lists, 500/s, without them", lambda f: f["alone"]["p99_us"] / 1000, "ms"),
    Row("p99 of lists, 500/s, beside them", lambda f: f["beside"]["p99_us"] / 1000, "ms"),
    Row("p99 beside them to p99 without", lambda f: f["beside"]["p99_us"] / f["alone"]["p99_us"], "x", at_most=2),
]
