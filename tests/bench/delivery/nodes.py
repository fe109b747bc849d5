"""One, two and three daemons on one schema and the same processors, 32 connections spread over them: what sharing the work costs."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

from waiting import wait_until

from .herald import Herald, people
from .sustain import CONNECTIONS

COUNTS = (1, 2, 3)
SCHEMA = "nodes"


@contextlib.contextmanager
def running(bench, count):
    """So many nodes, once the work is divided evenly."""
    from harness.nodes import Node, evened_out
    nodes = []
    with contextlib.ExitStack() as stack:
        stack.callback(bench.ground.server.sql, f'DROP SCHEMA IF EXISTS "{SCHEMA}" CASCADE')
        for number in range(count):
            herald = Herald(bench.ground, bench.build, SCHEMA, store={"nodes": True, "node": f"n{number}"})
            stack.callback(herald.close)
            nodes.append(herald.start())
        people(bench.ground, SCHEMA, bench.users)
        listed = [Node(f"n{number}", herald.folder, herald.port) for number, herald in enumerate(nodes)]
        for node in listed:
            stack.callback(node.api.close)
        evened_out(listed)
        yield nodes


def load(bench, nodes, seconds):
    """How many were accepted by all of them."""
    each = [CONNECTIONS // len(nodes) + (number < CONNECTIONS % len(nodes)) for number in range(len(nodes))]
    with ThreadPoolExecutor(len(nodes)) as pool:
        sent = pool.map(lambda pair: pair[0].load(pair[1], seconds, bench.users), zip(nodes, each))
        return sum(one["accepted"] for one in sent)


def recorded(herald, since):
    """(how many of those accepted after `since` are recorded, seconds from the first acceptance to the last record). By time: each
    node takes row numbers in blocks of its own."""
    count, span = herald.sql(f"SELECT count(*), coalesce(max(i.at) - min(n.created), 0) FROM notifications n JOIN inbox_items i ON "
                             f"i.notification = n.rowid WHERE n.created > {since}")[0]
    return int(count), int(span) / 1e6


def once(bench, count):
    """Notifications a second, from the first acceptance until the last is recorded."""
    with running(bench, count) as nodes:
        warm = load(bench, nodes, 1)
        wait_until(lambda: recorded(nodes[0], 0)[0] == warm, 60, "the first load recorded", every=0.1)
        bench.ground.level()
        since = nodes[0].sql("SELECT max(created) FROM notifications")[0][0]
        accepted = load(bench, nodes, bench.seconds)
        wait_until(lambda: recorded(nodes[0], since)[0] == accepted, 300, f"{accepted} recorded by web chat", every=0.2)
        return accepted / recorded(nodes[0], since)[1]


def nodes(bench):
    rates = {count: [] for count in COUNTS}
    for number in bench.rounds("nodes"):
        for count in COUNTS if number % 2 == 0 else reversed(COUNTS):
            rates[count].append(once(bench, count))
    for count, values in rates.items():
        bench.table.add("nodes", f"accept -> recorded, {count} node{'s' * (count > 1)}", values, "/s")
    bench.table.add("nodes", "two nodes to one", [a / b for a, b in zip(rates[2], rates[1])], "x")
    bench.table.ratio("nodes", "three nodes to one", zip(rates[3], rates[1]), 0.85)
