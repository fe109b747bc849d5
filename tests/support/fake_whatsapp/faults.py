"""Faults armed for sends: which request they hit, and how often."""

import itertools
from dataclasses import dataclass, field

from .state import digits

FIELDS = {"id", "to", "type", "always", "next", "every", "error", "status", "subcode", "details",
          "headers", "delay", "close", "body", "failed"}


@dataclass
class Fault:
    """One armed fault. Exactly one of `error`, `close`, `body`, `failed` may be set; `delay` adds.

    error: answer this code (with `status`, `subcode`, `details`, `headers`);
    close: "before" cuts the connection unrecorded, "after" once the message is recorded;
    body: "half" (recorded, half the answer), "garbage" (recorded, 200 with nonsense),
          "html" (502 from the edge, unrecorded);
    failed: 200, then a `failed` webhook with this code.
    """

    id: str
    to: str = ""
    type: str = ""
    mode: str = "always"
    n: int = 0
    error: int | None = None
    status: int | None = None
    subcode: int | None = None
    details: str | None = None
    headers: dict = field(default_factory=dict)
    delay: float = 0.0
    close: str = ""
    body: str = ""
    failed: int | None = None
    seen: int = 0
    hits: int = 0

    def matches(self, wa_id, kind):
        return (not self.to or self.to == wa_id) and (not self.type or self.type == kind)

    def strikes(self):
        """Counts one matching request and says whether this fault hits it."""
        self.seen += 1
        hit = (self.mode == "always" or (self.mode == "next" and self.hits < self.n)
               or (self.mode == "every" and self.seen % self.n == 0))
        self.hits += hit
        return hit


def parse_fault(spec, fallback_id):
    """A Fault from its JSON form; ValueError names what is wrong with it."""
    if not isinstance(spec, dict):
        raise ValueError("a fault is an object")
    unknown = set(spec) - FIELDS
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}; known: {', '.join(sorted(FIELDS))}")
    fields = {k: v for k, v in spec.items() if k not in ("always", "next", "every", "id")}
    fault = Fault(id=str(spec.get("id", fallback_id)), **fields)
    fault.to = digits(fault.to)
    for mode in ("next", "every"):
        if mode in spec:
            fault.mode, fault.n = mode, int(spec[mode])
            if fault.n < 1:
                raise ValueError(f"{mode} must be 1 or more")
    actions = [fault.error is not None, bool(fault.close), bool(fault.body),
               fault.failed is not None]
    if sum(actions) > 1 or (sum(actions) == 0 and not fault.delay):
        raise ValueError("a fault has one of error, close, body, failed; or a delay")
    if fault.close not in ("", "before", "after"):
        raise ValueError("close is before or after")
    if fault.body not in ("", "half", "garbage", "html"):
        raise ValueError("body is half, garbage or html")
    return fault


class Faults:
    def __init__(self):
        self.armed = {}
        self.numbers = itertools.count(1)

    def arm(self, spec):
        fault = parse_fault(spec, f"f{next(self.numbers)}")
        self.armed[fault.id] = fault
        return fault

    def disarm(self, fault_id=None):
        """True when something was armed; without an id everything goes."""
        if fault_id is None:
            found = bool(self.armed)
            self.armed.clear()
            return found
        return self.armed.pop(fault_id, None) is not None

    def match(self, wa_id, kind):
        """The first armed fault that hits this request, in the order of arming; or None."""
        for fault in list(self.armed.values()):
            if fault.matches(wa_id, kind) and fault.strikes():
                return fault
        return None
