"""24: no inodes left, or a file system that cannot be written: said in a line, and no harm done."""

import subprocess
import unittest

from fault_harness import Api, FaultTest, wait_until
from small_disk import SmallDisk


class Inodes(FaultTest):
    def begin(self, **mount):
        disk = SmallDisk(self, 16, **mount)
        if not disk.mounted:
            self.skipTest("needs the right to mount")
        self.start(store={"url": f"sqlite:{disk.folder / 'herald.db'}"},
                   routes=[{"name": "default", "chain": [{"channel": "webchat",
                                                          "until": "accepted"}]}])
        return disk

    def send(self, n):
        return self.api.submit("message", {"phone": "237699222222"}, {"message": f"Bonjour {n}"})

    def refused(self):
        """The line with which it does not start."""
        self.daemon.spawn()
        try:
            self.assertEqual(self.daemon.wait(20), 1)
        except subprocess.TimeoutExpired:
            self.fail("it neither started nor ended")
        return self.daemon.log().splitlines()[-1]

    def test_without_inodes_it_works_on_and_starts_again_when_there_are_some(self):
        disk = self.begin(inodes=40)
        first = self.send(1)["id"]
        self.figure("inodes taken", disk.take_inodes(), "all")
        last = [self.send(n)["id"] for n in range(2, 30)][-1]
        self.daemon.kill()
        for name in ("herald.db-shm", "herald.db.lock"):  # what the next start has to make
            (disk.folder / name).unlink(missing_ok=True)
        (disk.folder / "inode-x").touch()
        (disk.folder / "inode-y").touch()
        line = self.refused()
        self.assertIn("herald.db", line)
        self.figure("a start without inodes", line.split("] ", 1)[-1][:90], "a line with the cause")
        disk.give_inodes()
        self.daemon.start()
        self.api.close()
        for notification_id in (first, last):
            wait_until(lambda i=notification_id: self.api.notification(i)["state"] == "holding", 20,
                       "holding")

    def test_a_file_system_that_is_read_only_is_refused_and_unharmed(self):
        disk = self.begin()
        made = self.send(1)["id"]
        wait_until(lambda: self.api.notification(made)["state"] == "holding", 20, "holding")
        self.daemon.kill()
        self.remount(disk, "ro")
        line = self.refused()
        self.assertIn("herald.db", line)
        self.figure("a start on a read-only disk", line.split("] ", 1)[-1][:90],
                    "a line with the cause")
        self.remount(disk, "rw")
        self.daemon.start()
        api = Api(self.port)
        self.addCleanup(api.close)
        self.assertEqual(api.notification(made)["state"], "holding")

    def remount(self, disk, how):
        subprocess.run(["mount", "-o", f"remount,{how}", str(disk.folder)], check=True)


if __name__ == "__main__":
    unittest.main()
