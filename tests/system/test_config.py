"""Configuration as an administrator meets it: mistakes at once, a bad one never in force."""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from herald_harness import Daemon, Heraldctl, SystemTest, program, wait_until, write_config

# Ten mistakes, each on the line that a comment marks.
TEN = """\
http:
  port: 99999            # 1
  adress: 127.0.0.1      # 2
control:
  socket: {folder}/control
store:
  queue: 0               # 3
channels:
  webchat: {{ plugin: webchat, timeout: soon }}   # 4
  log: {{ plugin: log, isolation: moon }}         # 5
routes:
  - name: one
    match: {{ priority: asap }}                   # 6
    chain: [webchat]
  - name: one                                     # 7
    chain: [weebchat]                             # 8
inbox:
  keep: lots             # 9
directory:
  region: CMR            # 10
"""
PLACE = re.compile(r"^(\S+\.yaml):(\d+):(\d+): error: (.+)$", re.M)


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class Mistakes(SystemTest):
    def setUp(self):
        super().setUp()
        self.file = write_config(self.folder / "ten.yaml", TEN.format(folder=self.folder))
        self.lines = {n for n, line in enumerate(self.file.read_text().splitlines(), 1)
                      if re.search(r"# \d+$", line)}
        self.assertEqual(len(self.lines), 10)

    def all_ten(self, text):
        found = PLACE.findall(text)
        self.assertEqual({int(line) for _, line, _, _ in found}, self.lines, text)
        self.assertEqual({file for file, *_ in found}, {str(self.file)})
        rows = text.splitlines()
        for n, row in enumerate(rows):
            if place := PLACE.match(row):  # the line of the file, and a caret under the column
                shown, caret = rows[n + 1], rows[n + 2]
                self.assertIn(self.file.read_text().splitlines()[int(place[2]) - 1].strip(), shown)
                self.assertEqual(caret.strip("| "), "^")
                self.assertEqual(caret.index("^") - shown.index("|") - 2, int(place[3]) - 1)
        self.assertIn("did you mean", text)  # adress, weebchat

    def test_heraldd_check_says_all_ten(self):
        code, output, errors = run(program("heraldd"), "check", self.file)
        self.assertEqual((code, output), (2, ""))
        self.all_ten(errors)

    def test_heraldctl_says_the_same_with_and_without_a_daemon(self):
        ctl = Heraldctl(self.folder / "control")
        code, output, errors = ctl.run("config", "check", self.file)  # runs heraldd check
        self.assertEqual(code, 2, errors)
        self.all_ten(output + errors)
        self.start()
        code, output, errors = ctl.run("config", "check", self.file)  # asks the daemon
        self.assertEqual(code, 2, errors)
        self.all_ten(output + errors)
        code, output, _ = ctl.run("config", "check", self.file, as_json=True)
        self.assertEqual((code, len(json.loads(output)["error"]["diagnostics"])), (2, 10))
        self.assertTrue(self.ctl("config", "check")["valid"])

    def test_the_daemon_does_not_start_with_them(self):
        daemon = Daemon(self.file, self.folder).spawn()
        self.assertEqual(daemon.wait(), 2)
        self.all_ten(daemon.log())
        absent = Daemon(self.folder / "absent.yaml", self.folder).spawn()
        self.assertEqual(absent.wait(), 2)
        self.assertIn("absent.yaml", absent.log())


class Reload(SystemTest):
    # covers: S80
    def test_a_bad_file_changes_nothing_and_the_next_good_one_does(self):
        self.start()
        good = (self.folder / "herald.yaml").read_text()
        self.assertEqual(self.chain_now(), ["webchat", "log"])

        bad = good.replace("- webchat", "- weebchat", 1)
        self.assertNotEqual(bad, good)
        write_config(self.folder / "herald.yaml", bad)
        code, output, errors = self.ctl.run("reload")
        self.assertEqual(code, 2)
        self.assertRegex(output + errors, r"herald\.yaml:\d+:\d+: .*weebchat.*did you mean")
        self.assertEqual(self.chain_now(), ["webchat", "log"])

        self.daemon.reload()  # SIGHUP: refused too, and the log says so
        wait_until(lambda: "config.refused" in self.daemon.log(), what="config.refused")
        self.assertRegex(self.daemon.log(), "config.refused.*stays in force")
        self.assertEqual(self.chain_now(), ["webchat", "log"])

        write_config(self.folder / "herald.yaml", good.replace("- webchat", "- log", 1)
                     .replace("- log\n      - log", "- log"))
        self.assertTrue(self.ctl("reload")["changed"])
        self.assertEqual(self.chain_now(), ["log"])
        write_config(self.folder / "herald.yaml", good)
        self.daemon.reload()
        self.assertEqual(self.chain_now(), ["webchat", "log"])
        self.assertEqual(self.ctl("reload")["changed"], [])

    def chain_now(self):
        made = self.api.submit("message", {"phone": "237691924173"}, {"message": "x"})
        return [step["channel"] for step in self.api.timeline(made["id"])["chain"]]

    def test_a_plugin_that_is_refused_leaves_the_old_ones_running(self):
        self.start()
        changed = self.config | {"channels": self.config["channels"] | {
            "webchat": {"plugin": "webchat", "settings": {"no_such": 1}}}}
        write_config(self.folder / "herald.yaml", changed)
        code, _, errors = self.ctl.run("reload")
        self.assertNotEqual(code, 0)
        self.assertIn("webchat", errors)
        self.assertEqual({c["state"] for c in self.ctl("channels")["channels"]}, {"running"})
        self.assertEqual(self.chain_now(), ["webchat", "log"])


class Codes(SystemTest):
    def test_exit_codes_of_heraldctl(self):
        self.start()
        made = self.ctl("send", "message", "--to", "237691924173", "--param", "message=Bonjour")
        cases = {
            0: [("status",), ("show", made["id"]), ("list",), ("--help",), ("config", "check")],
            2: [("statuss",), ("show",), ("list", "--no-such"), ("send", "mesage", "--to", "1"),
                ("send", "message", "--to", "237691924173"), ("user", "add")],
            5: [("show", "0" * 35), ("user", "show", "237699999999")]}
        for code, commands in cases.items():
            for command in commands:
                with self.subTest(command):
                    ended, output, errors = self.ctl.run(*command)
                    self.assertEqual(ended, code, output + errors)
                    self.assertEqual(bool(errors), code != 0)
        code, _, errors = Heraldctl(self.folder / "nobody-listens").run("status")
        self.assertEqual(code, 3)
        self.assertIn("nobody-listens", errors)
        # What is over cannot be cancelled: it failed, nothing more special than that.
        self.ctl("cancel", made["id"])
        self.assertEqual(self.ctl.run("cancel", made["id"])[0], 1)

    def test_others_are_denied(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv to become another user")
        self.start()
        self.folder.chmod(0o755)
        (self.folder / "control").chmod(0o666)
        shutil.copyfile(program("heraldctl"), self.folder / "heraldctl")
        (self.folder / "heraldctl").chmod(0o755)
        for command in (["status"], ["list"], ["reload"], ["token", "list"],
                        ["user", "show", "237691924173"]):
            with self.subTest(command):
                code, output, errors = run(
                    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                    self.folder / "heraldctl", "--socket", self.folder / "control", *command)
                self.assertEqual(code, 4, output + errors)
                self.assertEqual(output, "")

    def test_every_command_speaks_json(self):
        self.start()
        made = self.ctl("send", "message", "--to", "237691924173", "--param", "message=Bonjour")
        for command in (["status"], ["channels"], ["list"], ["show", made["id"]], ["reload"],
                        ["config", "check"], ["user", "add", "--phone", "237691924174"],
                        ["user", "show", "237691924173"], ["token", "list"],
                        ["token", "service", "shop", "--scope", "notifications:send"],
                        ["token", "revoke", "shop"]):
            with self.subTest(command):
                self.assertIsInstance(self.ctl(*command), dict)
        code, output, _ = self.ctl.run("show", "0" * 35, as_json=True)
        self.assertEqual((code, "name" in json.loads(output)["error"]), (5, True))

    def test_monitor_streams_what_happens(self):
        self.start()
        monitor = self.ctl.stream("monitor", "--count", "2")
        self.addCleanup(lambda: (monitor.kill(), monitor.communicate()))
        ids = set()

        def seen():
            made = self.api.submit("message", {"phone": "237691924173"}, {"message": "secret"})
            ids.add(made["id"])
            return monitor.poll() is not None
        wait_until(seen, 20, "two events", 0.1)
        events = [json.loads(line) for line in monitor.stdout.read().splitlines()]
        self.assertEqual(len(events), 2)
        self.assertLessEqual({e["id"] for e in events}, ids)
        self.assertNotIn("secret", str(events))
        self.assertEqual(monitor.returncode, 0)

    def test_monitor_ends_with_the_daemon(self):
        self.start()
        monitor = self.ctl.stream("monitor")
        self.addCleanup(lambda: (monitor.kill(), monitor.communicate()))
        self.ctl("status")
        self.daemon.signal(signal.SIGTERM)
        self.assertIn(monitor.wait(20), (0, 1, 3))
        self.stop()


if __name__ == "__main__":
    unittest.main()
