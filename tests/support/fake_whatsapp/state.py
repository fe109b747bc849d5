"""What the fake knows: its settings, the people behind the numbers, and everything it has seen."""

import base64
import collections
import re
import secrets
import time
from dataclasses import dataclass, field

WINDOW_SECONDS = 24 * 3600
SANDBOX_SECONDS = 3 * 24 * 3600
KEPT_REQUESTS = 50_000


@dataclass
class TwilioSettings:
    account_sid: str = "AC" + "a" * 32
    auth_token: str = "fake-auth-token"
    api_key_sid: str = ""
    api_key_secret: str = ""
    senders: tuple = ("whatsapp:+14155238886",)
    services: tuple = ("MG" + "a" * 32,)
    contents: dict = field(default_factory=dict)  # HX... -> {"body", "buttons"?}
    public_url: str = ""           # the callbacks' address as it is signed; posted to webhook_url
    sandbox: bool = False          # only to people who joined, for three days
    sandbox_interval: float = 0.0  # seconds between two sends; the real one: 3
    daily_limit: int = 0           # 0 = none; trial accounts: 50
    joined: dict = field(default_factory=dict)  # wa_id -> when

    def has_joined(self, wa_id, now):
        return wa_id in self.joined and now - self.joined[wa_id] < SANDBOX_SECONDS


@dataclass
class Settings:
    provider: str = "cloud-api"    # whose webhooks tell what people write: cloud-api | twilio
    twilio: TwilioSettings = field(default_factory=TwilioSettings)
    token: str = "fake-token"
    phone_number_id: str = "106540352242922"
    display_phone_number: str = "15550783881"
    country_code: str = "1"  # of the business number: put before a `to` without a plus
    waba_id: str = "102290129340398"
    app_secret: str = "fake-app-secret"
    verify_token: str = "fake-verify-token"
    webhook_url: str = ""
    delays: dict = field(default_factory=lambda: {"sent": 0.05, "delivered": 0.3, "read": 1.0})
    window_default: str = "open"   # of numbers that nobody closed: open | closed
    window_answer: str = "webhook"  # how 131047 and 131026 are told: webhook | sync
    test_recipients: tuple = ()    # test-number mode: only these may be written to
    number_rate: float = 80.0      # messages per second, 0 = no limit
    pair_capacity: float = 45.0    # 0 = no limit
    pair_interval: float = 6.0     # seconds per message to one person
    retries: tuple = (0.1, 0.2, 0.5, 1.0, 2.0)  # the last one repeats
    give_up: float = 120.0         # seconds after which a webhook is dropped
    templates: dict = field(default_factory=dict)  # (name, language) -> template


@dataclass
class Message:
    wamid: str
    wa_id: str
    direction: str  # out | in
    type: str
    text: str
    time: float
    attempt: str = ""
    header: str = ""
    footer: str = ""
    buttons: list = field(default_factory=list)
    template: str = ""
    statuses: list = field(default_factory=list)  # {"status", "time", "code"?}
    callback: str | None = None  # sent through Twilio: where its statuses go, may be empty
    sender: str = ""             # Twilio's From

    def public(self):
        return dict(self.__dict__)


def digits(number):
    """The wa_id form of a number as people write it: digits alone."""
    return re.sub(r"\D", "", number)


def make_wamid(wa_id, inbound=False):
    """An id shaped like the provider's published samples."""
    head = b"\x1c\x18" + bytes([len(wa_id)]) + wa_id.encode() + b"\x15\x02\x00"
    if inbound:
        tail = b"\x12\x18\x14" + secrets.token_hex(10).upper().encode() + b"\x00"
    else:
        tail = b"\x11\x18\x12" + secrets.token_hex(9).upper().encode() + b"\x00"
    return "wamid." + base64.b64encode(head + tail).decode()


class State:
    """All of it lives on the event loop's thread; nothing is kept over a restart."""

    def __init__(self, settings):
        self.settings = settings
        self.clock_offset = 0.0
        self.closed = set()
        self.opened_until = {}
        self.not_on_whatsapp = set()
        self.names = {}
        self.user_ids = {}  # business-scoped id -> wa_id
        self.reset()

    def reset(self):
        """Forgets traffic; people, settings and faults stay."""
        self.requests = collections.deque(maxlen=KEPT_REQUESTS)
        self.request_count = 0
        self.messages = {}
        self.by_attempt = collections.defaultdict(list)
        self.counters = {}

    def now(self):
        return time.time() + self.clock_offset

    def window_open(self, wa_id):
        if self.opened_until.get(wa_id, 0) > self.now():
            return True
        return self.settings.window_default == "open" and wa_id not in self.closed

    def open_window(self, wa_id):
        self.opened_until[wa_id] = self.now() + WINDOW_SECONDS

    def close_window(self, wa_id):
        self.opened_until.pop(wa_id, None)
        self.closed.add(wa_id)

    def count(self, wa_id, what):
        person = self.counters.setdefault(wa_id or "?", collections.Counter())
        person[what] += 1

    def log_request(self, request):
        self.request_count += 1
        entry = {"n": self.request_count, "time": self.now(), "method": request.method,
                 "target": request.target, "headers": request.headers,
                 "body": request.body.decode("utf-8", "replace"),
                 "body_base64": base64.b64encode(request.body).decode(),
                 "connection": request.connection, "to": "", "answer": None}
        self.requests.append(entry)
        return entry

    def keep(self, message):
        self.messages[message.wamid] = message
        if message.attempt:
            self.by_attempt[message.attempt].append(message.wamid)
