"""What system tests need of the real daemon, in one import.

    from herald_harness import SystemTest, wait_until

    class Chain(SystemTest):
        def test_list(self):
            self.start()                          # daemon, development mode, SQLite, own folder
            self.api.submit("message", {"phone": "237691924173"}, {"message": "Bonjour"})

Environment: HERALD_BUILD_DIR holds bin/heraldd, bin/heraldctl and plugins/*.so.
HERALD_KEEP=1 keeps the temporary folders.
HERALD_STORE=postgresql: the daemons keep everything in a PostgreSQL server of the test's own.
"""

import harness  # noqa: F401  finds tests/support
import postgres  # noqa: E402,F401
from fake_client import FakeWhatsApp, text_to  # noqa: E402,F401
from harness.api import Answer, Api  # noqa: E402,F401
from harness.case import SystemTest  # noqa: E402,F401
from harness.config import KEY, daemon_config, production, write_config  # noqa: E402,F401
from harness.ctl import CtlFailure, Heraldctl  # noqa: E402,F401
from harness.daemon import Daemon  # noqa: E402,F401
from harness.places import build_dir, plugin_dir, program  # noqa: E402,F401
from harness.producers import Producers  # noqa: E402,F401
from harness.raw_http import RawAnswer, raw_exchange  # noqa: E402,F401
from harness.shared import SharedDaemonTest  # noqa: E402,F401
from harness.varlink import Varlink, VarlinkError  # noqa: E402,F401
from harness.yaml_text import to_yaml  # noqa: E402,F401
from oracle import Oracle, load_lines  # noqa: E402,F401
from ports import free_port  # noqa: E402,F401
from waiting import wait_until  # noqa: E402,F401
