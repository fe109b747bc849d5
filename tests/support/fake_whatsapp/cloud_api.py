"""One send: the checks in the provider's order, the armed fault between them, and the answer."""

import asyncio
import secrets

from . import checks
from .errors import Refusal
from .wire import Response

HTML_502 = (b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>"
            b"<h1>502 Bad Gateway</h1></body></html>")
GARBAGE = b'\x00\xff{"messages": [{"id": "wamid.'


class CloudApi:
    def __init__(self, state, faults, rates, webhooks, record):
        self.state, self.faults, self.rates = state, faults, rates
        self.webhooks, self.record = webhooks, record

    async def handle(self, request):
        entry = self.state.log_request(request)
        wa_id = ""
        try:
            checks.check_path(request.method, request.path, self.state.settings)
            checks.check_token(request.header("authorization"), self.state.settings)
            body = checks.parse_body(request.body)
            wa_id = checks.recipient_of(body or {}, self.state)
            entry["to"] = wa_id
            response = await self.judge(body, wa_id)
        except Refusal as refusal:
            self.state.count(wa_id, f"error_{refusal.code}")
            response = Response(refusal.status, refusal.body(), refusal.headers)
            entry["code"] = refusal.code
        self.state.count(wa_id, "requests")
        entry["answer"] = response.status if response.fate == "whole" else response.fate
        entry["answer_body"] = response.body.decode("utf-8", "replace")
        return response

    async def judge(self, body, wa_id):
        fault = self.faults.match(wa_id, (body or {}).get("type", ""))
        if fault:
            self.state.count(wa_id, "faults")
            if fault.delay:
                await asyncio.sleep(fault.delay)
            if fault.error is not None:
                raise Refusal(fault.error, fault.details, fault.status, fault.subcode,
                              headers=fault.headers)
            if fault.close == "before":
                return Response(fate="none")
            if fault.body == "html":
                return Response(502, HTML_502, fault.headers, "text/html")
        if body and body.get("status") == "read":
            return self.mark_read(body)
        kind = checks.check_body(body)
        message = checks.check_content(kind, body, wa_id, self.state)
        checks.check_recipient(wa_id, self.state.settings)
        self.rates.check(wa_id)
        late = checks.late_failure(kind, wa_id, self.state)
        if fault and fault.failed is not None:
            late = fault.failed
        return await self.accept(message, body.get("to") or body["recipient"], late, fault)

    async def accept(self, message, to, late, fault):
        self.state.keep(message)
        await self.record.add({"attempt": message.attempt, "to": message.wa_id,
                               "wamid": message.wamid, "time": message.time,
                               "type": message.type, "text": message.text})
        self.state.count(message.wa_id, "accepted")
        self.webhooks.follow(message, late)
        answer = {"messaging_product": "whatsapp",
                  "contacts": [{"input": to, "wa_id": message.wa_id}],
                  "messages": [{"id": message.wamid}]}
        if message.type == "template":
            answer["messages"][0]["message_status"] = "accepted"
        response = Response.of_json(answer, headers={"x-fb-trace-id": secrets.token_urlsafe(8)})
        if fault and fault.close == "after":
            response.fate = "none"
        elif fault and fault.body == "half":
            response.fate = "half"
        elif fault and fault.body == "garbage":
            response.body = GARBAGE
        return response

    def mark_read(self, body):
        message = self.state.messages.get(body.get("message_id"))
        if message is None or message.direction != "in":
            raise Refusal(131009, "Parameter message_id is not a message of a user.")
        message.statuses.append({"status": "read", "time": self.state.now()})
        return Response.of_json({"success": True})
