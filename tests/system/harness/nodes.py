"""Several daemons on one PostgreSQL schema, as nodes."""

from ports import free_port
from waiting import wait_until

from .api import Api
from .config import daemon_config, write_config
from .ctl import Heraldctl
from .daemon import Daemon
from .varlink import Varlink, VarlinkError

LEASE = 5.0  # seconds; a busy machine must not take a node for dead
SHARES = 64


def share_of(user):
    """As daemon/store/nodes.hpp has it."""
    return (user ^ (user >> 6) ^ (user >> 12)) % SHARES


class Node:
    """One of them, with what SystemTest has for its only one."""

    def __init__(self, name, folder, port):
        self.name, self.folder, self.port = name, folder, port
        self.daemon = None
        self.api, self.ctl = Api(port), Heraldctl(folder / "control")

    def listed(self):
        """What it says of all nodes, by name; None while it cannot."""
        try:
            with Varlink(self.folder / "control") as control:
                return {node["name"]: node for node in control.call("io.herald.Nodes", {})["nodes"]}
        except (OSError, VarlinkError):
            return None

    def stop(self):
        """In order, if it runs."""
        self.api.close()
        code = self.daemon.stop() if self.daemon else None
        if code:
            raise AssertionError(f"node {self.name} ended with {code}\n{self.daemon.tail()}")


def start_nodes(test, count, store, lease=LEASE, before_start=None, **changes):
    """Nodes n0, n1, ... once they have shared the work out. The first is the daemon of `test` (a
    SystemTest), in its folder and at its port.

    store: where the schema is. before_start: called with each node when it has its daemon.
    """
    nodes = []
    for n in range(count):
        name = f"n{n}"
        folder = test.folder if n == 0 else test.folder / name
        folder.mkdir(exist_ok=True)
        node = Node(name, folder, test.port if n == 0 else free_port())
        test.addCleanup(node.api.close)
        own = changes | {
            "store": store | {"nodes": True, "node": name, "lease": f"{lease:.0f}s"}}
        if n == 0:
            node.daemon = test.prepare(**own)
        else:
            config = daemon_config(folder, node.port, test.whatsapp, **own)
            node.daemon = Daemon(write_config(folder / "herald.yaml", config), folder)
            test.addCleanup(node.stop)
        if before_start:
            before_start(node)
        node.daemon.start()
        nodes.append(node)
    evened_out(nodes)
    return nodes


def evened_out(nodes, timeout=30):
    """When every node has its part, and one of them the periodic work; what they are, by name."""
    def fair():
        listed = nodes[0].listed()
        if listed is None or len(listed) != len(nodes):
            return None
        shares = sorted(node["shares"] for node in listed.values())
        periodic = sum(node["periodic"] for node in listed.values())
        # Rounded up for each, so the last one has what is left.
        fair = sum(shares) == SHARES and shares[0] >= SHARES // len(nodes) - len(nodes)
        return listed if fair and periodic == 1 else None
    return wait_until(fair, timeout, "an even division", 0.05)
