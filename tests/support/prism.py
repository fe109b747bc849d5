"""Prism between a channel and a fake: refuses what a provider's description does not allow, both ways.

It is no Debian package (npm: @stoplight/prism-cli 5.14), so what needs it is left out where it is missing;
HERALD_PRISM names the program where it is not found by itself. descriptions.py checks the same without it.
"""

import os
import shutil
import socket
import subprocess

from descriptions import FOLDER
from waiting import wait_until


def prism_program():
    """Its path, or None."""
    return os.environ.get("HERALD_PRISM") or shutil.which("prism")


class Prism:
    """`prism proxy` before `upstream` (an address), by the description `name` (meta, twilio)."""

    def __init__(self, name, upstream, port, log):
        description, = FOLDER.glob(f"{name}-*.json")
        self.url, self.log = f"http://127.0.0.1:{port}", log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                [prism_program(), "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port),
                 str(description), upstream], stdout=output, stderr=output)
        wait_until(lambda: self.listens(port), 60, "prism to listen")

    def listens(self, port):
        assert self.process.poll() is None, self.said()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def passed(self):
        """How many requests it let through to the fake."""
        return self.said().count("has returned")

    def refused(self):
        """How many requests it answered itself, since they are not what the description allows."""
        return self.said().count("Request terminated with error")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
