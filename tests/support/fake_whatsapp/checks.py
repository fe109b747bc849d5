"""The provider's checks of one send, each a function, called in this order by cloud_api."""

import hmac
import json
import re

from .errors import Refusal
from .limits import as_object, check_interactive, check_text, length
from .state import Message, digits, make_wamid
from .templates import check_template

PATH = re.compile(r"^/v\d+\.\d+/(\d+)/messages$")
KNOWN_TYPES = {"text": {"body", "preview_url"},
               "template": {"name", "language", "components", "namespace"},
               "interactive": {"type", "header", "body", "footer", "action"}}
KNOWN_KEYS = {"messaging_product", "recipient_type", "to", "recipient", "type", "context",
              "biz_opaque_callback_data", *KNOWN_TYPES}


def check_path(method, path, settings):
    found = PATH.match(path)
    if not found or method != "POST":
        raise Refusal(100, status=404, kind="GraphMethodException",
                      message=f"Unknown path components: {path}")
    if found.group(1) != settings.phone_number_id:
        raise Refusal(100, subcode=33, status=400, kind="GraphMethodException",
                      message=f"Unsupported post request. Object with ID '{found.group(1)}' does "
                              "not exist, cannot be loaded due to missing permissions, or does "
                              "not support this operation")


def check_token(header, settings):
    scheme, _, token = (header or "").partition(" ")
    if scheme != "Bearer" or not token:
        raise Refusal(190, status=401, message="An access token is required to request this "
                                               "resource.")
    if not hmac.compare_digest(token.strip().encode(), settings.token.encode()):
        raise Refusal(190, status=401, subcode=463,
                      message="Error validating access token: Session has expired")


def parse_body(raw):
    """The body as an object, or None. Faults are matched before the body is judged."""
    try:
        body = json.loads(raw)
        if rb"\ud" in raw.lower():  # half of a surrogate pair is no text
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def wa_id_of(to, settings):
    """Who `to` reaches: a number without a plus gets the business number's own country code."""
    if not isinstance(to, str) or not to.strip():
        return ""
    bare = re.sub(r"[ ()\-]", "", to)
    if bare.startswith("+"):
        return digits(bare)
    return settings.country_code + digits(bare)


def recipient_of(body, state):
    """The phone behind `to`, or without it behind a business-scoped id in `recipient`."""
    if "to" in body or not isinstance(body.get("recipient"), str):
        return wa_id_of(body.get("to"), state.settings)
    return state.user_ids.get(body["recipient"], "")


def check_keys(part, name, known):
    unknown = sorted(set(map(str, part)) - known)
    if unknown:
        raise Refusal(100, f'Unexpected key "{unknown[0]}" on param "{name}".')


def check_address(body):
    if "to" not in body and isinstance(body.get("recipient"), str):
        if not re.fullmatch(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}", body["recipient"]):
            raise Refusal(131009, "Parameter recipient is not a business-scoped user id.")
        return
    if not isinstance(body.get("to"), str) or not body["to"].strip():
        raise Refusal(131008, "Parameter to is required.")
    if not re.fullmatch(r"\+?\d{5,15}", re.sub(r"[ ()\-]", "", body["to"])):
        raise Refusal(131009, "Parameter to is not a phone number.")


def check_body(body):
    if body is None:
        raise Refusal(100, "The body is not a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise Refusal(100, "Parameter messaging_product must be whatsapp.")
    check_address(body)
    if body.get("recipient_type", "individual") != "individual":
        raise Refusal(131009, "Parameter recipient_type must be individual.")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in KNOWN_TYPES:
        raise Refusal(131051, f"Message type {str(kind)[:40]} is not supported.")
    if not isinstance(body.get(kind), dict):
        raise Refusal(131008, f"Parameter {kind} is required.")
    check_keys(body, "body", KNOWN_KEYS)
    check_keys(body[kind], kind, KNOWN_TYPES[kind])
    if "biz_opaque_callback_data" in body:
        length(body["biz_opaque_callback_data"], "biz_opaque_callback_data", 256, least=0)
    return kind


def check_content(kind, body, wa_id, state):
    """Limits and templates; the message as it will stand on the phone."""
    part = body[kind]
    message = Message(make_wamid(wa_id), wa_id, "out", kind, "", state.now(),
                      attempt=body.get("biz_opaque_callback_data", ""))
    if kind == "text":
        check_text(part)
        message.text = part["body"]
    elif kind == "interactive":
        check_interactive(part)
        message.text = part["body"]["text"]
        message.header = as_object(part.get("header")).get("text", "")
        message.footer = as_object(part.get("footer")).get("text", "")
        message.buttons = interactive_buttons(part)
    else:
        shown = check_template(part, state.settings.templates)
        message.header, message.text, message.footer, message.buttons = shown
        message.template = part["name"]
    return message


def interactive_buttons(part):
    if part["type"] == "button":
        return [{"kind": "button_reply", **b["reply"]} for b in part["action"]["buttons"]]
    return [{"kind": "list_reply", "id": r["id"], "title": r["title"],
             "description": r.get("description", "")}
            for s in part["action"]["sections"] for r in s.get("rows", [])]


def check_recipient(wa_id, settings):
    if wa_id == settings.display_phone_number:
        raise Refusal(131021)
    if settings.test_recipients and wa_id not in settings.test_recipients:
        raise Refusal(131030, "Recipient phone number not in allowed list: Add recipient phone "
                              "number to recipient list and try again.")


def late_failure(kind, wa_id, state):
    """The code a `failed` webhook will tell, or None; refuses at once where so configured."""
    code = None
    if wa_id in state.not_on_whatsapp:
        code = 131026
    elif kind != "template" and not state.window_open(wa_id):
        code = 131047
    if code and state.settings.window_answer == "sync":
        raise Refusal(code)
    return code
