"""The providers' own descriptions of their APIs (descriptions/), as checks of what is sent."""

import functools
import json
import pathlib
from urllib.parse import parse_qsl

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parent / "descriptions"
META_SEND = "/{Version}/{Phone-Number-ID}/messages"
TWILIO_SEND = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@functools.cache
def document(name):
    path, = FOLDER.glob(f"{name}-*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def whole(schema, root):
    """The schema with its references filled in, and `allOf` as one object: a part that forbids
    other properties means those of all parts."""
    if isinstance(schema, list):
        return [whole(s, root) for s in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return whole(target, root)
    out = {key: whole(value, root) for key, value in schema.items()
           if key not in ("example", "examples", "discriminator", "nullable", "description")}
    for part in out.pop("allOf", []):
        out["properties"] = out.get("properties", {}) | part.get("properties", {})
        out["required"] = out.get("required", []) + part.get("required", [])
        out |= {k: v for k, v in part.items() if k not in ("properties", "required")}
    if schema.get("nullable") and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
        if "enum" in out:
            out["enum"] = [*out["enum"], None]
    return out


@functools.cache
def validator(name, path, method, status=None, kind=JSON):
    root = document(name)
    part = root["paths"][path][method]
    part = part["requestBody"] if status is None else part["responses"][status]
    if "$ref" in part:
        part = whole(part, root)
    return jsonschema.Draft202012Validator(whole(part["content"][kind]["schema"], root))


def check(given, *where, **which):
    """AssertionError with the place that is wrong."""
    errors = sorted(validator(*where, **which).iter_errors(given), key=lambda e: -len(e.path))
    if errors:
        best = jsonschema.exceptions.best_match(errors)
        place = "/".join(map(str, best.absolute_path))
        raise AssertionError(f"{where[1]}: at '{place}': {best.message[:300]}\n{given}")


def fields_of(body, description):
    """A form as an object, numbers as numbers where the description wants them."""
    out = {}
    for name, value in parse_qsl(body, keep_blank_values=True, strict_parsing=True):
        wanted = description.get(name, {}).get("type")
        out[name] = int(value) if wanted == "integer" else [value] if wanted == "array" else value
    return out


def meta_request(body):
    check(json.loads(body), "meta", META_SEND, "post")


def meta_answer(status, body):
    check(json.loads(body), "meta", META_SEND, "post", status=str(status))


def meta_webhook(body):
    check(json.loads(body), "meta", "/whatsapp/webhooks", "post")


def twilio_request(body):
    known = validator("twilio", TWILIO_SEND, "post", kind=FORM).schema["properties"]
    fields = fields_of(body, known)
    assert set(fields) <= set(known), f"unknown to Twilio: {set(fields) - set(known)}"
    check(fields, "twilio", TWILIO_SEND, "post", kind=FORM)


def twilio_answer(status, body):
    check(json.loads(body), "twilio", TWILIO_SEND, "post", status=str(status))


def twilio_status(body):
    check(fields_of(body, {}), "twilio", "/twilio/status", "post", kind=FORM)
