"""The real daemon for the browser tests, moved by lines of JSON on standard input.

{"do": "start", "changes": {...}, "production": false, "page": false} | {"do": "kill"} | {"do": "resume"} | {"do": "ctl", "arguments": [...]}
{"do": "check", "exchanges": [...]}: those that pages had, as contract.mjs tells them, against the daemon's description.
Each is answered by one line: {"ok": ...} or {"error": "..."}. The end of the input ends everything.
"""

import json
import pathlib
import shutil
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "system"), str(TESTS / "demo")]

from herald_harness import Daemon, Heraldctl, daemon_config, free_port, production, write_config  # noqa: E402
from contract import contract  # noqa: E402
from page import Page  # noqa: E402


class Stage:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-"))  # short: socket paths
        self.port, self.daemon, self.page = free_port(), None, None

    def start(self, changes, in_production=False, with_page=False):
        """with_page: the page of ./dev demo too."""
        if in_production:
            changes = production(self.folder, **changes)
        if with_page:
            self.page = Page(free_port(), self.port)
            changes = changes | {"http": {"allowed_origins": [self.page.url]}}
        config = write_config(self.folder / "herald.yaml", daemon_config(self.folder, self.port, **changes))
        self.daemon = Daemon(config, self.folder).start()
        return {"port": self.port, "page": self.page and self.page.url}

    def do(self, request):
        what = request["do"]
        if what == "start":
            return self.start(request.get("changes", {}), request.get("production", False), request.get("page", False))
        if what == "kill":
            return self.daemon.kill()
        if what == "resume":
            return self.daemon.start() and None
        if what == "ctl":
            return Heraldctl(self.folder / "control")(*request["arguments"])
        if what == "check":
            return check(request["exchanges"])
        raise ValueError(f"cannot {what}")

    def end(self):
        try:
            if self.page:
                self.page.stop()
            if self.daemon and self.daemon.running():
                self.daemon.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def check(exchanges):
    """How many there were. What the widget says is the daemon's own too, so it must be described."""
    for one in exchanges:
        if "schema" in one:
            contract().message(one["schema"], json.loads(one["message"]))
        else:
            contract().exchange(one["method"], one["target"], one["request"], one["status"], one["type"],
                                one["body"].encode())
    return len(exchanges)


def main():
    stage = Stage()
    try:
        for line in sys.stdin:
            try:
                answer = {"ok": stage.do(json.loads(line))}
            except (AssertionError, OSError, ValueError) as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    finally:
        stage.end()


if __name__ == "__main__":
    main()
