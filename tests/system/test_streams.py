"""One cursor over every transport: poll, long-poll, event stream and WebSocket."""

import threading
import time
import unittest

from harness.streams import TRANSPORTS, Events, Page, Poll, Refused, Socket, Wait
from herald_harness import Api, SharedDaemonTest, SystemTest, production, wait_until

PREFIX = "/api/web-chat/notifications"


class WaitsLong(Wait):
    query = {"wait": 30}

    def status(self):
        try:
            self.next()
        except Refused as refused:
            return refused.status
        return 200


class Streams(SharedDaemonTest):
    changes = {"inbox": {"keep": 5}}

    def open(self, transport, user, cursor=None):
        client = TRANSPORTS[transport](self.host.port, user, cursor)
        self.addCleanup(client.cut)
        return client

    def follow(self, client, page, done, timeout=15):
        end = time.monotonic() + timeout
        while not done() and time.monotonic() < end:
            batch = client.next(timeout=1)
            if batch:
                page.show(batch)
        self.assertTrue(done(), page.texts())

    # covers: S37 S39
    def test_every_transport_carries_the_same_in_the_same_order(self):
        user = self.person()
        pages = {name: Page() for name in TRANSPORTS}
        clients = {name: self.open(name, user) for name in TRANSPORTS}
        for name in ("events", "socket"):
            pages[name].show(clients[name].next())
        for name in ("poll", "long-poll"):
            clients[name].query = {}
            pages[name].show(clients[name].next())
        sent = [f"Numéro {n}" for n in range(12)]  # more than stay in the list
        for text in sent:
            self.send(user, text)
            self.arrived_with(user, text)
        last = self.api.inbox(user)["notifications"][-1]["id"]
        self.api.mark_read(user, last).expect()
        clients["long-poll"].query = {"wait": 2}
        for name, client in clients.items():
            with self.subTest(name):
                page = pages[name]
                self.follow(client, page, lambda p=page: len(p.ids) == 12 and p.unread == 4)
                self.assertEqual(page.texts(), sent)
                self.assertEqual((page.repeats, page.gaps), ([], 0))
                self.assertEqual(page.read(), {last})
        self.assertEqual(len({c.cursor.split(".")[-1] for c in clients.values()}), 1)
        # A cursor of any of them continues on any other.
        self.send(user, "encore")
        self.arrived_with(user, "encore")
        for name, client in clients.items():
            for other in TRANSPORTS:
                fresh = self.open(other, user, client.cursor)
                batch = fresh.next()
                fresh.cut()
                self.assertEqual([i["text"] for i in batch["notifications"]], ["encore"])

    def arrived_with(self, user, text):
        wait_until(lambda: (items := self.api.inbox(user)["notifications"])
                   and items[-1]["text"] == text)

    # covers: S39
    def test_several_tabs_agree_on_what_was_read_and_cleared(self):
        user = self.person()
        for n in range(3):
            self.send(user, str(n))
        first = self.arrived(user, 3)["notifications"]
        tabs = {name: (self.open(name, user), Page()) for name in TRANSPORTS}
        for name, (client, page) in tabs.items():
            page.show(client.next())

        def all_show(what):
            for name, (client, page) in tabs.items():
                with self.subTest(name):
                    self.follow(client, page, lambda p=page: what(p))
        socket = tabs["socket"][0]
        socket.say({"type": "read", "ids": [first[0]["id"]], "ref": 1})
        all_show(lambda p: p.read() == {first[0]["id"]} and p.unread == 2)
        self.api.mark_read(user, first[1]["id"]).expect()
        all_show(lambda p: p.unread == 1)
        self.api.clear(user).expect()
        all_show(lambda p: p.unread == 0 and
                 not any(i.get("active", True) for i in p.items.values()))

    # covers: S38
    def test_an_interval_poll_with_nothing_new_is_304(self):
        user = self.person()
        self.send(user)
        self.arrived(user)
        for path in (f"{PREFIX}/{user}", f"{PREFIX}/poll/{user}"):
            tag = self.api.get(path).headers["ETag"]
            same = self.api.get(path, headers={"If-None-Match": tag})
            self.assertEqual((same.status, same.raw), (304, b""))
            self.send(user)
            wait_until(lambda p=path, t=tag: self.api.get(
                p, headers={"If-None-Match": t}).status == 200)


class Restart(SystemTest):
    # covers: S39
    def test_a_crash_in_the_middle_loses_and_repeats_nothing(self):
        self.start()
        user, pages = "237690000001", {name: Page() for name in TRANSPORTS}
        cursors, sent = {}, []
        self.api.submit("message", {"phone": user}, {"message": "zéro"})
        wait_until(lambda: self.api.inbox(user)["count"] == 1)
        for round_ in range(3):
            clients = {n: t(self.port, user, cursors.get(n)) for n, t in TRANSPORTS.items()}
            for n in range(4):
                sent.append(f"{round_}.{n}")
                self.api.submit("message", {"phone": user}, {"message": sent[-1]})
            for name, client in clients.items():
                while batch := client.next(timeout=0.3):
                    pages[name].show(batch)
                    if not batch["notifications"]:
                        break
                cursors[name] = client.cursor
            self.daemon.kill()
            self.daemon.start()
            self.api.close()
        for name, transport in TRANSPORTS.items():
            with self.subTest(name):
                page, client = pages[name], transport(self.port, user, cursors[name])
                end = time.monotonic() + 20
                while len(page.ids) < len(sent) + 1 and time.monotonic() < end:
                    if batch := client.next(timeout=1):
                        page.show(batch)
                client.cut()
                self.assertEqual(sorted(page.texts()), sorted([*sent, "zéro"]))
                self.assertEqual((page.repeats, page.gaps), ([], 0))
                self.assertEqual(page.ids, sorted(page.ids))


class Identity(SharedDaemonTest):
    @classmethod
    def prepare(cls):
        cls.changes = production(cls.host.folder, routes=[
            {"name": "default", "chain": [{"channel": "webchat", "until": "delivered",
                                           "within": "10m"}, "log"]}])

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = cls.ctl("user", "add", "--phone", "237690000011")
        cls.user, cls.other = made["id"], cls.ctl("user", "add", "--phone", "237690000012")["id"]
        cls.producer = Api(cls.host.port, cls.ctl("token", "service", "shop", "--scope",
                                                  "notifications:send")["token"])
        cls.addClassCleanup(cls.producer.close)

    def token(self, user=None, lifetime="1h"):
        return self.ctl("token", "user", str(user or self.user), "--lifetime", lifetime)["token"]

    def notify(self):
        made = self.producer.submit("message", {"user": self.user}, {"message": "Bonjour"})
        wait_until(lambda: self.state(made["id"]) == "waiting")
        return made["id"]

    def state(self, notification):
        return self.ctl("show", notification)["state"]

    # covers: S85 S86
    def test_streams_are_the_persons_own(self):
        for name, transport in TRANSPORTS.items():
            with self.subTest(name):
                if transport is not Socket:
                    with self.assertRaises(Refused) as refused:
                        client = transport(self.host.port, self.other, token=self.token())
                        client.next()
                    self.assertEqual(refused.exception.status, 404)
                    with self.assertRaises(Refused) as refused:
                        transport(self.host.port, self.user, token="x.y.z").next()
                    self.assertEqual(refused.exception.status, 401)
                    continue
                client = Socket(self.host.port, self.user, token="x.y.z")
                self.assertIsNone(client.next())
                self.assertEqual(client.closed, 4401)

    def test_a_stream_ends_with_its_token_and_says_where_to_go_on(self):
        notification = self.notify()
        for transport in (Events, Socket):
            with self.subTest(transport.__name__):
                client = transport(self.host.port, self.user, token=self.token(lifetime="2s"))
                client.next()
                cursor = client.cursor
                self.assertIsNone(client.next(timeout=6))
                self.assertEqual(client.ended["reason"], "expired")
                self.assertEqual(client.ended["cursor"], cursor)
        self.assertEqual(self.state(notification), "waiting", "nothing was acknowledged")

    # covers: S86 F59
    def test_a_stream_ends_when_its_token_is_revoked_and_says_where_to_go_on(self):
        user = self.ctl("user", "add", "--phone", "237690000013")["id"]
        program = self.ctl("token", "service", "watcher", "--scope", "inbox:read")["token"]
        ends = {"person": (user, self.token(user), ("--user", str(user))),
                "program": (user, program, ("watcher",))}
        bystanders = [kind(self.host.port, self.user, token=self.token())
                      for kind in (Events, Socket)]
        for what, (inbox, token, revoke) in ends.items():
            kinds = (Events, Socket) if what == "person" else (Events,)
            clients = [kind(self.host.port, inbox, token=token) for kind in kinds]
            cursors = [client.next()["cursor"] for client in clients]
            waiter = WaitsLong(self.host.port, inbox, cursors[0], token)
            answers = []
            waiting = threading.Thread(target=lambda w=waiter, a=answers: a.append(w.status()))
            waiting.start()
            time.sleep(0.2)  # until the long-poll waits there
            self.ctl("token", "revoke", *revoke)
            begun = time.monotonic()
            for client, cursor in zip(clients, cursors):
                with self.subTest(f"{what} {type(client).__name__}"):
                    self.assertIsNone(client.next(timeout=6))
                    self.assertEqual(client.ended, client.ended | {"reason": "revoked",
                                                                   "cursor": cursor})
            waiting.join()
            self.assertLess(time.monotonic() - begun, 2)
            self.assertEqual(answers, [401])
        self.producer.submit("message", {"user": self.user}, {"message": "Bonjour"})
        for client in bystanders:  # they had a batch, and get the next
            client.next()
            batch = client.next()
            self.assertEqual(batch["notifications"][-1]["text"], "Bonjour")
            client.cut()
        time.sleep(1.1)  # until the second in which it was revoked is over
        self.producer.submit("message", {"user": user}, {"message": "Encore"})
        again = Events(self.host.port, user, cursors[0], self.token(user))
        self.assertEqual([i["text"] for i in again.next()["notifications"]], ["Encore"])
        again.cut()

    def test_what_a_stream_brought_is_delivered_once_the_client_says_so(self):
        api = Api(self.host.port, self.token())
        self.addCleanup(api.close)
        ways = {
            "post": (Events, lambda c: api.post(f"{PREFIX}/{self.user}/ack",
                                                {"cursor": c.cursor}).expect()),
            "last event": (Events, lambda c: Events(self.host.port, self.user, c.cursor,
                                                    self.token())),
            "message": (Socket, lambda c: c.say({"type": "ack", "cursor": c.cursor})),
            "poll": (Events, lambda c: Poll(self.host.port, self.user, c.cursor,
                                            self.token()).next())}
        for what, (transport, say) in ways.items():
            with self.subTest(what):
                notification = self.notify()
                client = transport(self.host.port, self.user, token=self.token())
                client.next()
                self.assertEqual(self.state(notification), "waiting")
                say(client)
                wait_until(lambda n=notification: self.state(n) == "delivered")
        notification = self.notify()
        Wait(self.host.port, self.user, token=self.token()).next()
        wait_until(lambda: self.state(notification) == "delivered")


if __name__ == "__main__":
    unittest.main()
