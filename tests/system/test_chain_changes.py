"""The chain is reordered while the daemon runs, and needs no network to begin."""

import json
import shutil
import subprocess
import sys
import unittest

from herald_harness import Daemon, Heraldctl, SystemTest, wait_until, write_config

WEBCHAT = {"channel": "webchat", "until": "read", "within": "2500ms"}
WHATSAPP = {"channel": "whatsapp", "within": "30s"}
# Loopback is down in a new network namespace, and the daemon listens there.
LOOPBACK_UP = ("import fcntl,os,socket,struct,sys\n"
               "s=socket.socket()\n"
               "fcntl.ioctl(s,0x8914,struct.pack('16sh',b'lo',0x1|0x40))\n"
               "os.execv(sys.argv[1],sys.argv[1:])")


def alone():
    """A command prefix that runs a program without any network but loopback; None: not allowed."""
    prefix = ["unshare", "--net", sys.executable, "-c", LOOPBACK_UP]
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        return None
    return prefix if subprocess.run([*prefix, "/bin/true"], capture_output=True).returncode == 0 \
        else None


class Reload(SystemTest):
    def chain(self, *steps, **changes):
        routes = [{"name": "default", "chain": list(steps), "rounds": {"count": 1}}]
        return {"routes": routes, **changes}

    def channels(self, notification_id):
        return [a["channel"] for a in self.api.timeline(notification_id)["attempts"]]

    def send(self, phone, message="Bonjour"):
        return self.api.submit("message", {"phone": phone}, {"message": message})["id"]

    def state(self, notification_id, state):
        return wait_until(lambda: self.api.notification(notification_id)["state"] == state, 30,
                          f"{state} of {notification_id}")

    # covers: S80
    def test_reordered_without_a_restart_and_the_accepted_keep_their_chain(self):
        self.fake()
        self.start(**self.chain(WEBCHAT, WHATSAPP, "log"))
        pid = self.daemon.pid()
        before = self.send("237691000001")
        wait_until(lambda: self.channels(before)[:1] == ["webchat"])

        self.configure(**self.chain(WHATSAPP, WEBCHAT, "log"))
        self.ctl("reload")
        after = self.send("237691000002")
        self.state(after, "delivered")
        self.assertEqual(self.channels(after), ["whatsapp"])
        self.assertEqual(self.api.inbox("237691000002")["count"], 0)

        self.configure(**self.chain("log"))
        self.ctl("reload")
        recorded = self.send("237691000003")
        self.state(recorded, "undelivered")
        self.assertEqual(self.channels(recorded), ["log"])

        self.state(before, "delivered")  # nobody read it: by the chain it was accepted with
        self.assertEqual(self.channels(before), ["webchat", "whatsapp"])
        self.assertEqual([s["channel"] for s in self.api.timeline(before)["chain"]],
                         ["webchat", "whatsapp", "log"])
        self.assertEqual(self.daemon.pid(), pid)
        self.assertTrue(self.daemon.running())

    # covers: S80
    def test_a_channel_is_switched_off_and_on(self):
        self.fake()
        self.start(**self.chain(WEBCHAT, WHATSAPP, "log"))
        self.configure(**self.chain(WEBCHAT, WHATSAPP, "log",
                                    channels={"webchat": {"enabled": False}}))
        self.daemon.reload()
        off = self.send("237691000001")
        self.state(off, "delivered")
        self.assertEqual(self.channels(off), ["whatsapp"])
        self.configure(**self.chain(WEBCHAT, WHATSAPP, "log"))
        self.daemon.reload()
        on = self.send("237691000001", "De nouveau")
        wait_until(lambda: self.channels(on)[:1] == ["webchat"])
        page = wait_until(lambda: (p := self.api.inbox("237691000001"))["count"] and p)
        self.assertEqual([i["text"] for i in page["notifications"]], ["De nouveau"])

    # covers: S80
    def test_a_mistake_changes_nothing(self):
        path = self.configure(**self.chain("log"))
        good = path.read_text("utf-8")
        self.start(good)
        write_config(path, good.replace("- log", "- logg"))
        code, _, errors = self.ctl.run("reload")
        self.assertEqual(code, 2)
        self.assertIn("logg", errors)
        made = self.send("237691000001")
        self.state(made, "undelivered")
        self.assertEqual(self.channels(made), ["log"])

    # covers: S80
    def test_what_only_the_plugins_show_to_be_wrong_changes_nothing_either(self):
        self.start(**self.chain(WEBCHAT))
        self.configure(**self.chain({"channel": "log", "until": "delivered"}))
        code, _, errors = self.ctl.run("reload")
        self.assertNotEqual(code, 0)
        self.assertIn("reaches nobody", errors)
        made = self.send("237691000001")
        wait_until(lambda: self.channels(made))
        self.assertEqual(self.channels(made), ["webchat"])


class NoNetwork(SystemTest):
    # covers: S78
    def test_the_primary_path_needs_no_network(self):
        prefix = alone()
        if prefix is None:
            self.skipTest("unshare --net is not allowed here")
        self.daemon = Daemon(self.configure(), self.folder, wrapper=prefix)
        self.addCleanup(self.stop)
        self.daemon.start()
        ctl = Heraldctl(self.folder / "control")
        with self.assertRaises(OSError):
            self.api.get("/healthz")  # it is in a network of its own
        made = ctl("send", "service_request.confirmed", "--to", "237691924173", "-p",
                   "service=Électricité", "-p", "location=Akwa", "-p", "description=Panne")["id"]
        wait_until(lambda: ctl("show", made)["evidence"] == "accepted")
        inside = ["nsenter", "--net", "--target", str(self.daemon.pid()), "curl", "-sS",
                  f"http://127.0.0.1:{self.port}/api/web-chat/notifications/237691924173"]
        done = subprocess.run(inside, capture_output=True, check=True, timeout=20)
        page = json.loads(done.stdout)
        self.assertEqual([(i["type"], i["herald_id"]) for i in page["notifications"]],
                         [("confirmation", made)])
        wait_until(lambda: ctl("show", made)["state"] == "delivered")


if __name__ == "__main__":
    unittest.main()
