"""The daemon's own description of its HTTP API, as a check of every exchange of the test run.

The document is the one that /openapi.json serves (daemon/http/openapi.json; test_contract.py of the system
tests compares them). Its objects are taken as complete: a member that no schema names is a mistake of the
description, which tells clients only that there may be more one day.
"""

import functools
import json
import pathlib
import re
import urllib.parse

import jsonschema

from descriptions import whole

FILE = pathlib.Path(__file__).resolve().parents[2] / "daemon" / "http" / "openapi.json"
PROBLEM = "#/components/schemas/Problem"
PLUGINS_OWN = "/hooks/"  # providers' webhooks: descriptions.py has what those look like
FORMATS = jsonschema.FormatChecker(formats=())
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@FORMATS.checks("date-time")
def is_time(value):
    return not isinstance(value, str) or TIME.fullmatch(value) is not None


def closed(schema):
    """The same, but an object has no members besides those that are named."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: {name: closed(inner) for name, inner in value.items()} if key == "properties"
           else closed(value) for key, value in schema.items()}
    if "properties" in out:
        out.setdefault("additionalProperties", False)
    return out


class Broken(Exception):
    """The daemon or its description is wrong. No AssertionError: some tests take those for a daemon
    that has gone."""


class Contract:
    def __init__(self, document):
        self.document = document
        self.paths = []
        for template in document["paths"]:
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
            # A literal segment wins over a parameter, from the left.
            order = [part.startswith("{") for part in template.split("/")]
            self.paths.append((order, re.compile(pattern), template))
        self.paths.sort(key=lambda path: path[0])
        self.validators = {}

    def template(self, path):
        return next((t for _, pattern, t in self.paths if pattern.fullmatch(path)), None)

    def exchange(self, method, target, request, status, kind, body):
        """Broken, unless the description has this: `request` and `body` are bytes (or None), `kind` is
        the answer's Content-Type."""
        where = f"{method} {target[:200]} -> {status}"
        path, _, query = target.partition("?")
        if path.startswith(PLUGINS_OWN):
            return
        template = self.template(path)
        operations = self.document["paths"].get(template, {})
        operation = operations.get("get" if method == "HEAD" else method.lower())
        if operation is None:
            self.refusal(where, template, method, status, kind, body)
            return
        described = operation["responses"].get(str(status))
        if described is None:
            raise Broken(f"{where}: {template} describes no such status\n{body[:500]!r}")
        if method != "HEAD":
            self.content(where, self.resolved(described), status, kind, body)
        if 200 <= status < 300:
            self.accepted(where, operation, query, request)

    def refusal(self, where, template, method, status, kind, body):
        """What is not described is not there."""
        if template and method == "OPTIONS" and status == 204 and not body:
            return
        if status not in (400, 403, 405, 501) if template else status not in (400, 404, 501):
            raise Broken(f"{where}: not described\n{body[:500]!r}")
        if method != "HEAD":
            self.content(where, {"content": {"application/problem+json": {
                "schema": {"$ref": PROBLEM}}}}, status, kind, body)

    def content(self, where, described, status, kind, body):
        kinds = described.get("content", {})
        kind = (kind or "").partition(";")[0].strip()
        if kind == "text/event-stream" and kind in kinds:
            return  # message() is for what it says
        if not body and (not kinds or status in (429, 503)):
            return  # a connection that is refused gets a status alone
        if kind not in kinds:
            raise Broken(f"{where}: content of type {kind!r}; described: {sorted(kinds)}")
        schema = kinds[kind].get("schema")
        if kind.endswith("json"):
            self.check(where, schema, parsed(where, body))

    def accepted(self, where, operation, query, request):
        """What the daemon took is described, too."""
        given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        for parameter in operation.get("parameters", ()):
            text = given.get(parameter["name"]) if parameter["in"] == "query" else None
            if text is not None:
                number = parameter["schema"].get("type") == "integer" and text.isdigit()
                self.check(f"{where}: {parameter['name']}", parameter["schema"],
                           int(text) if number else text)
        body = operation.get("requestBody")
        if not request or not request.strip():
            if body and body["required"]:
                raise Broken(f"{where}: taken without the body that is required")
        elif body:
            self.check(f"{where}: the request", body["content"]["application/json"]["schema"],
                       parsed(where, request))

    def message(self, name, value):
        """Something said on a stream, by the name of its schema."""
        self.check(name, {"$ref": f"#/components/schemas/{name}"}, value)

    def check(self, where, schema, value):
        found = jsonschema.exceptions.best_match(self.validator(schema).iter_errors(value))
        if found is not None:
            place = "/".join(map(str, found.absolute_path))
            raise Broken(f"{where}: at '{place}': {found.message[:300]}")

    def validator(self, schema):
        key = json.dumps(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(
                closed(whole(schema, self.document)), format_checker=FORMATS)
        return self.validators[key]

    def resolved(self, part):
        return whole_reference(part, self.document) if "$ref" in part else part


def parsed(where, body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise Broken(f"{where}: {error}\n{body[:500]!r}") from None


def whole_reference(part, root):
    target = root
    for name in part["$ref"].removeprefix("#/").split("/"):
        target = target[name]
    return target


@functools.cache
def contract():
    return Contract(json.loads(FILE.read_text("utf-8")))
