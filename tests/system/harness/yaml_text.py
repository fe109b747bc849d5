"""Writes plain values as YAML text: what a configuration needs, without a library."""

import json
import re

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_/.\-]*")
RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "none"}


def scalar(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    if PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a YAML string


def to_yaml(value, depth=0):
    """Block style; keys keep their order."""
    pad = "  " * depth
    lines = []
    if isinstance(value, dict):
        for key, item in value.items():
            lines.append(entry(f"{pad}{scalar(key)}:", item, depth))
    else:
        for item in value:
            if isinstance(item, dict) and item:
                block = to_yaml(item, depth + 1)
                lines.append(f"{pad}- " + block[len(pad) + 2:])
            else:
                lines.append(entry(f"{pad}-", item, depth))
    return "".join(lines)


def entry(head, item, depth):
    if isinstance(item, (dict, list, tuple)):
        if not item:
            return f"{head} {'{}' if isinstance(item, dict) else '[]'}\n"
        return f"{head}\n{to_yaml(item, depth + 1)}"
    return f"{head} {scalar(item)}\n"
