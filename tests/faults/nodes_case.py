"""Several daemons on one database: a base for tests, and a load that goes to all of them."""

import contextlib

from fault_harness import (Api, Daemon, Load, daemon_config, free_port, wait_until,
                           write_config)
from herald_harness import Producers, Varlink, VarlinkError, load_lines
from postgresql_case import PostgresqlFault

LEASE = 5.0  # seconds; a busy machine must not take a node for dead
SHARES = 64


class Node:
    def __init__(self, name, folder, port):
        self.name, self.folder, self.port = name, folder, port
        self.daemon = None

    def listed(self):
        """What it says of all nodes, by name; None while it cannot."""
        try:
            with Varlink(self.folder / "control") as control:
                return {node["name"]: node for node in control.call("io.herald.Nodes", {})["nodes"]}
        except (OSError, VarlinkError):
            return None


class NodesLoad(Load):
    """Each group of producers writes to a node of its own."""

    def changes(self):
        changes = super().changes()
        # One file for all: it is what arrived at the end.
        changes["channels"]["log"]["settings"]["file"] = str(
            self.test.folder / "notifications.jsonl")
        return changes

    def producers_of(self, name, **how):
        node = self.test.nodes[list(self.groups).index(name) % len(self.test.nodes)]
        with contextlib.closing(Api(node.port, how["token_file"].read_text())) as api:
            # The token was made at another node.
            wait_until(lambda: api.get("/api/v1/notifications/unknown").status != 401, 10,
                       f"the token of {name} at {node.name}")
        return Producers(self.test.folder, node.port, self.numbers[name],
                         self.groups[name]["producers"], prefix=name, **how)


class NodesTest(PostgresqlFault):
    """self.nodes: the first is self.daemon, with the folder and the port of the test."""

    def begin_nodes(self, load, count=3):
        self.fake(record=load.record)
        self.nodes = []
        for n in range(count):
            name = f"n{n}"
            folder = self.folder if n == 0 else self.folder / name
            folder.mkdir(exist_ok=True)
            node = Node(name, folder, self.port if n == 0 else free_port())
            store = self.store() | {"nodes": True, "node": name, "lease": f"{LEASE:.0f}s"}
            changes = load.changes() | {"store": store}
            if n == 0:
                self.start(**changes)
                node.daemon = self.daemon
            else:
                config = daemon_config(folder, node.port, self.whatsapp, **changes)
                node.daemon = Daemon(write_config(folder / "herald.yaml", config), folder)
                self.addCleanup(self.stop_node, node)
                node.daemon.start()
            self.nodes.append(node)
        self.evened_out()

    def stop_node(self, node):
        if node.daemon.process is not None:
            code = node.daemon.stop()
            self.assertEqual(code, 0, node.daemon.tail())

    def stop(self):
        """All of them, so that the database can be looked at."""
        for node in getattr(self, "nodes", [])[1:]:
            self.stop_node(node)
        super().stop()

    def evened_out(self, timeout=30):
        """When every node has its part, and one of them the periodic work; the nodes by name."""
        def fair():
            listed = self.nodes[0].listed()
            if listed is None or len(listed) != len(self.nodes):
                return None
            shares = sorted(node["shares"] for node in listed.values())
            periodic = sum(node["periodic"] for node in listed.values())
            least = SHARES // len(self.nodes)
            # Rounded up for each, so the last one has what is left.
            fair = sum(shares) == SHARES and shares[0] >= least - len(self.nodes)
            return listed if fair and periodic == 1 else None
        return wait_until(fair, timeout, "an even division", 0.05)

    def sent_at_once(self, record, answer):
        """Sends to one person that came to the provider while it had not answered the one before.
        answer: how long it takes for each, in seconds."""
        before, found = {}, []
        for sent in sorted(load_lines(record), key=lambda line: line["time"]):
            last = before.get(sent["to"])
            if last is not None and sent["time"] - last["time"] < answer:
                found.append((last["attempt"], sent["attempt"], sent["time"] - last["time"]))
            before[sent["to"]] = sent
        return found
