"""One, two and three daemons on one schema and the same processors, 32 connections spread over them: what sharing the work costs."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

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


def once(bench, count):
    """Notifications a second, from the first acceptance until the last is recorded."""
    with running(bench, count) as nodes:
        load(bench, nodes, 1)
        bench.ground.level()
        after = nodes[0].last_row()
        accepted = load(bench, nodes, bench.seconds)
        return accepted / nodes[0].drained(after, accepted)


def nodes(bench):
    rates = {count: [] for count in COUNTS}
    for number in bench.rounds("nodes"):
        for count in COUNTS if number % 2 == 0 else reversed(COUNTS):
            rates[count].append(once(bench, count))
    for count, values in rates.items():
        bench.table.add("nodes", f"accept -> recorded, {count} node{'s' * (count > 1)}", values, "/s")
    bench.table.add("nodes", "two nodes to one", [a / b for a, b in zip(rates[2], rates[1])], "x")
    bench.table.ratio("nodes", "three nodes to one", zip(rates[3], rates[1]), 0.85)
