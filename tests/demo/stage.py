"""What the demo stands on: the daemon, the stand-in for WhatsApp, heraldctl, and a voice."""

import json
import os
import pathlib
import shutil
import socket
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "support")]

PHONE_NUMBER_ID = "106540352242922"
SECRETS = {"whatsapp_token": "demo-token", "whatsapp_app_secret": "demo-app-secret-0123456789abcdef",
           "whatsapp_verify_token": "demo-verify-token"}


def free(port):
    """`port` when nobody listens there, else another one."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Stage:
    """Everything runs between __enter__ and __exit__, in build/demo."""

    def __init__(self, build, port):
        build = pathlib.Path(build).resolve()
        os.environ["HERALD_BUILD_DIR"] = str(build)
        self.bin = build / "bin"
        self.folder = ROOT / "build" / "demo"
        self.config_path = self.folder / "herald.yaml"
        self.socket = self.folder / "control"
        self.port, self.whatsapp_port, self.page_port = free(port), free(port + 1), free(port + 2)
        self.url = f"http://127.0.0.1:{self.port}"
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.bold, self.dim, self.off = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if colour else ("", "", "")
        self.build = build

    # --- the folder, the processes

    def __enter__(self):
        from fake_client import FakeWhatsApp
        from harness.api import Api
        from harness.ctl import Heraldctl
        from harness.daemon import Daemon
        from page import Page
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "secrets").mkdir(parents=True)
        for name, value in SECRETS.items():
            (self.folder / "secrets" / name).write_text(value)
            (self.folder / "secrets" / name).chmod(0o600)
        (self.folder / "plugins").symlink_to(self.build / "plugins")
        (self.folder / "templates").symlink_to(ROOT / "config" / "templates")
        self.original = (ROOT / "config" / "demo.yaml").read_text("utf-8").replace(
            "port: 8440", f"port: {self.port}").replace("127.0.0.1:8441", f"127.0.0.1:{self.whatsapp_port}").replace(
            "127.0.0.1:8442", f"127.0.0.1:{self.page_port}")
        self.config_path.write_text(self.original, "utf-8")
        self.whatsapp = FakeWhatsApp(
            port=self.whatsapp_port, token=SECRETS["whatsapp_token"], app_secret=SECRETS["whatsapp_app_secret"],
            verify_token=SECRETS["whatsapp_verify_token"], phone_number_id=PHONE_NUMBER_ID,
            webhook=f"{self.url}/hooks/whatsapp", window_closed="237677000111",
            delays="sent=0.1,delivered=0.3,read=2")
        try:
            self.daemon = Daemon(self.config_path, self.folder)
            self.daemon.start()
        except BaseException:
            self.whatsapp.stop()
            raise
        self.api, self.heraldctl = Api(self.port), Heraldctl(self.socket)
        self.page = Page(self.page_port, self.port)
        self.title(f"heraldd runs on {self.url}, the stand-in for WhatsApp on {self.whatsapp.url}")
        self.say(f"open {self.page.url} in a browser: a marketplace's chat, where notifications arrive as they are sent")
        return self

    def __exit__(self, *_):
        self.page.stop()
        self.api.close()
        try:
            self.daemon.stop()
        finally:
            self.whatsapp.stop()

    # --- the voice

    def title(self, text):
        print(f"\n{self.bold}{text}{self.off}", flush=True)

    def say(self, text):
        print(f"  {text}", flush=True)

    def quote(self, text):
        for line in text.split("\n"):
            print(f"  {self.dim}│{self.off} {line}")
        print(f"  {self.dim}╵{self.off}", flush=True)

    # --- what a person would type

    def ctl(self, *arguments, show=False):
        if show:
            for line in self.heraldctl.text(*arguments).rstrip().split("\n"):
                self.say(line)
            return None
        return self.heraldctl(*arguments)

    def send(self, kind, to, params):
        self.say(f"$ heraldctl send {kind} --to {to} --params '…'")
        answer = self.heraldctl("send", kind, "--to", to, "--params", json.dumps(params, ensure_ascii=False))
        self.say(f"accepted durably: {answer['id']}")
        return answer["id"]

    def show(self, notification):
        self.say(f"$ heraldctl show {notification}")
        self.ctl("show", notification, show=True)

    # --- what a client would do

    def inbox(self, user):
        return self.api.inbox(user)

    def mark_read(self, user, item):
        self.api.mark_read(user, item).expect(200)

    def timeline(self, notification):
        return self.api.timeline(notification)

    def until(self, look, good, what, seconds=15):
        from waiting import wait_until
        seen = {}

        def check():
            seen["value"] = look()
            return good(seen["value"])
        wait_until(check, seconds, what)
        return seen["value"]

    def ends(self, notification, state, seconds=15):
        seen = self.until(lambda: self.api.notification(notification),
                          lambda n: n["state"] in ("delivered", "unconfirmed", "undelivered", "expired", "cancelled"),
                          f"{notification} to end", seconds)
        assert seen["state"] == state, f"expected {state}, got {seen['state']} ({seen['ending']})"
        self.say(f"{notification[:14]}…  {seen['ending']}")

    # --- what an administrator would change

    def edit(self, routes):
        head = self.original.split("\nroutes:")[0]
        self.config_path.write_text(head + "\nroutes:\n" + routes, "utf-8")
        chain = next(line.strip() for line in routes.split("\n") if "chain:" in line)
        self.say(f"{self.config_path.name}: {chain}")
        self.say("$ heraldctl reload")

    def whatsapp_first(self):
        self.edit("  - name: default\n    chain: [{ channel: whatsapp, within: 15s }, { channel: webchat, within: 10s }, log]\n")

    def whatsapp_only(self):
        self.edit("  - name: default\n    chain: [{ channel: whatsapp, within: 5s, retry: { attempts: 2, backoff: 500ms..1s } }, log]\n"
                  "    rounds: { count: 1, every: 5s }\n")

    def whatsapp_breaks(self):
        self.say("WhatsApp answers every send with error 131026 (not reachable) from now on")
        self.whatsapp.arm(always=True, error=131026, status=400)

    def back_to_start(self):
        self.whatsapp.disarm()
        self.config_path.write_text(self.original, "utf-8")
        self.heraldctl("reload")
