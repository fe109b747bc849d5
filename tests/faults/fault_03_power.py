"""3: power goes at any moment; what was acknowledged is in what the disk is left with."""

import json
import pathlib
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest

from fault_harness import Api, FaultTest, daemon_can, program
from power_cut import DATABASE, SYNC, Disk, entries
from shims import DiskShim

PRODUCERS = 3


class Acknowledged:
    """Facts that a client was told, each with the journal's length when it knew: (position, id,
    states that do not contradict it)."""

    AFTER = {"accepted": None, "read": {"delivered"}, "cancelled": {"cancelled"}}

    def __init__(self, page):
        self.page, self.lock = page, threading.Lock()
        self.facts, self.texts, self.intended = [], {}, set()

    def told(self, fact, notification):
        position = self.page.position
        with self.lock:
            self.facts.append((position, notification, fact))

    def contradictions(self, found, position):
        """What `found` (id -> (state, text)) lacks or has altered of all that was told until then."""
        problems = []
        for told, notification, fact in self.facts:
            if told > position:
                continue
            state, text = found.get(notification, (None, None))
            if state is None:
                problems.append(f"{notification} was acknowledged at {told}, and is lost")
            elif text != self.texts[notification]:
                problems.append(f"{notification} has another text")
            elif self.AFTER[fact] and state not in self.AFTER[fact]:
                problems.append(f"{notification} was {fact} at {told}, and is {state}")
        problems += [f"{notification} was never intended: {text!r}"
                     for notification, (_, text) in found.items() if text not in self.intended]
        return problems


class PowerCut(FaultTest):
    everyday = {"images": 60, "sends": 540, "starts": 2}
    long = {"images": 1000, "sends": 2000, "starts": 25}

    def setUp(self):
        super().setUp()
        self.shim = DiskShim(self.folder, journal=True)
        self.acknowledged = Acknowledged(self.shim.page)

    def produce(self, name, count):
        """Every third is read, every fifth cancelled; texts are long, so that the log is copied."""
        api, random = Api(self.port), self.random_of(name)
        try:
            for n in range(count):
                phone = f"2376910{name:02}{n % 10:03}"
                text = f"Message {name}-{n} " + "x" * random.randrange(12_000)
                self.acknowledged.intended.add(text)
                made = api.submit("message", {"phone": phone}, {"message": text})["id"]
                self.acknowledged.texts[made] = text
                self.acknowledged.told("accepted", made)
                if n % 5 == 0:
                    answer = api.post(f"/api/v1/notifications/{made}/cancel")
                    # 200 with another state: its attempt is still awaited (R12).
                    if answer.status == 200 and answer.json["state"] == "cancelled":
                        self.acknowledged.told("cancelled", made)
                elif n % 3 == 0:
                    self.read(api, phone, made)
        finally:
            api.close()

    def read(self, api, phone, made):
        end = time.monotonic() + 20
        while api.mark_read(phone, made).status != 200:  # 404 until it lies in the inbox
            self.assertLess(time.monotonic(), end, "an accepted message never came to the inbox")
            time.sleep(0.002)
        self.acknowledged.told("read", made)

    def random_of(self, name):
        return type(self.random)(f"{self.seed} {name}")

    def load(self):
        failures = []

        def run(name, count):
            try:
                self.produce(name, count)
            except BaseException as error:  # told to the test, which is another thread
                failures.append(error)
        for part in range(2):  # a stop and a start between: the log is copied and emptied
            threads = [threading.Thread(target=run, args=(
                part * PRODUCERS + n, self.size.sends // (2 * PRODUCERS))) for n in range(PRODUCERS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if part == 0:
                self.api.close()
                self.daemon.restart()
        self.assertEqual(failures, [])

    def cuts(self):
        """Half right after something was acknowledged, half anywhere."""
        told = [position for position, _, _ in self.acknowledged.facts]
        end = self.shim.page.position
        return sorted(self.random.choice(told) if self.random.random() < 0.5
                      else self.random.randrange(1, end) for _ in range(self.size.images))

    def copied(self):
        """How often the log was copied into the database's file once something was acknowledged."""
        first = min(position for position, _, _ in self.acknowledged.facts)
        return sum(entry == SYNC and kind == DATABASE and position > first
                   for position, (entry, kind, _, _) in enumerate(entries(self.shim.journal), 1))

    def images(self, folder):
        """(position, folder of the image); the folder is gone when the next one is asked for."""
        disk, cuts = Disk(), self.cuts()
        for position, entry in enumerate(entries(self.shim.journal), 1):
            disk.play(*entry)
            while cuts and cuts[0] == position:
                cuts.pop(0)
                image = folder / "image"
                image.mkdir()
                disk.cut(self.random, image)
                yield position, image
                shutil.rmtree(image)

    def opened(self, check, image):
        """What the daemon's own store finds in the image: id -> (state, text)."""
        check.stdin.write(f"{image / 'herald.db'}\n")
        check.stdin.flush()
        answer = json.loads(check.stdout.readline())
        if "error" in answer:
            return answer["error"], {}
        return "", {n["id"]: (n["state"], json.loads(n["params"])["message"])
                    for n in answer["notifications"]}

    def integrity(self, image):
        db = sqlite3.connect(image / "herald.db")
        try:
            return [row[0] for row in db.execute("PRAGMA integrity_check")] \
                + [str(row) for row in db.execute("PRAGMA foreign_key_check")]
        finally:
            db.close()

    def judge(self, position, image, check):
        why, found = self.opened(check, image)
        problems = [why] if why else self.acknowledged.contradictions(found, position)
        if not why and (broken := self.integrity(image)) != ["ok"]:
            problems += broken[:3]
        return [f"cut at {position}: {problem}" for problem in problems]

    def test_every_image_holds_what_was_acknowledged(self):
        self.prepare(inbox={"keep": 500},
                     routes=[{"name": "default",
                              "chain": [{"channel": "webchat", "until": "accepted"}]}])
        self.daemon.environment |= self.shim.environment
        self.daemon.start()
        self.load()
        self.stop()
        problems, kept = [], []
        images = self.folder / "images"
        images.mkdir()
        with subprocess.Popen([str(program("fault_image_check"))], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as check:
            for number, (position, image) in enumerate(self.images(images)):
                if number * self.size.starts // self.size.images != \
                        (number + 1) * self.size.starts // self.size.images:
                    kept.append((position, shutil.copytree(image, self.folder / f"cut{number}")))
                problems += self.judge(position, image, check)
            check.stdin.close()
        self.figure("images", self.size.images)
        self.figure("writes and syncs", self.shim.page.position)
        self.figure("acknowledged facts", len(self.acknowledged.facts))
        copied = self.copied()
        # When the daemon stops, twice, and in the midst of the work of each life.
        self.figure("times the log was copied", copied, ">= 4")
        self.assertGreaterEqual(copied, 4)
        self.figure("broken promises", len(problems), "0")
        self.assertEqual(problems[:10], [])
        own = self.config
        for position, image in kept:
            self.starts_again(position, pathlib.Path(image))
        self.configure(own)

    def starts_again(self, position, image):
        """The whole daemon on an image: it comes up, knows what it acknowledged, and goes on."""
        self.configure(dict(self.config, store={"url": f"sqlite:{image / 'herald.db'}"}))
        self.daemon.environment.clear()
        self.daemon.start()
        for told, notification, _ in self.random.sample(self.acknowledged.facts, 20):
            if told <= position:
                self.assertEqual(self.api.notification(notification)["id"], notification)
        self.api.submit("message", {"phone": "237691090000"}, {"message": "Après la coupure"})
        self.stop()
        if daemon_can("audit"):
            audit = subprocess.run([str(program("heraldd")), "audit", "--config",
                                    str(self.daemon.config)], capture_output=True, text=True)
            self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)
        shutil.rmtree(image)


if __name__ == "__main__":
    unittest.main()
