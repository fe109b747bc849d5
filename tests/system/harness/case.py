"""The base of a system test: an own folder, a daemon, its doors, and an end that leaves nothing."""

import os
import pathlib
import shutil
import tempfile
import unittest

from fake_client import FakeWhatsApp
from ports import free_port

from .api import Api
from .config import daemon_config, write_config
from .ctl import Heraldctl
from .daemon import Daemon


class SystemTest(unittest.TestCase):
    """`start()` gives self.daemon, self.api and self.ctl; `fake()` before it a WhatsApp."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-"))  # short: socket paths
        self.addCleanup(self.remove_folder)
        self.port = free_port()
        self.whatsapp = None
        self.daemon = None
        self.api = Api(self.port)
        self.addCleanup(self.api.close)

    def remove_folder(self):
        if os.environ.get("HERALD_KEEP") == "1":
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def fake(self, **options):
        """Starts the fake WhatsApp, its webhooks aimed at the daemon to come."""
        options = {"webhook": f"http://127.0.0.1:{self.port}/hooks/whatsapp"} | options
        self.whatsapp = FakeWhatsApp(**options)
        self.addCleanup(self.whatsapp.stop)
        return self.whatsapp

    def configure(self, config=None, **changes):
        """Writes the configuration (default: daemon_config with `changes`); returns its path."""
        self.config = config or daemon_config(self.folder, self.port, self.whatsapp, **changes)
        return write_config(self.folder / "herald.yaml", self.config)

    def prepare(self, config=None, **changes):
        """As start(), but nothing runs yet: self.daemon can still be given another environment."""
        path = self.configure(config, **changes)
        self.daemon = Daemon(path, self.folder)
        self.addCleanup(self.stop)
        self.ctl = Heraldctl(self.folder / "control")
        return self.daemon

    def start(self, config=None, **changes):
        return self.prepare(config, **changes).start()

    def stop(self):
        self.api.close()
        if self.daemon and self.daemon.process is not None:
            code = self.daemon.stop()
            self.assertEqual(code, 0, self.daemon.tail())
