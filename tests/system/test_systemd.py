"""The daemon as a service: its unit, what its supervisor hears, credentials, the end."""

import os
import re
import shutil
import socket
import stat
import subprocess
import unittest
import urllib.request

from herald_harness import Daemon, Heraldctl, SystemTest, Varlink, build_dir, plugin_dir, wait_until


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


class Installed(SystemTest):
    """What `cmake --install` lays down, in a folder that stands for the root."""

    def setUp(self):
        super().setUp()
        for tool in ("systemd-analyze", "systemd-sysusers", "systemd-tmpfiles", "cmake"):
            if not shutil.which(tool):
                self.skipTest(f"needs {tool}")
        self.root = self.folder / "root"
        self.lay_down()

    def lay_down(self):
        """The files of the package that the unit speaks of, from the build's own install rules."""
        os.environ["DESTDIR"] = str(self.root)
        self.addCleanup(os.environ.pop, "DESTDIR", None)
        for part in ("systemd", "daemon/app", "daemon/ctl", "config"):
            code, output = run("cmake", "--install", build_dir() / part)
            self.assertEqual(code, 0, output)

    def unit(self):
        found = [*self.root.rglob("heraldd.service")]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_the_unit_is_clean(self):
        text = self.unit().read_text()
        self.assertNotIn("@", re.sub(r"(?m)^#.*", "", text), "a name was not filled in")
        started = re.search(r"(?m)^ExecStart=(\S+) --config (\S+)$", text)
        for installed in (started[1], started[2]):
            self.assertTrue((self.root / installed.lstrip("/")).is_file(), f"{installed} is not installed")
        for needed in ("/bin/sh", "/usr/bin/sh"):
            target = self.root / needed.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                shutil.copyfile("/bin/true", target)
                target.chmod(0o755)
        for name in ("sysinit", "basic", "shutdown", "network", "multi-user"):
            target = self.root / f"lib/systemd/system/{name}.target"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("[Unit]\nDescription=stands in\nDefaultDependencies=no\n")
        code, output = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=one",
                           f"--root={self.root}", self.unit())
        self.assertEqual((code, output), (0, ""))

    def test_users_groups_and_folders(self):
        etc = self.root / "etc"
        etc.mkdir(exist_ok=True)
        users = next(self.root.rglob("sysusers.d/herald.conf"))
        code, output = run("systemd-sysusers", f"--root={self.root}", users)
        self.assertEqual(code, 0, output)
        self.assertRegex((etc / "passwd").read_text(), r"(?m)^herald:.*:/usr/sbin/nologin$")
        groups = re.findall(r"(?m)^(herald[^:]*):", (etc / "group").read_text())
        self.assertEqual(sorted(groups), ["herald", "herald-admin"])
        folders = next(self.root.rglob("tmpfiles.d/herald.conf"))
        code, output = run("systemd-tmpfiles", f"--root={self.root}", "--create", folders)
        if os.geteuid() == 0:
            self.assertEqual(code, 0, output)
            mode = (self.root / "etc/herald/credentials").stat().st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o700)
            self.assertEqual(stat.S_IMODE((self.root / "var/lib/herald").stat().st_mode), 0o750)


class Supervised(SystemTest):
    def test_ready_means_that_both_doors_answer(self):
        self.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        with Varlink(self.folder / "control") as control:
            self.assertTrue(control.call("io.herald.Status")["ready"])
        mode = (self.folder / "control").stat().st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o660)
        told = self.daemon.notify.lines
        self.assertEqual(told.count("READY=1"), 1)

    def test_reload_and_stop_are_told(self):
        self.start()
        self.daemon.reload()
        told = [line for line in self.daemon.notify.lines
                if re.match("READY|RELOADING|STOPPING", line)]
        self.assertEqual(told, ["READY=1", "RELOADING=1", "READY=1"])
        self.assertTrue(any(line.startswith("MONOTONIC_USEC=")
                            for line in self.daemon.notify.lines))
        notify = self.daemon.notify
        self.assertEqual(self.daemon.stop(), 0)
        self.assertIn("STOPPING=1", notify.lines)
        self.assertFalse((self.folder / "control").exists(), "the socket was left behind")

    def test_a_taken_port_is_told_and_never_ready(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.port))
            taken.listen()
            daemon = Daemon(self.configure(), self.folder).spawn()
            notify = daemon.notify
            self.assertEqual(daemon.wait(), 1)
            self.assertNotIn("READY=1", notify.lines)
            self.assertIn(str(self.port), daemon.log())

    def test_secrets_come_as_credentials(self):
        credentials = self.folder / "credentials"
        credentials.mkdir(mode=0o700)
        (credentials / "user-key").write_text("a key of the supervisor, at least 32 bytes\n")
        path = self.configure(
            secrets={"key": {"credential": "user-key"}},
            auth={"user_tokens": {"keys": [{"id": "k", "algorithm": "HS256", "secret": "key"}]}})
        without = Daemon(path, self.folder, {"CREDENTIALS_DIRECTORY": str(self.folder / "none")})
        self.assertEqual(without.spawn().wait(), 2)
        self.assertIn("secret 'key'", without.log())
        self.daemon = Daemon(path, self.folder, {"CREDENTIALS_DIRECTORY": str(credentials)}).start()
        self.addCleanup(self.stop)
        ctl = Heraldctl(self.folder / "control")
        ctl("user", "add", "--phone", "237691924173")
        self.assertEqual(ctl("token", "user", "237691924173")["token"].count("."), 2)


class TheEnd(SystemTest):
    """With a plugin that takes 300 ms, or for ever, over each delivery."""

    def begin(self, behave):
        built = build_dir() / "tests" / "plugins" / "good.so"
        if not built.is_file():
            self.skipTest(f"{built} is missing: build the target test_plugins")
        plugins = self.folder / "plugins"
        plugins.mkdir(mode=0o755)
        shutil.copyfile(built, plugins / "good.so")
        (plugins / "good.so").chmod(0o644)
        self.start(plugins={"path": [str(plugin_dir()), str(plugins)]},
                   channels={"trial": {"plugin": "good", "settings": {
                       "behave": behave, "record": str(self.folder / "record")}}},
                   routes=[{"name": "default", "chain": [
                       {"channel": "trial", "until": "accepted"}, "log"]}])
        made = self.api.submit("message", {"phone": "237691924173"}, {"message": "x"})["id"]
        wait_until((self.folder / "record").exists, 20, "the delivery")
        return made

    def test_sigterm_finishes_what_is_under_way(self):
        made = self.begin("slow")
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()
        shown = self.api.timeline(made)
        self.assertEqual((shown["state"], shown["attempts"][0]["outcome"]),
                         ("delivered", "delivered"))
        self.assertEqual(len((self.folder / "record").read_text().splitlines()), 1)

    def test_a_restart_declares_lost_what_was_in_flight(self):
        made = self.begin("hang")
        wait_until(lambda: self.api.timeline(made)["attempts"], 20, "the attempt")
        self.daemon.kill()
        self.daemon.start()
        self.api.close()
        first = wait_until(lambda: [a for a in self.api.timeline(made)["attempts"]
                                    if a["outcome"] != "in_flight"], 20, "its outcome")[0]
        self.assertEqual((first["channel"], first["outcome"]), ("trial", "unknown"))
        self.assertEqual(len((self.folder / "record").read_text().splitlines()), 1,
                         "a channel that is not idempotent was called again")


if __name__ == "__main__":
    unittest.main()
