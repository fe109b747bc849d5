"""Webhooks: built as the provider builds them, signed, posted, and posted again until answered."""

import asyncio
import hashlib
import hmac
import json
import random
from urllib.parse import urlencode

from .errors import webhook_error
from .twilio_callbacks import Callbacks, status_fields

SWITCHES = {"duplicate": False, "shuffle": False, "drop_delivered": False, "batch": False,
            "failed_after_sent": 0, "wrong_signature": False, "paused": False}
HOLD_SECONDS = 0.1  # how long `batch` and `shuffle` gather
KEPT_POSTS = 5_000


def escaped(value):
    """JSON as the provider writes it: ASCII with \\u escapes in lower case, and \\/ for a slash."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def signature(key, body):
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def envelope(settings, values):
    """The outer object; `values` are the parts of `value` behind the metadata, one per change."""
    metadata = {"display_phone_number": settings.display_phone_number,
                "phone_number_id": settings.phone_number_id}
    changes = [{"value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
                "field": "messages"} for value in values]
    return {"object": "whatsapp_business_account",
            "entry": [{"id": settings.waba_id, "changes": changes}]}


def status_value(message, status, at, code=None):
    entry = {"id": message.wamid, "status": status, "timestamp": str(int(at)),
             "recipient_id": message.wa_id}
    if message.attempt:
        entry["biz_opaque_callback_data"] = message.attempt
    if status in ("sent", "delivered"):
        entry["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular",
                            "category": "utility" if message.type == "template" else "service"}
    if code:
        entry["errors"] = [webhook_error(code)]
    return {"statuses": [entry]}


class Webhooks:
    def __init__(self, state, client, seed=1):
        self.state, self.client = state, client
        self.switches = dict(SWITCHES)
        self.random = random.Random(seed)
        self.twilio = Callbacks(self)
        self.held, self.holder = [], None
        self.tasks = set()
        self.posts = []       # {"time", "status" or "error", "body", "try"}
        self.counts = {"answered": 0, "retried": 0, "given_up": 0}
        self.resume = asyncio.Event()
        self.resume.set()

    def set_switches(self, changes):
        unknown = set(changes) - set(SWITCHES)
        if unknown:
            raise ValueError(f"unknown switch {sorted(unknown)[0]!r}; known: {', '.join(SWITCHES)}")
        self.switches.update(changes)
        self.resume.clear() if self.switches["paused"] else self.resume.set()

    def spawn(self, work):
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def follow(self, message, late_code):
        """Starts the later life of an accepted message."""
        self.spawn(self.life(message, late_code))

    async def life(self, message, late_code):
        delays = self.state.settings.delays
        if late_code:
            await asyncio.sleep(delays.get("sent") or 0)
            return await self.status(message, "failed", late_code)
        for status in ("sent", "delivered", "read"):
            if delays.get(status) is None:
                continue
            await asyncio.sleep(delays[status])
            if status == "delivered" and self.switches["failed_after_sent"]:
                return await self.status(message, "failed", self.switches["failed_after_sent"])
            if status == "delivered" and self.switches["drop_delivered"]:
                continue
            await self.status(message, status)

    async def status(self, message, status, code=None):
        at = self.state.now()
        message.statuses.append({"status": status, "time": at, **({"code": code} if code else {})})
        self.state.count(message.wa_id, status)
        if message.callback is not None:
            fields = status_fields(self.state.settings.twilio, message, status, code)
            return await self.twilio.post(message.callback, fields)
        await self.emit(status_value(message, status, at, code))

    async def emit(self, value):
        """Posts one change, or lets it wait for others where a switch says so."""
        if not self.state.settings.webhook_url:
            return
        if not (self.switches["batch"] or self.switches["shuffle"]):
            return await self.post([value])
        self.held.append(value)
        if self.holder is None or self.holder.done():
            self.holder = asyncio.create_task(self.release())

    async def release(self):
        await asyncio.sleep(HOLD_SECONDS)
        held, self.held = self.held, []
        if self.switches["shuffle"]:
            self.random.shuffle(held)
        for group in [held] if self.switches["batch"] else [[value] for value in held]:
            await self.post(group)

    async def post(self, values):
        """The first try, in order; later tries go on beside the rest of the traffic."""
        settings = self.state.settings
        body = escaped(envelope(settings, values))
        for _ in range(2 if self.switches["duplicate"] else 1):
            await self.resume.wait()
            if not await self.try_once(body, 1):
                self.spawn(self.retry(body))

    async def retry(self, body):
        settings = self.state.settings
        loop = asyncio.get_running_loop()
        end = loop.time() + settings.give_up
        attempt = 1
        while loop.time() < end:
            await asyncio.sleep(settings.retries[min(attempt, len(settings.retries)) - 1])
            attempt += 1
            self.counts["retried"] += 1
            await self.resume.wait()
            if await self.try_once(body, attempt):
                return
        self.counts["given_up"] += 1

    async def try_once(self, body, attempt):
        settings = self.state.settings
        key = settings.app_secret + ("-wrong" if self.switches["wrong_signature"] else "")
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua",
                   "X-Hub-Signature-256": signature(key, body)}
        return await self.try_post(settings.webhook_url, headers, body, attempt)

    async def try_post(self, url, headers, body, attempt):
        """True when it was answered 2xx."""
        entry = {"time": self.state.now(), "try": attempt, "body": body.decode("ascii")}
        try:
            entry["status"], _ = await self.client.request("POST", url, headers, body)
        except (OSError, ValueError, EOFError, asyncio.TimeoutError) as error:
            entry["status"], entry["error"] = 0, repr(error)
        self.posts = self.posts[-KEPT_POSTS:] if len(self.posts) > 2 * KEPT_POSTS else self.posts
        self.posts.append(entry)
        answered = entry["status"] in (200, 204)
        self.counts["answered"] += answered
        return answered

    async def verify(self):
        """Acts as the provider's subscription check: the challenge must come back as the body."""
        settings = self.state.settings
        challenge = str(self.random.randrange(10**9, 10**10))
        query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge,
                           "hub.verify_token": settings.verify_token})
        url = settings.webhook_url + ("&" if "?" in settings.webhook_url else "?") + query
        try:
            status, body = await self.client.request("GET", url)
        except (OSError, ValueError, EOFError, asyncio.TimeoutError) as error:
            return {"ok": False, "status": 0, "error": repr(error)}
        return {"ok": status == 200 and body == challenge.encode(), "status": status,
                "body": body[:200].decode("utf-8", "replace")}
