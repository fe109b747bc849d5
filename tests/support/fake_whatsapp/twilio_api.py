"""One send to Twilio: the checks in its order, the armed fault between them, and the answer."""

import asyncio
import collections
import email.utils

from . import twilio_checks as checks
from .cloud_api import GARBAGE, HTML_502
from .twilio_errors import TwilioRefusal
from .wire import Response


class TwilioApi:
    def __init__(self, state, faults, webhooks, record):
        self.state, self.faults = state, faults
        self.webhooks, self.record = webhooks, record
        self.sent_at = collections.deque(maxlen=1000)  # for the sandbox's limits

    async def handle(self, request):
        entry = self.state.log_request(request)
        settings, wa_id = self.state.settings.twilio, ""
        try:
            asked = checks.check_path(request.path, settings)
            checks.check_login(request.header("authorization"), settings)
            if request.method == "GET" and asked:
                return self.show(asked)
            if request.method != "POST" or asked:
                raise TwilioRefusal(20404)
            form = checks.parse_form(request)
            wa_id = entry["to"] = checks.wa_id_of(form)
            response = await self.judge(form, wa_id)
        except TwilioRefusal as refusal:
            self.state.count(wa_id, f"error_{refusal.code}")
            response = Response(refusal.status, refusal.body(), refusal.headers)
            entry["code"] = refusal.code
        self.state.count(wa_id, "requests")
        entry["answer"] = response.status if response.fate == "whole" else response.fate
        entry["answer_body"] = response.body.decode("utf-8", "replace")
        return response

    async def judge(self, form, wa_id):
        checks.check_parties(form, self.state.settings.twilio)
        message = checks.check_content(form, wa_id, self.state)
        fault = self.faults.match(wa_id, message.type)
        if fault:
            self.state.count(wa_id, "faults")
            if fault.delay:
                await asyncio.sleep(fault.delay)
            if fault.error is not None:
                raise TwilioRefusal(fault.error, fault.details, fault.status, fault.headers)
            if fault.close == "before":
                return Response(fate="none")
            if fault.body == "html":
                return Response(502, HTML_502, fault.headers, "text/html")
        self.check_sandbox()
        late = checks.late_failure(message, self.state)
        if late and self.state.settings.window_answer == "sync":
            raise TwilioRefusal(late)
        if fault and fault.failed is not None:
            late = fault.failed
        return await self.accept(message, late, fault)

    def check_sandbox(self):
        """One message in three seconds, and the trial account's daily limit."""
        settings, now = self.state.settings.twilio, self.state.now()
        today = [at for at in self.sent_at if now - at < 24 * 3600]
        if settings.daily_limit and len(today) >= settings.daily_limit:
            raise TwilioRefusal(63038)
        if settings.sandbox and settings.sandbox_interval and today and \
                now - today[-1] < settings.sandbox_interval:
            raise TwilioRefusal(63018)
        self.sent_at.append(now)

    async def accept(self, message, late, fault):
        self.state.keep(message)
        await self.record.add({"attempt": message.attempt, "to": message.wa_id,
                               "wamid": message.wamid, "time": message.time,
                               "type": message.type, "text": message.text})
        self.state.count(message.wa_id, "accepted")
        self.webhooks.follow(message, late)
        response = Response.of_json(self.resource(message), 201)
        if fault and fault.close == "after":
            response.fate = "none"
        elif fault and fault.body == "half":
            response.fate = "half"
        elif fault and fault.body == "garbage":
            response.body = GARBAGE
        return response

    def show(self, sid):
        message = self.state.messages.get(sid)
        if message is None:
            raise TwilioRefusal(20404)
        return Response.of_json(self.resource(message))

    def resource(self, message):
        settings = self.state.settings.twilio
        last = message.statuses[-1] if message.statuses else {"status": "queued"}
        here = f"/2010-04-01/Accounts/{settings.account_sid}/Messages/{message.wamid}"
        date = email.utils.format_datetime(email.utils.localtime()).replace("GMT", "+0000")
        return {"account_sid": settings.account_sid, "api_version": "2010-04-01",
                "body": message.text, "date_created": date, "date_sent": None,
                "date_updated": date, "direction": "outbound-api",
                "error_code": last.get("code"), "error_message": None,
                "from": message.sender, "messaging_service_sid": None, "num_media": "0",
                "num_segments": "1", "price": None, "price_unit": None, "sid": message.wamid,
                "status": last["status"],
                "subresource_uris": {"media": here + "/Media.json"},
                "to": f"whatsapp:+{message.wa_id}", "uri": here + ".json"}
