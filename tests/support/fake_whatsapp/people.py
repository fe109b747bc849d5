"""The people behind the numbers: what they write and tap, as inbound webhooks."""

import secrets

from .state import Message, digits, make_wamid
from .twilio_callbacks import inbound_fields

SHAPES = ("text", "button_reply", "list_reply", "button")


def inbound_value(state, spec):
    """(value, Message) of one inbound message; ValueError names what is wrong with `spec`.

    spec: {"from", "type": one of SHAPES, "text"? (text, button), "id"?, "title"?, "description"?,
    "payload"? (button), "context"? (wamid answered), "name"?, "wamid"?, "timestamp"?,
    "user_id"? (business-scoped), "hidden"? (the number is not told), "provider"?}
    """
    wa_id = digits(str(spec.get("from", "")))
    if not wa_id:
        raise ValueError("from is required: the number that writes")
    shape = spec.get("type", "text")
    if shape not in SHAPES:
        raise ValueError(f"type is one of {', '.join(SHAPES)}")
    wamid = spec.get("wamid") or make_wamid(wa_id, inbound=True)
    entry = {}
    # A button always answers a message of ours.
    context = spec.get("context") or (shape != "text" and last_to(state, wa_id))
    if context:
        entry["context"] = {"from": state.settings.display_phone_number, "id": context}
    entry |= {"from": wa_id, "id": wamid,
              "timestamp": str(spec.get("timestamp") or int(state.now()))}
    if shape == "text":
        shown = str(spec.get("text", ""))
        entry |= {"type": "text", "text": {"body": shown}}
    elif shape == "button":
        shown = str(spec.get("text", ""))
        entry |= {"type": "button", "button": {"payload": str(spec.get("payload", "")),
                                               "text": shown}}
    else:
        shown = str(spec.get("title", ""))
        reply = {"id": str(spec.get("id", "")), "title": shown}
        if shape == "list_reply" and spec.get("description"):
            reply["description"] = str(spec["description"])
        entry |= {"type": "interactive", "interactive": {"type": shape, shape: reply}}
    name = str(spec.get("name") or state.names.get(wa_id) or wa_id)
    contact = {"profile": {"name": name}, "wa_id": wa_id}
    if spec.get("user_id"):
        state.user_ids[spec["user_id"]] = wa_id
        entry["from_user_id"] = contact["user_id"] = spec["user_id"]
    if spec.get("hidden"):  # a person with a user name: the number is not told
        del entry["from"], contact["wa_id"]
    value = {"contacts": [contact], "messages": [entry]}
    return value, Message(wamid, wa_id, "in", shape, shown, state.now())


def last_to(state, wa_id):
    ours = [m.wamid for m in state.messages.values() if m.direction == "out" and m.wa_id == wa_id]
    return ours[-1] if ours else make_wamid(wa_id)


def from_twilio(state, spec):
    """(fields, Message) of the same message as Twilio tells it."""
    _, message = inbound_value(state, spec)
    message.wamid = "SM" + secrets.token_hex(16)
    return inbound_fields(state.settings.twilio, message, spec), message


def shouts(spec):
    """The first word, as the sandbox reads it."""
    return str(spec.get("text", "")).strip().lower().partition(" ")[0]


async def write(state, webhooks, spec):
    """A person writes: the window opens for a day, and the webhook goes out."""
    twilio = spec.get("provider", state.settings.provider) == "twilio"
    value, message = from_twilio(state, spec) if twilio else inbound_value(state, spec)
    state.keep(message)
    state.open_window(message.wa_id)
    state.count(message.wa_id, "inbound")
    if twilio:
        url = state.settings.twilio.public_url or state.settings.webhook_url
        webhooks.spawn(webhooks.twilio.post(url, value))
        if shouts(spec) == "join":
            state.settings.twilio.joined[message.wa_id] = state.now()
    else:
        webhooks.spawn(webhooks.emit(value))
    return message
