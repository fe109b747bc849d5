"""Twilio's webhooks: forms, signed over the address and the fields, posted once."""

import asyncio
import base64
import hashlib
import hmac
from urllib.parse import urlencode

HOLD_SECONDS = 0.1


def signature(token, url, fields):
    """X-Twilio-Signature: of a repeated name its different values, sorted."""
    by_name = {}
    for name, value in fields:
        by_name.setdefault(name, set()).add(value)
    data = url + "".join(name + value for name in sorted(by_name)
                         for value in sorted(by_name[name]))
    return base64.b64encode(hmac.new(token.encode(), data.encode(), hashlib.sha1).digest()).decode()


def status_fields(settings, message, status, code=None):
    to = f"+{message.wa_id}"
    fields = [("SmsSid", message.wamid), ("SmsStatus", status), ("MessageStatus", status),
              ("ChannelToAddress", to), ("To", f"whatsapp:{to}"), ("ChannelPrefix", "whatsapp"),
              ("MessageSid", message.wamid), ("AccountSid", settings.account_sid),
              ("From", message.sender), ("ApiVersion", "2010-04-01"),
              ("ChannelInstallSid", "XE" + "a" * 32)]
    if status in ("delivered", "read"):
        fields.append(("EventType", status.upper()))
    if code:
        fields.append(("ErrorCode", str(code)))
    return fields


def inbound_fields(settings, message, spec):
    fields = [("SmsMessageSid", message.wamid), ("NumMedia", "0"),
              ("ProfileName", str(spec.get("name") or message.wa_id)), ("MessageType", "text"),
              ("SmsSid", message.wamid), ("WaId", message.wa_id), ("SmsStatus", "received"),
              ("Body", message.text), ("To", settings.senders[0]), ("NumSegments", "1"),
              ("MessageSid", message.wamid), ("AccountSid", settings.account_sid),
              ("From", f"whatsapp:+{message.wa_id}"), ("ApiVersion", "2010-04-01")]
    if spec.get("type", "text") != "text":
        fields += [("ButtonText", message.text), ("ButtonType", "REPLY"),
                   ("ButtonPayload", str(spec.get("payload", spec.get("id", ""))))]
    if spec.get("context"):
        fields.append(("OriginalRepliedMessageSid", str(spec["context"])))
    return fields


class Callbacks:
    """Obeys the switches of Webhooks; like Twilio it does not repeat what was not answered."""

    def __init__(self, webhooks):
        self.webhooks = webhooks

    async def post(self, url, fields):
        if not url:
            return
        switches = self.webhooks.switches
        if switches["shuffle"] or switches["batch"]:
            await asyncio.sleep(self.webhooks.random.uniform(0, 2 * HOLD_SECONDS))
        token = self.webhooks.state.settings.twilio.auth_token
        signed = signature(token + ("-wrong" if switches["wrong_signature"] else ""), url, fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "TwilioProxy/1.1",
                   "X-Twilio-Signature": signed}
        for _ in range(2 if switches["duplicate"] else 1):
            await self.webhooks.resume.wait()
            await self.webhooks.try_post(self.local(url), headers, urlencode(fields).encode(), 1)

    def local(self, url):
        """Where the public address leads: what stands before the daemon here does nothing else."""
        public, here = self.webhooks.state.settings.twilio.public_url, \
            self.webhooks.state.settings.webhook_url
        return here + url[len(public):] if public and url.startswith(public) else url
