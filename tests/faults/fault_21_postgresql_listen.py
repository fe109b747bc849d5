"""21: the session that listens is ended again and again, and what NOTIFY says is lost on its way."""

import subprocess
import time
import unittest

from fault_harness import postgres, wait_until
from fault_proxy import FaultProxy
from postgresql_case import PostgresqlFault

PEOPLE = [f"+2376910{n:05d}" for n in range(20)]
LISTENING = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
HEARD, DROPPED, UNHEARD = "heard", "session dropped", "word lost"
# The moment is written down within the transaction: what the commit takes counts as delay too.
SEND = ("INSERT INTO sent SELECT send('message', '{to}', jsonb_build_object('message', '{text}')), "
        "'{phase}', extract(epoch FROM clock_timestamp()) * 1e6;\n")
DELAYS = """SELECT s.phase, coalesce(min(a.ended) - s.at, -1) FROM sent s
            LEFT JOIN notifications n ON n.id = s.id LEFT JOIN attempts a ON a.notification = n.rowid
            GROUP BY s.id, s.phase, s.at"""


class Application:
    """Somebody who sends with SQL, each in a transaction of its own, on one session of psql."""

    def __init__(self, test):
        command = [str(postgres.programs() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h",
                   str(test.cluster.folder), "-p", str(test.cluster.port), "-U", "herald", "herald"]
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        test.addCleanup(self.psql.kill)
        self.sent = 0
        self.tell(f"SET search_path TO {test.schema};\n"
                  "CREATE TABLE sent(id text, phase text, at bigint);\n")

    def tell(self, sql):
        self.psql.stdin.write(sql)
        self.psql.stdin.flush()

    def send(self, phase):
        self.tell(SEND.format(to=PEOPLE[self.sent % len(PEOPLE)], text=f"Message {self.sent}",
                              phase=phase))
        self.sent += 1

    def leave(self):
        self.psql.stdin.close()
        assert self.psql.wait(60) == 0, "a transaction of the application failed"


class Listen(PostgresqlFault):
    everyday = {"drops": 2, "unheard": 6, "pause": 0.25}
    long = {"drops": 100, "unheard": 200}

    # covers: F21
    def test_what_nobody_was_told_is_found_within_a_second(self):
        self.proxy = FaultProxy(self.cluster.port, hears=True)
        self.addCleanup(self.proxy.close)
        self.start(store=self.store(f"postgresql://herald@127.0.0.1:{self.proxy.port}/herald"),
                   routes=[{"name": "default", "chain": [{"channel": "webchat",
                                                          "until": "accepted"}]}])
        self.application = Application(self)
        self.some(HEARD, 5)
        for _ in range(self.size.drops):
            self.drop()
        wait_until(self.listening, 10, "a session that listens")
        heard = len(self.proxy.heard)
        self.proxy.deaf = True
        self.some(UNHEARD, self.size.unheard)
        self.application.leave()
        wait_until(lambda: self.rows("SELECT count(*) FROM outbox") == [(0,)], 20, "an empty outbox")
        wait_until(lambda: self.rows("SELECT count(*) FROM attempts WHERE ended IS NOT NULL")
                   == [(self.application.sent,)], 20, "all that was sent")
        self.judge_delays()
        self.judge_words(heard)
        (sent, stored, items), = self.rows(
            "SELECT (SELECT count(*) FROM sent), (SELECT count(*) FROM notifications n JOIN sent s "
            "ON s.id = n.id), (SELECT count(*) FROM inbox_items)")
        self.figure("sent with SQL, recorded, in inboxes", f"{sent}, {stored}, {items}", "the same")
        self.assertEqual((sent, stored, items), (self.application.sent,) * 3)

    def some(self, phase, count):
        for _ in range(count):
            time.sleep(self.random.uniform(0, self.size.pause))  # any moment between two looks
            self.application.send(phase)

    def listening(self):
        return [pid for pid, in self.rows(f"SELECT pid {LISTENING}")]

    def drop(self):
        """Something is sent before, at the moment, and after that."""
        listening = wait_until(self.listening, 10, "a session that listens", 0.05)
        self.some(DROPPED, 1)
        self.terminate(listening)
        self.application.send(DROPPED)
        self.some(DROPPED, 2)

    def judge_delays(self):
        delays = {}
        for phase, took in self.rows(DELAYS):
            delays.setdefault(phase, []).append(took / 1e6)
        for phase, each in delays.items():
            each.sort()
            self.assertGreaterEqual(each[0], 0, f"{phase}: not attempted")
            self.figure(f"{phase}: sent, delay p50, longest s",
                        f"{len(each)}, {each[len(each) // 2]:.3f}, {each[-1]:.3f}", "<= 1")
            self.assertLess(each[-1], 1 + self.patience(), phase)
        self.assertEqual(set(delays), {HEARD, DROPPED, UNHEARD})

    def judge_words(self, heard):
        """heard: how many words came through before the rest was lost."""
        words = self.proxy.heard
        longest = max(len(payload.encode()) for _, payload in words)
        self.figure("words of NOTIFY, of them lost", f"{len(words)}, {len(words) - heard}")
        self.figure("longest payload bytes", longest, "<= 200")
        self.assertGreater(len(words), heard, "none was lost: this shows nothing")
        self.assertGreater(heard, 0, "none came through: this shows nothing")
        self.assertLessEqual(longest, 200)


if __name__ == "__main__":
    unittest.main()
