"""The daemon that is measured: its own folder and store, pinned to the server's core, people made."""

import contextlib
import os
import pathlib
import shutil
import tempfile

import postgres
from harness.config import daemon_config, merged, production, write_config
from harness.daemon import Daemon
from harness.varlink import Varlink
from ports import free_port

from generate import TEXT

CHAIN = [{"channel": "webchat", "until": "delivered", "within": "1h"}, "log"]
MANY = 100_000


class Herald:
    """A running daemon. development: callers need no credentials, and generators need no tokens."""

    wire = {"subscribe": "/api/web-chat/notifications/stream/{n}", "publish": "/api/v1/notifications",
            "body": '{"kind":"message","to":{"user":{n}},"params":{"message":"' + TEXT + '"}}'}

    def __init__(self, place, store, folder, development):
        self.folder, self.port = folder, free_port()
        os.environ |= {"HERALD_BUILD_DIR": str(place.build), "HERALD_STORE": store}
        # Limits by person and address are not what is measured.
        open_to_all = {"http": {"max_connections": 30_000, "max_per_address": 30_000, "person_rate": f"{MANY}/s",
                                "person_burst": MANY},
                       "channels": {"webchat": {"settings": {"streams": 30_000, "streams_per_user": 10_000}}},
                       "log": {"level": "warning"}}
        changes = open_to_all if development else merged(production(folder), open_to_all)
        config = daemon_config(folder, self.port, **changes)
        config["routes"] = [{"name": "default", "chain": CHAIN}]
        self.daemon = Daemon(write_config(folder / "herald.yaml", config), folder,
                             wrapper=["taskset", "-c", str(place.server_core)])
        if store == "postgresql":
            self.pin_postgres(place.client_core)
        self.daemon.start()

    @staticmethod
    def pin_postgres(core):
        """As if on another machine: beside the generators. What it starts later inherits that."""
        server = postgres.shared()
        for pid in [server.process.pid, *server.children()]:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(pid, {core})

    @property
    def pid(self):
        return self.daemon.pid()

    def people(self, count):
        """Users 1 to count: many at once, for each waits for the store."""
        lines = [Varlink(self.folder / "control") for _ in range(min(32, count))]
        try:
            for first in range(1, count + 1, len(lines)):
                busy = lines[:count + 1 - first]
                for i, line in enumerate(busy, first):
                    line.request("io.herald.AddUser", {"id": i, "phone": f"+2376{i:08d}"})
                for line in busy:
                    line.result(line.receive())
        finally:
            for line in lines:
                line.close()

    def user_tokens(self, count):
        with Varlink(self.folder / "control") as line:
            return [line.call("io.herald.CreateUserToken", {"user": str(i), "lifetime": 900})["token"]
                    for i in range(1, count + 1)]

    def service_token(self):
        with Varlink(self.folder / "control") as line:
            return line.call("io.herald.CreateServiceToken", {"name": "bench", "scopes": ["notifications:send"]})["token"]


@contextlib.contextmanager
def running(place, store, development=True):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-bench-"))
    herald = None
    try:
        herald = Herald(place, store, folder, development)
        yield herald
    finally:
        if herald is not None:
            herald.daemon.stop(60)
        shutil.rmtree(folder, ignore_errors=True)
