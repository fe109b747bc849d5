"""31: a large backlog at the start: ready soon, in memory that does not depend on it."""

import datetime
import pathlib
import sqlite3
import time
import unittest

from fault_harness import FaultTest

PEOPLE = 50
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Backlog(FaultTest):
    everyday = {"few": 20_000, "many": 100_000, "watched": 2.0, "tolerance": 1.25}
    long = {"few": 100_000, "many": 1_000_000, "watched": 20.0, "tolerance": 1.1}  # caches are full by then

    def test_ready_and_small_with_a_backlog(self):
        self.start(limits={"backlog": 2 * self.size.many},
                   routes=[{"name": "default", "chain": [{"channel": "webchat",
                                                          "until": "accepted"}]}])
        for n in range(PEOPLE):
            self.api.submit("message", {"phone": f"2376910{n:05d}"}, {"message": f"Bonjour {n}"},
                            not_before=self.later())
        self.stop()
        ready, memory, ended = {}, {}, {}
        for count in (self.size.few, self.size.many):
            self.fill(count)
            started = time.monotonic()
            self.daemon.start(120)
            ready[count] = time.monotonic() - started
            before = self.ended()
            time.sleep(self.size.watched)  # what is watched: its memory while it works them down
            memory[count] = self.most_memory()
            ended[count] = self.ended() - before
            self.daemon.kill()
        few, many = memory[self.size.few], memory[self.size.many]
        self.figure("backlogs, all due", f"{self.size.few}, {self.size.many}")
        self.figure("ready after s", ", ".join(f"{s:.2f}" for s in ready.values()), "<= 5")
        self.figure("most memory MiB", f"{few >> 20}, {many >> 20} ({many / few - 1:+.1%})",
                    "+- 10 %")
        self.figure("ended while watched", ", ".join(map(str, ended.values())))
        self.assertLessEqual(ready[self.size.many], 5)
        self.assertLessEqual(many, few * self.size.tolerance)
        self.assertTrue(all(n > 0 for n in ended.values()), "nothing was worked down")

    def later(self):
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=60)
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")

    def most_memory(self):
        status = pathlib.Path(f"/proc/{self.daemon.pid()}/status").read_text()
        line, = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    def ended(self):
        counts = self.ctl("status")["counts"]
        return sum(counts[s] for s in ("holding", "delivered", "unconfirmed", "undelivered"))

    def fill(self, count):
        """Due notifications as the store writes them, copied from the few it wrote itself."""
        with sqlite3.connect(self.folder / "herald.db") as db:
            columns = [row[1] for row in db.execute("PRAGMA table_info(notifications)")]
            given = {"rowid": "NULL", "id": "id_of(n.id)", "not_before": "n.created + k.i",
                     "due_at": "n.created + k.i"}
            made = 0

            def id_of(id_):
                nonlocal made
                made += 1
                tail, value = "", made
                for _ in range(8):
                    tail, value = ALPHABET[value % 32] + tail, value // 32
                return id_[:10] + self.mark() + id_[12:27] + tail
            db.create_function("id_of", 1, id_of)
            present, = db.execute("SELECT count(*) FROM notifications WHERE state = 0 AND "
                                  "due_at < created + 10000000").fetchone()
            add = count - present
            db.execute(
                f"INSERT INTO notifications({', '.join(columns)}) "
                f"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < ?) "
                f"SELECT {', '.join(given.get(c, 'n.' + c) for c in columns)} FROM k JOIN "
                f"(SELECT row_number() OVER () AS place, * FROM notifications WHERE "
                f"not_before - created > 2592000000000) n ON n.place = k.i % {PEOPLE} + 1", (add,))
            db.execute("UPDATE counters SET count = count + ? WHERE state = 0", (add,))
        db.close()

    def mark(self):
        return "ab" if self.daemon.log().count("daemon.ready") < 2 else "cd"


if __name__ == "__main__":
    unittest.main()
