"""Approved templates: reading them from a file, checking a send against one, and its final text."""

import json
import re

from .errors import Refusal
from .limits import as_list, as_object, characters, length

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def load_templates(path):
    """{"templates": [{"name", "language", "body", "header"?, "footer"?, "buttons"?: [{"type":
    "quick_reply" | "url", "text", "url"?}], "status"?}]} -> {(name, language): template}."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    entries = data["templates"] if isinstance(data, dict) else data
    for entry in entries:
        for name in ("name", "language", "body"):
            if not isinstance(entry.get(name), str):
                raise ValueError(f"{path}: a template without {name}")
    return {(t["name"], t["language"]): t for t in entries}


def load_contents(path):
    """Twilio's: {"HX...": {"body", "buttons"?: [{"text", "id"?}]}}."""
    with open(path, encoding="utf-8") as file:
        contents = json.load(file)
    for sid, content in contents.items():
        if not isinstance(content, dict) or not isinstance(content.get("body"), str):
            raise ValueError(f"{path}: {sid} has no body")
    return contents


def check_template(part, templates):
    """Refuses what the provider would; returns (header, body, footer, buttons) as a phone shows
    them."""
    name = part.get("name")
    length(name, "template['name']", 512)
    language = as_object(part.get("language")).get("code")
    length(language, "template['language']['code']", 16)
    template = templates.get((name, language))
    if template is None or template.get("status", "APPROVED") != "APPROVED":
        raise Refusal(132001, f"template name ({name}) does not exist in {language}")
    components = [as_object(c) for c in as_list(part.get("components"))]
    header = fill(template.get("header", ""), parameters(components, "header"), "header")
    body = fill(template["body"], parameters(components, "body"), "body")
    if characters(body) > (1024 if len(template.keys() & {"header", "footer", "buttons"}) else 32768):
        raise Refusal(132005, "The text of the body is too long once filled.")
    return header, body, template.get("footer", ""), buttons(template, components)


def parameters(components, kind):
    values = []
    for component in components:
        if str(component.get("type", "")).lower() == kind:
            values += [as_object(p) for p in as_list(component.get("parameters"))]
    return values


def fill(text, values, where):
    wanted = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    if len(values) != len(wanted):
        raise Refusal(132000, f"{where}: number of localizable_params ({len(values)}) does not "
                              f"match the expected number of params ({len(wanted)})")
    named = {}
    for name, value in zip(wanted, values):
        if value.get("type") != "text":
            raise Refusal(132012, f"{where}: expected a text parameter")
        named[value.get("parameter_name", name)] = plain(value.get("text"), where)
    if set(named) != set(wanted):
        raise Refusal(132000, f"{where}: parameter names do not match the template's")
    return PLACEHOLDER.sub(lambda found: named[found.group(1)], text)


def plain(value, where):
    if not isinstance(value, str) or not value.strip():
        raise Refusal(132018, f"{where}: a parameter text is empty")
    if "\n" in value or "\r" in value or "\t" in value or "     " in value:
        raise Refusal(132018, "Param text cannot have new-line/tab characters or more than 4 "
                              "consecutive spaces")
    return value


def buttons(template, components):
    """The template's buttons with the payloads of this send."""
    shown = [{"kind": b.get("type", "quick_reply"), "title": b.get("text", ""), "id": ""}
             for b in template.get("buttons", [])]
    for component in components:
        if str(component.get("type", "")).lower() != "button":
            continue
        number = str(component.get("index", ""))
        index = int(number) if re.fullmatch(r"[0-9]", number) else -1
        values = as_list(component.get("parameters"))
        if not 0 <= index < len(shown) or len(values) != 1:
            raise Refusal(132000, f"button {component.get('index')}: no such button in the template")
        value = as_object(values[0])
        payload = value.get("payload", value.get("text"))
        length(payload, "button parameter", 256)
        shown[index]["id"] = payload
    return shown
