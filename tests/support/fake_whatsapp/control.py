"""The fake's own doors below /_fake/: what it has seen, and what it shall do next. JSON in and out."""

import json
from urllib.parse import unquote

from . import people
from .state import digits
from .wire import Response


class Control:
    def __init__(self, state, faults, webhooks):
        self.state, self.faults, self.webhooks = state, faults, webhooks

    async def handle(self, request):
        name, _, rest = request.path.removeprefix("/_fake/").partition("/")
        door = getattr(self, f"{request.method.lower()}_{name}", None)
        if door is None:
            return Response.of_json({"error": f"no {request.method} {request.path}"}, 404)
        argument = {}
        if request.method == "POST":
            # A foreign web page cannot send this type without asking first.
            if (request.header("content-type") or "").split(";")[0] != "application/json":
                return Response.of_json({"error": "Content-Type must be application/json"}, 415)
            try:
                argument = json.loads(request.body or b"{}")
                if not isinstance(argument, dict):
                    raise ValueError("the body must be an object")
            except ValueError as error:
                return Response.of_json({"error": str(error)}, 400)
        try:
            answer = await door(argument or request.query, unquote(rest))
        except (ValueError, TypeError) as error:
            return Response.of_json({"error": str(error)}, 400)
        except KeyError as error:
            return Response.of_json({"error": f"not found: {error}"}, 404)
        return Response.of_json(answer)

    async def get_health(self, _query, _rest):
        return {"ok": True}

    async def get_requests(self, query, _rest):
        after, to = int(query.get("after", 0)), digits(query.get("to", ""))
        kept = [r for r in self.state.requests if r["n"] > after and (not to or r["to"] == to)]
        return {"requests": kept[-int(query.get("most", 1000)):],
                "count": self.state.request_count}

    async def get_counters(self, _query, _rest):
        totals = {}
        for person in self.state.counters.values():
            for name, count in person.items():
                totals[name] = totals.get(name, 0) + count
        repeated = {a: len(w) for a, w in self.state.by_attempt.items() if len(w) > 1}
        return {"recipients": self.state.counters, "totals": totals,
                "attempts_repeated": repeated, "webhooks": self.webhooks.counts}

    async def get_messages(self, query, _rest):
        to = digits(query.get("to", ""))
        found = [m for m in self.state.messages.values() if not to or m.wa_id == to]
        return {"messages": [m.public() for m in found[-int(query.get("most", 1000)):]]}

    async def get_phones(self, _query, _rest):
        """What the page shows: the last messages of every number."""
        phones = {}
        for message in list(self.state.messages.values())[-2000:]:
            phones.setdefault(message.wa_id, []).append(message.public())
        return {"phones": [{"number": number, "name": self.state.names.get(number, ""),
                            "window": self.state.window_open(number), "messages": found[-50:]}
                           for number, found in sorted(phones.items())]}

    async def get_webhooks(self, _query, _rest):
        return {"posts": self.webhooks.posts, "counts": self.webhooks.counts}

    async def get_faults(self, _query, _rest):
        return {"faults": [vars(f) for f in self.faults.armed.values()]}

    async def post_faults(self, spec, _rest):
        return vars(self.faults.arm(spec))

    async def delete_faults(self, _query, fault_id):
        if not self.faults.disarm(fault_id or None) and fault_id:
            raise KeyError(fault_id)
        return {"disarmed": fault_id or "all"}

    async def get_switches(self, _query, _rest):
        return self.webhooks.switches

    async def post_switches(self, changes, _rest):
        self.webhooks.set_switches(changes)
        return self.webhooks.switches

    async def post_inbound(self, spec, _rest):
        return (await people.write(self.state, self.webhooks, spec)).public()

    async def post_status(self, spec, _rest):
        """Tells one status now: {"wamid" or "attempt", "status", "code"?}."""
        wamid = spec.get("wamid") or self.state.by_attempt.get(spec.get("attempt"), [""])[-1]
        message = self.state.messages[wamid]
        await self.webhooks.status(message, spec["status"], spec.get("code"))
        return message.public()

    async def post_people(self, spec, _rest):
        """{"number", "window"?: open | closed, "on_whatsapp"?: bool, "joined"?, "name"?}."""
        number = digits(str(spec.get("number", "")))
        if not number:
            raise ValueError("number is required")
        if spec.get("window") == "open":
            self.state.open_window(number)
        elif spec.get("window") == "closed":
            self.state.close_window(number)
        if "on_whatsapp" in spec:
            absent = self.state.not_on_whatsapp
            absent.discard(number) if spec["on_whatsapp"] else absent.add(number)
        if "joined" in spec:
            # True: now; a number: so many seconds ago; false: never.
            joined = self.state.settings.twilio.joined
            joined.pop(number, None)
            if spec["joined"] is not False:
                joined[number] = self.state.now() - float(spec["joined"] or 0) * \
                    (spec["joined"] is not True)
        if "name" in spec:
            self.state.names[number] = str(spec["name"])
        return {"number": number, "window": self.state.window_open(number),
                "on_whatsapp": number not in self.state.not_on_whatsapp}

    async def post_settings(self, changes, _rest):
        """Changes what may change while running; of Twilio: auth_token."""
        known = {"webhook_url", "delays", "token", "window_answer", "window_default", "auth_token"}
        if set(changes) - known:
            raise ValueError(f"only {', '.join(sorted(known))} can change while running")
        for name, value in changes.items():
            settings = self.state.settings
            setattr(settings.twilio if name == "auth_token" else settings, name, value)
        return {"changed": sorted(changes)}

    async def post_clock(self, spec, _rest):
        self.state.clock_offset += float(spec["advance"])
        return {"now": self.state.now()}

    async def post_verify(self, _spec, _rest):
        return await self.webhooks.verify()

    async def post_reset(self, _spec, _rest):
        self.state.reset()
        return {"ok": True}
