"""Twilio's checks of one send, in its order; the message as it will stand on the phone."""

import base64
import hmac
import json
import re
import secrets
from urllib.parse import parse_qs, parse_qsl, urlsplit

from .limits import characters
from .state import Message, digits
from .templates import PLACEHOLDER
from .twilio_errors import TwilioRefusal

PATH = re.compile(r"^/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages(?:/([SM]M[0-9a-f]{32}))?\.json$")
ADDRESS = re.compile(r"^whatsapp:\+[1-9]\d{6,14}$")
FIELDS = {"To", "From", "MessagingServiceSid", "Body", "ContentSid", "ContentVariables", "MediaUrl",
          "StatusCallback", "ValidityPeriod"}


def check_path(path, settings):
    """The SID of a message that is asked for, or None for a send."""
    found = PATH.match(path)
    if not found or found.group(1) != settings.account_sid:
        raise TwilioRefusal(20404, f"The requested resource {path} was not found")
    return found.group(2)


def check_login(header, settings):
    scheme, _, given = (header or "").partition(" ")
    known = [f"{settings.account_sid}:{settings.auth_token}"]
    if settings.api_key_sid:
        known.append(f"{settings.api_key_sid}:{settings.api_key_secret}")
    good = [base64.b64encode(pair.encode()) for pair in known]
    if scheme != "Basic" or not any(hmac.compare_digest(given.encode(), g) for g in good):
        raise TwilioRefusal(20003)


def parse_form(request):
    if (request.header("content-type") or "").split(";")[0] != "application/x-www-form-urlencoded":
        raise TwilioRefusal(20001, "Content-Type must be application/x-www-form-urlencoded")
    try:
        text = request.body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        raise TwilioRefusal(20001, "The body is not UTF-8") from None
    unknown = sorted({name for name, _ in pairs} - FIELDS)
    if unknown:  # the real one looks over it; here a misspelt field shall show
        raise TwilioRefusal(20001, f"Unknown parameters: {', '.join(unknown)}")
    return dict(pairs)


def check_parties(form, settings):
    to = form.get("To", "")
    if not to:
        raise TwilioRefusal(21604)
    if not ADDRESS.match(to):
        raise TwilioRefusal(21211, f"The 'To' number {to[:40]} is not a valid phone number.")
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not sender and not service:
        raise TwilioRefusal(21603)
    if sender and sender not in settings.senders:
        raise TwilioRefusal(63007)
    if service and service not in settings.services:
        raise TwilioRefusal(20404, "The Messaging Service was not found")


def check_content(form, wa_id, state):
    settings = state.settings.twilio
    body, content = form.get("Body", ""), form.get("ContentSid", "")
    if not (body or content or form.get("MediaUrl")):
        raise TwilioRefusal(21602)
    if characters(body) > 1600:
        raise TwilioRefusal(21617)
    if form.get("ContentVariables") and not content:
        raise TwilioRefusal(21654)
    validity = form.get("ValidityPeriod", "1")
    if not validity.isdigit() or not 1 <= int(validity) <= 36000:
        raise TwilioRefusal(20001, "ValidityPeriod must be 1 to 36000")
    message = Message("SM" + secrets.token_hex(16), wa_id, "out", "text", body, state.now())
    callback = form.get("StatusCallback", "")
    message.callback = checked_url(callback)
    message.attempt = parse_qs(urlsplit(callback).query).get("attempt", [""])[-1]
    message.sender = form.get("From") or settings.senders[0]
    if content:
        message.type, message.template = "template", content
        message.text, message.buttons = filled(settings.contents.get(content), form)
    return message


def checked_url(url):
    host = urlsplit(url).hostname if url.startswith(("http://", "https://")) else None
    if url and (not host or "_" in host):
        raise TwilioRefusal(20001, f"The StatusCallback URL {url[:80]} is not a valid URL.")
    return url


def filled(content, form):
    """The text of an approved content template, with its variables, and its buttons."""
    if content is None:
        raise TwilioRefusal(21655)
    try:
        values = json.loads(form.get("ContentVariables") or "{}")
    except ValueError:
        raise TwilioRefusal(21656) from None
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise TwilioRefusal(21656)
    wanted = set(PLACEHOLDER.findall(content["body"]))
    if set(values) != wanted:
        raise TwilioRefusal(63028)
    for value in values.values():
        if not value.strip() or re.search(r"[\n\r\t]| {5}", value):
            raise TwilioRefusal(21656)
    text = PLACEHOLDER.sub(lambda found: values[found.group(1)], content["body"])
    return text, [{"kind": "quick_reply", "title": b["text"], "id": b.get("id", b["text"])}
                  for b in content.get("buttons", [])]


def late_failure(message, state):
    """The code a status callback will tell, or None."""
    settings, wa_id = state.settings.twilio, message.wa_id
    if wa_id in state.not_on_whatsapp:
        return 63003
    if settings.sandbox and not settings.has_joined(wa_id, state.now()):
        return 63015
    if message.type != "template" and not state.window_open(wa_id):
        return 63016
    return None


def wa_id_of(form):
    return digits(form.get("To", ""))
