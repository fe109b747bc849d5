"""b, c, d: how soon and how many events arrive over open streams, beside nchan, which stores nothing."""

import peer
from generate import Streams
from table import Row

FAN_RATE = 10


def live(place, daemon):
    """Everybody has one stream; 200 notifications a second."""
    daemon.people(place.streams)
    figures = {}
    with Streams(place, daemon, place.streams, place.streams, 200, place.seconds) as streams:
        figures["herald"] = streams.publish()
    with peer.running(place) as nchan, Streams(place, nchan, place.streams, place.streams, 200, place.seconds) as streams:
        figures["nchan"] = streams.publish()
    return figures


def flow(place, daemon):
    """Everybody has one stream; as many notifications as are accepted."""
    daemon.people(place.streams)
    with Streams(place, daemon, place.streams, place.streams, 0, place.seconds, publishers=64) as streams:
        return streams.publish()


def fan(place, daemon):
    """One person has all the streams."""
    daemon.people(1)
    seconds = max(place.seconds, 10)  # a p99 of fewer than a hundred says little
    figures = {}
    with Streams(place, daemon, place.streams, 1, FAN_RATE, seconds, publishers=4) as streams:
        figures["herald"] = streams.publish()
    with peer.running(place) as nchan, Streams(place, nchan, place.streams, 1, FAN_RATE, seconds, publishers=4) as streams:
        figures["nchan"] = streams.publish()
    return figures


def ms(server, name):
    return lambda figures: figures[server][name] / 1000


LIVE = [
    Row("accepted -> event, 200/s, p50", ms("herald", "p50_us"), "ms", at_most=1.5),
    Row("accepted -> event, 200/s, p99", ms("herald", "p99_us"), "ms", at_most=5),
    Row("accepted -> answer to the producer, p50", ms("herald", "answer_p50_us"), "ms"),
    Row("nchan, published -> event, p50", ms("nchan", "p50_us"), "ms"),
    Row("nchan, published -> event, p99", ms("nchan", "p99_us"), "ms"),
]
FLOW = [
    Row("accepted and arrived", lambda f: f["per_second"], "/s", at_least=2000),
    Row("  accepted -> event meanwhile, p50", lambda f: f["p50_us"] / 1000, "ms"),
    Row("  accepted -> event meanwhile, p99", lambda f: f["p99_us"] / 1000, "ms"),
]
FAN = [
    Row("until the last stream of one person has it, p50", ms("herald", "p50_us"), "ms"),
    Row("until the last stream of one person has it, p99", ms("herald", "p99_us"), "ms"),
    Row("nchan, until the last has it, p50", ms("nchan", "p50_us"), "ms"),
    Row("nchan, until the last has it, p99", ms("nchan", "p99_us"), "ms"),
    Row("p99 beside nchan", lambda f: f["herald"]["p99_us"] / f["nchan"]["p99_us"], "x", at_most=1.5),
]
