"""21, on several nodes: what they tell each other is lost, and the sessions that hear it are ended again and again."""

import contextlib
import time
import unittest

from fault_harness import Api, wait_until
from fault_proxy import FaultProxy
from harness.streams import Events
from nodes_case import NodesLoad, NodesTest

PHONE = "23769120{:04d}"
# Whether the word came, or what became of it; how many people are written to, each once.
HEARD, DROPPED, UNHEARD = "heard", "sessions dropped", "words lost"
DELAYS = ("SELECT n.to_value, (a.ended - n.created) / 1e6 FROM notifications n JOIN attempts a ON "
          "a.notification = n.rowid WHERE a.ended IS NOT NULL")
# What they look for by themselves: every second what is due, every ten an inbox somebody waits for.
LOOK, INBOX_LOOK = 1.0, 10.0


class WebchatAlone(NodesLoad):
    """Nobody sends: the nodes have its configuration."""

    def changes(self):
        chain = [{"channel": "webchat", "until": "accepted"}]
        return super().changes() | {"routes": [{"name": "default", "chain": chain}]}


class Words(NodesTest):
    everyday = {"nodes": 2, "each": 6, "streams": 1}
    long = {"nodes": 3, "each": 100, "streams": 10}

    def store(self, url=""):
        return super().store(url or f"postgresql://herald@127.0.0.1:{self.proxy.port}/herald")

    # covers: F21
    def test_what_no_node_was_told_is_found_all_the_same(self):
        self.proxy = FaultProxy(self.cluster.port, hears=True)
        self.addCleanup(self.proxy.close)
        self.begin_nodes(WebchatAlone(self), self.size.nodes)
        self.written, self.shown = {}, {}
        self.write(HEARD)
        self.watch(HEARD)
        self.write(DROPPED, self.drop)
        wait_until(self.listening, 15, "sessions that listen")
        heard = len(self.proxy.heard)
        self.proxy.deaf = True
        self.write(UNHEARD)
        self.watch(UNHEARD)
        self.judge(heard)

    def write(self, phase, before=lambda: None):
        """To new people, at the nodes in turn: most belong to another one."""
        with contextlib.ExitStack() as doors:
            apis = [doors.enter_context(contextlib.closing(Api(node.port))) for node in self.nodes]
            for n in range(self.size.each):
                before()
                time.sleep(self.random.uniform(0, 0.3))  # any moment between two looks
                phone = PHONE.format(len(self.written))
                self.written["+" + phone] = phase
                apis[n % len(apis)].submit("message", {"phone": phone},
                                           {"message": f"Message {phone}"})

    def listening(self):
        return [pid for pid, in self.rows(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE '%LISTEN%' AND application_name = "
            "'heraldd' AND datname = current_database()")]

    def drop(self):
        self.terminate(wait_until(self.listening, 15, "sessions that listen", 0.05))

    def watch(self, phase):
        """Seconds until somebody who waits at one node is shown what another one was given."""
        for n in range(self.size.streams):
            phone = PHONE.format(5000 + len(self.shown) * 100 + n)
            with contextlib.closing(Api(self.nodes[0].port)) as api:
                api.submit("message", {"phone": phone}, {"message": "Bonjour"})
            events = Events(self.nodes[-1].port, phone)
            self.addCleanup(events.cut)
            while not (batch := events.next(20)) or not batch["notifications"]:
                self.assertIsNotNone(batch, "the first item does not come")
            started = time.monotonic()
            with contextlib.closing(Api(self.nodes[0].port)) as api:
                api.submit("message", {"phone": phone}, {"message": "Encore"})
            self.assertIsNotNone(events.next(3 * INBOX_LOOK), f"{phase}: it is never shown")
            self.shown.setdefault(phase, []).append(time.monotonic() - started)
            events.cut()

    def judge(self, heard):
        wait_until(lambda: len({to for to, _ in self.rows(DELAYS)} & set(self.written))
                   == len(self.written), 30, "every attempt")
        delays = {}
        for to, took in self.rows(DELAYS):
            if to in self.written:
                delays.setdefault(self.written[to], []).append(float(took))
        for phase, each in delays.items():
            each.sort()
            self.figure(f"{phase}: written, attempted after p50, longest s",
                        f"{len(each)}, {each[len(each) // 2]:.3f}, {each[-1]:.3f}", "<= 1")
        for phase, each in self.shown.items():
            self.figure(f"{phase}: shown at another node, longest s", f"{max(each):.3f}",
                        f"<= {INBOX_LOOK:.0f}")
        words = self.proxy.heard
        longest = max(len(payload.encode()) for _, payload in words)
        self.figure("words of NOTIFY, of them lost", f"{len(words)}, {len(words) - heard}")
        self.figure("longest payload bytes", longest, "<= 200")
        self.assertGreater(len(words), heard, "none was lost: this shows nothing")
        self.assertLessEqual(longest, 200)
        for phase in (DROPPED, UNHEARD):
            self.assertLess(delays[phase][-1], LOOK + 0.3 + self.patience(), phase)
        self.assertLess(max(self.shown[UNHEARD]), INBOX_LOOK + 1 + self.patience())


if __name__ == "__main__":
    unittest.main()
