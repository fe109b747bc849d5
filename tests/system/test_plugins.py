"""Plugins that must not be loaded are refused in one line; misbehaving costs a channel."""

import os
import shutil
import unittest

from herald_harness import Daemon, SystemTest, build_dir, plugin_dir, wait_until


LAST = {"channel": "webchat", "until": "accepted"}


class PluginTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.bad = self.folder / "plugins"
        self.bad.mkdir(mode=0o755)

    def begin(self, channels, chain, **changes):
        self.start(plugins={"path": [str(plugin_dir()), str(self.bad)]}, channels=channels,
                   routes=[{"name": "default", "chain": chain}], **changes)

    def take(self, name, to=None):
        """A copy of a test plugin, as an administrator would install it."""
        built = build_dir() / "tests" / "plugins" / f"{name}.so"
        if not built.is_file():
            self.skipTest(f"{built} is missing: build the target test_plugins")
        target = self.bad / f"{to or name}.so"
        shutil.copyfile(built, target)
        target.chmod(0o644)
        return target

    def channel(self, name):
        return {c["name"]: c for c in self.ctl("channels")["channels"]}[name]

    def send(self, text="Bonjour"):
        return self.api.submit("message", {"phone": "237691924173"}, {"message": text})["id"]

    def ended(self, notification_id, timeout=30):
        def end():
            t = self.api.timeline(notification_id)
            return t if t["state"] not in ("queued", "trying", "waiting") else None
        return wait_until(end, timeout, "the end of the chain")


class Refused(PluginTest):
    """All in one daemon: each refused plugin is a channel of its own."""

    # covers: F42 F43
    def test_each_is_refused_in_one_line_and_the_daemon_is_up(self):
        outside = self.folder / "elsewhere"
        outside.mkdir(mode=0o755)
        self.take("good", "truncated")
        good = (self.bad / "truncated.so").read_bytes()
        (self.bad / "truncated.so").write_bytes(good[:len(good) // 2])
        (self.bad / "empty.so").write_bytes(b"")
        (self.bad / "text.so").write_text("#!/bin/sh\n")
        (self.bad / "arch.so").write_bytes(good[:18] + b"\xb7\x00" + good[20:])  # AArch64
        self.take("good", "writable").chmod(0o666)
        self.take("good", "group").chmod(0o664)
        shutil.copyfile(self.take("good"), outside / "good.so")
        (self.bad / "link.so").symlink_to(outside / "good.so")
        (self.bad / "folder.so").mkdir()
        causes = {
            "truncated": "", "empty": "", "text": "", "arch": "machine|architecture|processor",
            "writable": "writable", "group": "writable", "link": "outside the plugin path",
            "folder": "no regular file", "absent": "no such file",
            "wrong_abi_symbol": "another major version", "wrong_abi_major": "another major version",
            "not_a_plugin": "no Herald plugin", "newer_host": "999", "small_struct": "too small",
            "no_descriptor": "no descriptor", "no_interface": "", "empty_id": "",
            "create_fails": "no licence file", "configure_fails": "url is missing"}
        for name in causes:
            if not (self.bad / f"{name}.so").exists() and name != "absent":
                self.take(name)
        names = {name.replace("_", "-"): name for name in causes}
        channels = {channel: {"plugin": name} for channel, name in names.items()}
        if os.geteuid() == 0:
            os.chown(self.take("good", "stranger"), 65534, -1)
            channels["stranger"], causes["stranger"] = {"plugin": "stranger"}, "owned by another"
        self.begin(channels, [*channels, LAST])

        lines = [line for line in self.daemon.log().splitlines() if "plugin.refused" in line]
        for channel in channels:
            cause = causes[names.get(channel, channel)]
            with self.subTest(channel):
                shown = self.channel(channel)
                self.assertNotEqual(shown["state"], "running")
                self.assertRegex(shown["problem"], f"(?s)^.+{cause}")
                self.assertNotIn("\n", shown["problem"])
                self.assertEqual(sum(shown["problem"] in line for line in lines), 1,
                                 f"{shown['problem']}\n" + "\n".join(lines))
        self.assertEqual(self.channel("webchat")["state"], "running")
        shown = self.ended(self.send(), 60)
        self.assertEqual([a["channel"] for a in shown["attempts"]], ["webchat"])
        self.assertEqual({s["channel"] for s in shown["steps_left"]} - {"webchat"}, set(channels))


    # covers: F43
    def test_a_path_is_no_name_of_a_plugin(self):
        for path in (f"{self.bad}/good.so", "../good", f"{self.bad}/../x/good.so", "/x.so"):
            with self.subTest(path):
                self.configure(plugins={"path": [str(self.bad)]},
                               channels={"trial": {"plugin": path}})
                daemon = Daemon(self.folder / "herald.yaml", self.folder).spawn()
                self.assertEqual(daemon.wait(), 2)
                self.assertIn("must be the name of a plugin", daemon.log())


class Misbehaving(PluginTest):
    def trial(self, plugin, settings=None, timeout="1s"):
        self.take(plugin)
        channel = {"plugin": plugin, "timeout": timeout, "settings": settings or {}}
        self.begin({"trial": channel},
                   [{"channel": "trial", "until": "delivered", "within": "250ms", "try_for": "1s",
                     "retry": {"attempts": 2, "backoff": "100ms..200ms"}}, LAST])
        first, second = self.send("Un"), self.send("Deux")
        for notification_id in (first, second):
            shown = self.ended(notification_id)
            self.assertEqual(shown["attempts"][-1]["channel"], "webchat", shown["attempts"])
            self.assertEqual(shown["attempts"][-1]["outcome"], "accepted")
        self.assertEqual(self.channel("webchat")["state"], "running")
        self.assertEqual(len(self.api.inbox("237691924173")["notifications"]), 2)
        return shown

    def test_one_that_hangs(self):
        shown = self.trial("good", {"behave": "hang"})
        self.assertEqual(shown["attempts"][0]["outcome"], "unknown")

    def test_one_that_never_completes(self):
        self.assertEqual(self.trial("never_completes")["attempts"][0]["outcome"], "unknown")

    def test_one_that_throws(self):
        shown = self.trial("deliver_throws")
        self.assertEqual(shown["attempts"][0]["channel"], "trial")
        self.assertNotEqual(shown["attempts"][0]["outcome"], "accepted")

    def test_one_that_fails(self):
        self.assertIn("told to fail", str(self.trial("good", {"behave": "fail"})))

    def test_one_that_completes_what_is_not_its_own(self):
        self.take("completes_unknown")
        self.begin({"trial": {"plugin": "completes_unknown"}}, ["trial", LAST])
        self.assertEqual(self.ended(self.send())["attempts"][0]["channel"], "trial")
        self.assertTrue(self.daemon.running())

    def test_one_that_completes_twice(self):
        self.take("completes_twice")
        self.begin({"trial": {"plugin": "completes_twice"}}, ["trial", LAST])
        shown = self.ended(self.send())
        self.assertEqual((shown["state"], len(shown["attempts"])), ("delivered", 1))

    def test_a_slow_one_is_waited_for(self):
        self.take("good")
        self.begin({"trial": {"plugin": "good", "settings": {"behave": "slow"}}},
                   ["trial", LAST])
        shown = self.ended(self.send())
        self.assertEqual((shown["state"], shown["attempts"][0]["outcome"]),
                         ("delivered", "delivered"))

    def test_one_that_blocks_its_thread_holds_up_nobody(self):
        self.take("blocks")
        self.begin({"trial": {"plugin": "blocks", "timeout": "500ms"}},
                   [{"channel": "trial", "until": "delivered", "within": "250ms"}, LAST])
        notification_id = self.send()
        self.assertEqual(self.api.get("/healthz").status, 200)
        shown = self.ended(notification_id)
        self.assertEqual(shown["attempts"][-1]["channel"], "webchat")
        self.assertEqual(self.api.get("/readyz").status, 200)


if __name__ == "__main__":
    unittest.main()
