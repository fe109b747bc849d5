"""58: cut at random, on any transport: nothing is lost and nothing comes twice; a cursor that is old, foreign or
forged shows its bearer their own list and says that there is a gap."""

import threading
import time
import unittest

from fault_harness import Api
from web_case import INBOX, WebFault
from harness.streams import TRANSPORTS, Events, Page, Poll, Refused, Socket


class Resume(WebFault):
    everyday = {"cuts": 60}
    long = {"cuts": 1000}

    def setUp(self):
        super().setUp()
        self.start(inbox={"keep": 5})
        self.user, _ = self.person(1)

    def open(self, transport, cursor=None, user=None):
        client = TRANSPORTS[transport](self.port, user or self.user, cursor)
        self.addCleanup(client.cut)
        return client

    def send_all_the_time(self, sent, stop):
        sender = Api(self.port)
        while not stop.is_set():
            text = f"message {len(sent)}"
            sender.submit("message", {"user": self.user}, {"message": text})
            sent.append(text)
            time.sleep(0.01)  # the pace of a lively chat
        sender.close()

    def cut_at_random(self, transports):
        """The page of somebody whose every connection is cut, and what was sent meanwhile."""
        page, sent, stop = Page(), [], threading.Event()
        cursor = Poll(self.port, self.user).next()["cursor"]
        thread = threading.Thread(target=self.send_all_the_time, args=(sent, stop))
        thread.start()
        try:
            for _ in range(self.size.cuts):
                client = TRANSPORTS[self.random.choice(transports)](self.port, self.user, cursor)
                for _ in range(self.random.randrange(3)):
                    if batch := client.next(timeout=self.random.random() * 0.1):
                        page.show(batch)
                cursor = client.cursor
                client.cut()
        finally:
            stop.set()
            thread.join()
        client, end = self.open("events", cursor), time.monotonic() + 15
        while len(page.ids) < len(sent) and time.monotonic() < end:
            if batch := client.next(timeout=1):
                page.show(batch)
        return page, sent

    def judge(self, what, page, sent):
        self.figure(f"{what}: cuts, messages", f"{self.size.cuts}, {len(sent)}")
        self.figure(f"{what}: lost, repeats, gaps",
                    f"{len(sent) - len(page.ids)}, {len(page.repeats)}, {page.gaps}", "0, 0, 0")
        self.assertEqual((page.repeats, page.gaps), ([], 0))
        # What was sent at once may be stored in another order; each order is the same for all.
        self.assertEqual(sorted(page.texts()), sorted(sent))
        seqs = [page.items[i]["seq"] for i in page.ids]
        self.assertEqual(seqs, sorted(seqs))

    # covers: S39 F58
    def test_changes_of_transport(self):
        self.judge("all transports", *self.cut_at_random(list(TRANSPORTS)))

    # covers: F58
    def test_an_event_stream_by_its_last_event_id(self):
        self.judge("Last-Event-ID", *self.cut_at_random(["events"]))

    # covers: F58
    def test_a_cursor_that_says_nothing_here_is_a_gap_and_shows_the_persons_own_list(self):
        other, _ = self.person(2)
        self.send_to(self.api, self.user, "à moi")
        self.send_to(self.api, other, "à l'autre")
        foreign = Poll(self.port, other).next()["cursor"]
        epoch, *_ = Poll(self.port, self.user).next()["cursor"].split(".")
        self.assertNotEqual(epoch, foreign.split(".")[0])
        for cursor in (foreign, f"{epoch}.99.99.99", "7.1.1.1"):
            for name in TRANSPORTS:
                with self.subTest(f"{name} {cursor}"):
                    batch = self.open(name, cursor).next()
                    self.assertTrue(batch["gap"])
                    self.assertEqual([i["text"] for i in batch["notifications"]], ["à moi"])

    # covers: F58
    def test_forged_last_event_ids(self):
        self.send_to(self.api, self.user, "à moi")
        top = str((1 << 64) - 1)
        for forged in ("x", "1", "1.2", "1.2.3", "1.2.3.4.5", "-1.1.1.1", "1.-1.1.1",
                       f"{top}.{top}.{top}.{top}",
                       "1.1.1.18446744073709551616", "1e3.1.1.1", "0x1.1.1.1", "' OR 1=1--",
                       "../../x", "%00", "\xe9",
                       "1.1.1.1 ", "9" * 4000, "{}", "null", "1,1,1,1"):
            with self.subTest(forged[:30]):
                client = Events(self.port, self.user, forged)
                batch = client.next()
                client.cut()
                self.assertTrue(batch["gap"])
                self.assertEqual([i["text"] for i in batch["notifications"]], ["à moi"])
                # A page that asks by itself is told.
                answer = self.api.get(f"{INBOX}/poll/{self.user}",
                                      headers={"Last-Event-ID": forged})
                self.assertEqual(answer.status, 200)
        for forged in ("x", "1.2.3", "-1.1.1.1", "9" * 1000):
            for kind in TRANSPORTS.values():
                with self.subTest(f"{kind.__name__} {forged[:20]}"):
                    if kind is Events:
                        continue  # a browser cannot be told better
                    if kind is Socket:  # it speaks frames by then
                        client = kind(self.port, self.user, forged)
                        self.assertEqual((client.next(), client.closed), (None, 1008))
                        client.cut()
                        continue
                    with self.assertRaises(Refused) as refused:
                        kind(self.port, self.user, forged).next()
                    self.assertEqual(refused.exception.status, 400)


if __name__ == "__main__":
    unittest.main()
