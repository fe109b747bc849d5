"""Several daemons on one database: a base for tests, and a load that goes to all of them."""

import contextlib

from fault_harness import Api, Load, wait_until
from harness.nodes import LEASE, evened_out, start_nodes
from herald_harness import Producers, load_lines
from postgresql_case import PostgresqlFault


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

    nodes = ()

    def begin_nodes(self, load, count=3, store=None, before_start=None):
        self.fake(record=load.record)
        self.nodes = start_nodes(self, count, store or self.store(), LEASE, before_start,
                                 **load.changes())

    def evened_out(self, timeout=30):
        return evened_out(self.nodes, timeout)

    def stop(self):
        """All of them, so that the database can be looked at."""
        for node in self.nodes[1:]:
            node.stop()
        super().stop()

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
