"""Sizes of a message's parts, and the token buckets for throughput."""

import time

from .errors import Refusal


def length(value, name, most, least=1):
    """Refuses a text that is missing, empty or too long."""
    if not isinstance(value, str):
        raise Refusal(131008, f"Parameter {name} is required and must be a string.")
    if len(value) < least:
        raise Refusal(131009, f"Parameter {name} must not be empty.")
    if characters(value) > most:
        raise Refusal(131009,
                      f"Parameter {name} has {characters(value)} characters; at most {most}.")


def characters(text):
    """As strictly as a provider may count them, which none of them says: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text):
    length(text.get("body"), "text['body']", 4096)
    if not isinstance(text.get("preview_url", False), bool):
        raise Refusal(131009, "Parameter text['preview_url'] must be true or false.")


def check_interactive(part):
    kind = part.get("type")
    if kind not in ("button", "list"):
        raise Refusal(131009, "Parameter interactive['type'] must be button or list.")
    length(as_object(part.get("body")).get("text"), "interactive['body']['text']", 1024)
    if "header" in part:
        length(as_object(part["header"]).get("text"), "interactive['header']['text']", 60)
    if "footer" in part:
        length(as_object(part["footer"]).get("text"), "interactive['footer']['text']", 60)
    action = as_object(part.get("action"))
    if kind == "button":
        check_buttons(action.get("buttons"))
    else:
        check_list(action)


def check_buttons(buttons):
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refusal(131009, "Parameter action['buttons'] must hold 1 to 3 buttons.")
    buttons = [as_object(b) for b in buttons]
    replies = [as_object(b.get("reply")) for b in buttons]
    for button, reply in zip(buttons, replies):
        if button.get("type") != "reply":
            raise Refusal(131009, "Parameter buttons['type'] must be reply.")
        length(reply.get("title"), "reply['title']", 20)
        length(reply.get("id"), "reply['id']", 256)
        if reply["id"] != reply["id"].strip():
            raise Refusal(131009, "Parameter reply['id'] must not begin or end with a space.")
    for name in ("title", "id"):
        if len({r[name] for r in replies}) != len(replies):
            raise Refusal(131009, f"Parameter reply['{name}'] must be unique in the message.")


def check_list(action):
    length(action.get("button"), "action['button']", 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise Refusal(131009, "Parameter action['sections'] must hold 1 to 10 sections.")
    rows = []
    for section in map(as_object, sections):
        if len(sections) > 1 or "title" in section:
            length(section.get("title"), "section['title']", 24)
        rows += [as_object(r) for r in as_list(section.get("rows"))]
    if not 1 <= len(rows) <= 10:
        raise Refusal(131009, "A list must hold 1 to 10 rows in all.")
    for row in rows:
        length(row.get("id"), "row['id']", 200)
        length(row.get("title"), "row['title']", 24)
        length(row.get("description", ""), "row['description']", 72, least=0)
    if len({r["id"] for r in rows}) != len(rows):
        raise Refusal(131009, "Parameter row['id'] must be unique in the message.")


def as_list(value):
    return value if isinstance(value, list) else []


def as_object(value):
    return value if isinstance(value, dict) else {}


class Bucket:
    """Tokens that come back at `rate` per second up to `capacity`."""

    def __init__(self, capacity, rate, clock=time.monotonic):
        self.capacity, self.rate, self.clock = capacity, rate, clock
        self.tokens, self.at = capacity, clock()

    def peek(self):
        now = self.clock()
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return self.tokens >= 1

    def take(self):
        self.tokens -= 1


class Rates:
    """The pair limit (per person) and the throughput of the business number."""

    def __init__(self, settings, clock=time.monotonic):
        self.settings, self.clock = settings, clock
        self.pairs = {}
        self.number = Bucket(max(settings.number_rate, 1), settings.number_rate, clock)

    def check(self, wa_id):
        """Takes one token of each; refuses, taking none, when either bucket is empty."""
        pair = None
        if self.settings.pair_capacity:
            pair = self.pairs.get(wa_id)
            if pair is None:
                pair = self.pairs[wa_id] = Bucket(self.settings.pair_capacity,
                                                  1 / self.settings.pair_interval, self.clock)
            if not pair.peek():
                raise Refusal(131056)
        if self.settings.number_rate:
            if not self.number.peek():
                raise Refusal(130429)
            self.number.take()
        if pair:
            pair.take()
