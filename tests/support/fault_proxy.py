"""A TCP proxy before a PostgreSQL server that does what networks do: it cuts, is silent, late or slow.

It reads of the protocol (PostgreSQL's manual, chapter "Frontend/Backend Protocol") what it needs to
know when a client commits, so that a connection can be cut right there.
"""

import asyncio
import collections
import threading

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


class Frontend:
    """What a client says, message by message."""

    def __init__(self):
        self.buffer = bytearray()
        self.started = self.cancels = False
        self.asked = 0  # requests that a single byte answers
        self.prepared = {}  # name -> text

    def feed(self, data):
        """The texts of the statements that end in `data`, without the comment before them."""
        self.buffer += data
        texts = []
        while True:
            head = 1 if self.started else 0
            length = int.from_bytes(self.buffer[head:head + 4], "big")
            if len(self.buffer) < head + 4 or len(self.buffer) < head + length:
                return texts
            kind, body = self.buffer[:head], bytes(self.buffer[head + 4:head + length])
            del self.buffer[:head + length]
            if kind == b"Q":
                texts.append(body.rstrip(b"\0").decode())
            elif kind == b"P":
                name, text = body.split(b"\0")[:2]
                self.prepared[name] = text.decode().rpartition("*/ ")[2]
            elif kind == b"B":
                texts.append(self.prepared.get(body.split(b"\0")[1], ""))
            elif not self.started:
                code = int.from_bytes(body[:4], "big")
                self.cancels = code == CANCEL_REQUEST
                self.started = code not in (SSL_REQUEST, GSS_REQUEST)
                self.asked += not self.started


class Backend:
    """What a server says, message by message. It must not be TLS."""

    def __init__(self, frontend):
        self.frontend = frontend
        self.buffer = bytearray()
        self.answered = 0

    def feed(self, data):
        """(kind, body, the whole of it) of what ends in `data`."""
        self.buffer += data
        told = []
        while self.buffer:
            length = 1
            if self.answered < self.frontend.asked:
                self.answered += 1
            elif len(self.buffer) < 5:
                break
            else:
                length += int.from_bytes(self.buffer[1:5], "big")
            if len(self.buffer) < length:
                break
            whole = bytes(self.buffer[:length])
            told.append((whole[:1] if length > 1 else b"", whole[5:], whole))
            del self.buffer[:length]
        return told


class FaultProxy:
    """Listens on `port` of 127.0.0.1 while it is not closed. Any thread may set its attributes.

    on_commit: asked at every COMMIT of a transaction that may write; answers None, or where to cut:
    "before" it reaches the server, right "after" it was passed on, or when it was "answered" and the
    client does not know yet. It is called on the proxy's thread.
    hears: whether it reads what the server says too, and keeps in `heard` what NOTIFY told clients.
    """

    def __init__(self, target, hears=False):
        self.target = target
        self.hears = hears
        self.heard = []       # (channel, payload)
        self.deaf = False     # what NOTIFY told is not passed on
        self.silent = False   # nothing is passed on; new connections are taken and nothing more
        self.delay = 0.0      # seconds that everything is late, each way
        self.rate = 0.0       # bytes per second towards the client; 0: no limit
        self.on_commit = None
        self.cuts = collections.Counter()  # where, how often
        self.cancels = 0      # requests to cancel something
        self.links = set()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(started,), daemon=True)
        self.thread.start()
        started.wait(10)

    def run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 20))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        server.close()
        rest = asyncio.all_tasks(self.loop)
        for task in rest:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        self.loop.close()

    def close(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(10)

    def heal(self):
        self.silent, self.delay, self.rate, self.on_commit = False, 0.0, 0.0, None
        self.deaf = False

    def half_open(self):
        """The server's ends of all connections are gone, and no client is told."""
        for link in list(self.links):
            self.loop.call_soon_threadsafe(link.lose_server)

    def reset(self):
        """All connections end."""
        for link in list(self.links):
            self.loop.call_soon_threadsafe(link.cut)

    async def serve(self, reader, writer):
        link = Link(self, reader, writer)
        self.links.add(link)
        try:
            await link.run()
        except OSError:
            pass  # an end is gone
        finally:
            link.cut()
            self.links.discard(link)


class Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.frontend = Frontend()
        self.backend = Backend(self.frontend)
        self.server = None
        self.reads_only = self.cut_at_answer = self.server_lost = False

    async def run(self):
        await self.passing()
        from_server, self.server = await asyncio.open_connection("127.0.0.1", self.proxy.target,
                                                                 limit=1 << 20)
        ways = [asyncio.ensure_future(self.up()), asyncio.ensure_future(self.down(from_server))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for ended in await asyncio.gather(*ways, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, OSError):
                    raise ended

    async def passing(self):
        while self.proxy.silent or self.server_lost:
            await asyncio.sleep(0.02)

    async def up(self):
        while data := await self.reader.read(1 << 16):
            where = self.cut_here(data)
            await self.passing()
            if self.proxy.delay:
                await asyncio.sleep(self.proxy.delay)
            if where == "before":
                return
            self.cut_at_answer = where == "answered"
            self.server.write(data)
            await self.server.drain()
            if where == "after":
                return

    async def down(self, reader):
        while data := await reader.read(1 << 16):
            if self.cut_at_answer:
                return
            await self.passing()
            if self.proxy.hears:
                data = self.listen(data)
            if self.proxy.delay:
                await asyncio.sleep(self.proxy.delay)
            if self.proxy.rate:
                data = await self.trickle(data)
            self.writer.write(data)
            await self.writer.drain()
        await self.passing()  # a client of a lost server is not told either

    async def trickle(self, data):
        """Passes on byte by byte as long as that is wanted; the rest."""
        while data and self.proxy.rate:
            self.writer.write(data[:1])
            data = data[1:]
            await asyncio.sleep(1 / self.proxy.rate)
        return data

    def cut_here(self, data):
        """Where the client's commit in `data` is to be cut. What comes with it in the same piece
        shares its fate."""
        for text in self.frontend.feed(data):
            if text.startswith("BEGIN"):
                self.reads_only = "READ ONLY" in text
            elif text == "COMMIT" and not self.reads_only and self.proxy.on_commit:
                where = self.proxy.on_commit()
                if where:
                    self.proxy.cuts[where] += 1
                return where
        if self.frontend.cancels:
            self.proxy.cancels += 1
            self.frontend.cancels = False
        return None

    def listen(self, data):
        """What of `data` is passed on; the beginning of a message waits for its end."""
        passed = b""
        for kind, body, whole in self.backend.feed(data):
            if kind == b"A":  # process, channel, payload
                channel, payload, _ = body[4:].split(b"\0")
                self.proxy.heard.append((channel.decode(), payload.decode()))
            if kind != b"A" or not self.proxy.deaf:
                passed += whole
        return passed

    def lose_server(self):
        self.server_lost = True
        if self.server:
            self.server.close()

    def cut(self):
        """Both ends, as they are; what was passed on before still arrives."""
        for end in (self.server, self.writer):
            if end:
                end.close()
