"""Judges a durability run: what producers intended and were promised, against what arrived.

I1  acknowledged is delivered, ended or still scheduled: nothing promised disappears, no receipt
    either
I2  delivered was intended: nothing is made up or altered
I3  no more copies than one, plus the faults that hit the sink; one id per idempotency key
I4  a person's items have strictly rising numbers, oldest first
"""

import collections
import json
import re

ID = re.compile(r"[0-9a-z]{35}")
ENDED = {"delivered", "unconfirmed", "undelivered", "expired", "cancelled"}
SCHEDULED = {"queued", "trying", "waiting", "holding"}


def load_lines(path):
    """The objects of a JSON-lines file. A torn last line (its writer was killed) is left out."""
    found = []
    with open(path, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                found.append(json.loads(line))
    return found


def notification_of(attempt):
    """The notification id inside an attempt id, or the attempt id itself when there is none."""
    found = ID.search(attempt)
    return found.group() if found else attempt


class Oracle:
    def __init__(self):
        self.intents = {}                        # key -> intent
        self.acks = {}                           # key -> id
        self.states = {}                         # id -> state, None: unknown to the daemon
        self.seen = collections.defaultdict(collections.Counter)  # sink -> key -> copies
        self.required = collections.defaultdict(set)              # sink -> keys it must have
        self.attempts = collections.Counter()
        self.confirmed = set()                   # ids of which a provider said that it arrived
        self.problems = []

    # What producers say

    def producer(self, intents, acks):
        """The lines of one producer's two files."""
        for intent in intents:
            if intent["key"] in self.intents:
                self.problems.append(f"test fault: key {intent['key']} intended twice")
            self.intents[intent["key"]] = intent
        for ack in acks:
            if "id" not in ack:
                continue
            if ack["key"] not in self.intents:
                self.problems.append(f"test fault: {ack['key']} acknowledged but never intended")
            if self.acks.setdefault(ack["key"], ack["id"]) != ack["id"]:
                self.problems.append(f"I3: key {ack['key']} was given two ids")

    # What the daemon says

    def state(self, notification_id, state):
        """`state` as show or the API gives it; None when the daemon does not know the id."""
        self.states[notification_id] = state

    # What arrived

    def inbox(self, user, items):
        """All items of a person's inbox (history included), as the API gives them."""
        ids = [item["id"] for item in items]
        if len(set(ids)) != len(ids):
            self.problems.append(f"I3: the inbox of {user} repeats an item id")
        seqs = [item["seq"] for item in items if "seq" in item]
        if any(later <= earlier for earlier, later in zip(seqs, seqs[1:])):
            self.problems.append(f"I4: the inbox of {user} has items out of order")
        for item in items:
            self.arrived("webchat", item.get("text", item.get("message", "")), user,
                         item.get("herald_id"))

    def sends(self, record):
        """The lines of the fake WhatsApp's record."""
        for entry in record:
            if entry.get("attempt"):
                self.attempts[entry["attempt"]] += 1
            self.arrived("whatsapp", entry["text"], entry["to"],
                         notification_of(entry.get("attempt", "")))

    def receipts(self, posts):
        """The fake's webhooks: what the daemon acknowledged with 200 it must not forget either."""
        for post in posts:
            if post.get("status") != 200:
                continue
            for entry in json.loads(post["body"])["entry"]:
                for change in entry["changes"]:
                    for status in change["value"].get("statuses", []):
                        if status["status"] == "delivered":
                            self.confirmed.add(notification_of(
                                status.get("biz_opaque_callback_data", "")))

    def log_lines(self, lines):
        """(text, id) pairs of the log channel's file."""
        for text, notification_id in lines:
            self.arrived("log", text, None, notification_id)

    def arrived(self, sink, text, to, notification_id):
        key = text.rsplit(" ", 1)[-1]
        intent = self.intents.get(key)
        if intent is None or intent["text"] != text:
            self.problems.append(f"I2: {sink} got a text nobody intended: {text[:80]!r}")
            return
        if to and digits(to)[-9:] != digits(intent["to"])[-9:]:
            self.problems.append(f"I2: {sink}: {key} was for {intent['to']}, arrived at {to}")
        promised = self.acks.get(key)
        if promised and notification_id and ID.fullmatch(notification_id) \
                and notification_id != promised:
            self.problems.append(f"I3: {sink}: {key} arrived as {notification_id}, promised as "
                                 f"{promised}")
        self.seen[sink][key] += 1

    # The verdict

    def require(self, sink, keys):
        """These acknowledged keys must have arrived at `sink` (its chain passes there)."""
        self.required[sink] |= set(keys)

    def violations(self, faults=None, attempts_once=True):
        """Every broken promise as a sentence; empty when all hold.

        faults: sink -> how many extra copies the injected faults may have caused there in all.
        """
        found = list(self.problems)
        for key, notification_id in self.acks.items():
            state = self.states.get(notification_id)
            arrived = any(copies[key] for copies in self.seen.values())
            if state is None and notification_id in self.states:
                found.append(f"I1: {key} was acknowledged as {notification_id}; the daemon does "
                             "not know it")
            elif state is None and not arrived:
                found.append(f"I1: {key} ({notification_id}) neither arrived nor was asked for")
            elif state is not None and state not in ENDED | SCHEDULED:
                found.append(f"I1: {key} ({notification_id}) is in the unknown state {state!r}")
        for notification_id in sorted(self.confirmed & set(self.states)):
            if self.states[notification_id] not in ("delivered", "cancelled", None):
                found.append(f"I1: the receipt `delivered` of {notification_id} was acknowledged; "
                             f"its state is {self.states[notification_id]}")
        for sink, keys in self.required.items():
            missing = sorted(k for k in keys & set(self.acks) if not self.seen[sink][k])
            if missing:
                found.append(f"I1: {len(missing)} acknowledged never reached {sink}: "
                             + ", ".join(missing[:5]))
        for sink, copies in self.seen.items():
            extra = {k: n - 1 for k, n in copies.items() if n > 1}
            if sum(extra.values()) > (faults or {}).get(sink, 0):
                found.append(f"I3: {sink} got {sum(extra.values())} copies too many: "
                             + ", ".join(sorted(extra)[:5]))
        owners = collections.Counter(self.acks.values())
        for notification_id, n in owners.items():
            if n > 1:
                found.append(f"I3: {n} keys share the id {notification_id}")
        if attempts_once:
            twice = sorted(a for a, n in self.attempts.items() if n > 1)
            if twice:
                found.append(f"I3: {len(twice)} attempt ids were sent twice: "
                             + ", ".join(twice[:5]))
        return found

    def summary(self):
        arrived = ", ".join(f"{s} {sum(c.values())}" for s, c in sorted(self.seen.items()))
        return f"{len(self.intents)} intended, {len(self.acks)} acknowledged; arrived: {arrived}"


def digits(text):
    return re.sub(r"\D", "", str(text))
