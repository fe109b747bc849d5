"""HTTP/1.1 on asyncio streams, both ways: just enough for a faithful fake, and able to misbehave."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

MAX_HEAD = 64 * 1024
MAX_BODY = 8 * 1024 * 1024


@dataclass
class Request:
    method: str
    target: str
    headers: list  # [name, value] as received, in order
    body: bytes
    connection: int  # number of the connection it came on

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    @property
    def path(self):
        return urlsplit(self.target).path

    @property
    def query(self):
        return {k: v[-1] for k, v in parse_qs(urlsplit(self.target).query).items()}


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    kind: str = "application/json"
    fate: str = "whole"  # whole | half (half the body, then cut) | none (cut without an answer)

    @staticmethod
    def of_json(value, status=200, headers=None):
        return Response(status, json.dumps(value, ensure_ascii=False).encode(), headers or {})


class BadRequest(Exception):
    pass


async def read_headers(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    if len(head) > MAX_HEAD:
        raise BadRequest("head too large")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest("header without a colon")
        headers.append([name, value.strip()])
    return first, headers


async def read_body(reader, headers):
    """The body by Content-Length or chunks; None when neither says how long it is."""
    names = {k.lower(): v for k, v in headers}
    if "chunked" in names.get("transfer-encoding", "").lower():
        body = b""
        while True:
            size = int((await reader.readline()).split(b";")[0].strip(), 16)
            if len(body) + size > MAX_BODY:
                raise BadRequest("body too large")
            body += await reader.readexactly(size)
            await reader.readline()
            if size == 0:
                return body
    if "content-length" in names:
        size = int(names["content-length"])
        if not 0 <= size <= MAX_BODY:
            raise BadRequest("body too large")
        return await reader.readexactly(size)
    return None


class Server:
    """Serves `handler(Request) -> Response` (a coroutine function) on 127.0.0.1, keep-alive."""

    def __init__(self, handler):
        self.handler = handler
        self.numbers = itertools.count(1)

    async def listen(self, port):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", port, limit=MAX_HEAD,
                                                 backlog=1024)
        return self.server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        number = next(self.numbers)
        try:
            while await self.serve_one(reader, writer, number):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError,
                BadRequest, ValueError):
            pass  # the peer left or talks nonsense: the connection ends, as a real edge would do
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()

    async def serve_one(self, reader, writer, number):
        first, headers = await read_headers(reader)
        method, target, version = first.split(" ")
        names = {k.lower(): v for k, v in headers}
        if names.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await read_body(reader, headers) or b""
        response = await self.handler(Request(method, target, headers, body, number))
        if response.fate == "none":
            writer.transport.abort()
            return False
        keep = version == "HTTP/1.1" and names.get("connection", "").lower() != "close"
        head = [f"HTTP/1.1 {response.status} {reason(response.status)}",
                f"Content-Type: {response.kind}", f"Content-Length: {len(response.body)}"]
        head += [f"{k}: {v}" for k, v in response.headers.items()]
        if not keep:
            head.append("Connection: close")
        raw = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n"
        if response.fate == "half":
            writer.write(raw + response.body[:len(response.body) // 2])
            await writer.drain()
            return False
        writer.write(raw + response.body)
        await writer.drain()
        return keep


def reason(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Client:
    """Posts and gets over a small pool of kept connections to one plain-HTTP origin each."""

    def __init__(self, timeout=10.0, most=16):
        self.timeout = timeout
        self.idle = {}
        self.gate = asyncio.Semaphore(most)

    async def request(self, method, url, headers=None, body=b""):
        """(status, body); OSError or asyncio.TimeoutError when no whole answer came."""
        async with self.gate:
            return await asyncio.wait_for(self.exchange(method, url, headers or {}, body),
                                          self.timeout)

    async def exchange(self, method, url, headers, body):
        parts = urlsplit(url)
        origin = (parts.hostname, parts.port or 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}",
                 f"Content-Length: {len(body)}"] + [f"{k}: {v}" for k, v in headers.items()]
        raw = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
        pool = self.idle.setdefault(origin, [])
        while True:
            reused = bool(pool)
            pair = pool.pop() if pool else await asyncio.open_connection(*origin)
            done = False
            try:
                answer = await self.talk(pair, raw, pool)
                done = True
                return answer
            except (OSError, asyncio.IncompleteReadError) as error:
                if not reused:  # a kept connection may have died unseen: then a fresh one decides
                    raise ConnectionError(f"no answer: {error!r}") from error
            finally:
                if not done:
                    pair[1].close()

    async def talk(self, pair, raw, pool):
        reader, writer = pair
        writer.write(raw)
        await writer.drain()
        first, headers = await read_headers(reader)
        status = int(first.split(" ")[1])
        names = {k.lower(): v.lower() for k, v in headers}
        bodiless = status in (204, 304)
        body = b"" if bodiless else await read_body(reader, headers)
        if body is None:
            body = await reader.read()
            writer.close()
        elif names.get("connection") == "close":
            writer.close()
        else:
            pool.append(pair)
        return status, body
