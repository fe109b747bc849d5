"""The configuration that system tests start from. The only place here that knows its keys."""

import copy
import os
import pathlib

import postgres

from .places import SOURCE, plugin_dir
from .yaml_text import to_yaml

KEY = "a key of the tests, at least 32 bytes"


def daemon_config(folder, port, whatsapp=None, **changes):
    """A whole configuration as nested values: a store of its own, loopback, development mode.

    whatsapp: a FakeWhatsApp; without one there is no such channel.
    changes: top-level keys that replace or, where both are mappings, are merged into the default.
    """
    folder = pathlib.Path(folder)
    config = {
        "development": True,
        "http": {"address": "127.0.0.1", "port": port},
        "control": {"socket": str(folder / "control")},
        "store": store(folder),
        "plugins": {"path": [str(plugin_dir())]},
        "directory": {"region": "CM", "unknown_recipient": "create"},
        "templates": {"plugin": "catalog",
                      "settings": {"folder": str(SOURCE / "config" / "templates")}},
        "channels": {
            "webchat": {"plugin": "webchat", "grants": ["submit"]},
            "log": {"plugin": "log", "settings": {"file": str(folder / "notifications.jsonl")}},
        },
        "routes": [{"name": "default", "chain": ["webchat", "log"]}],
    }
    if whatsapp:
        config["secrets"] = secret_files(folder, whatsapp)
        config["channels"]["whatsapp"] = whatsapp_channel(whatsapp)
        config["routes"][0]["chain"] = ["webchat", "whatsapp", "log"]
    return merged(config, changes)


def store(folder):
    """SQLite in the folder; with HERALD_STORE=postgresql a schema named after the folder."""
    if os.environ.get("HERALD_STORE") != "postgresql":
        return {"url": f"sqlite:{folder / 'herald.db'}"}
    return {"url": postgres.shared().url(), "schema": postgres.schema_of(folder)}


def secret_files(folder, fake):
    """The fake's secrets as files beside the configuration, by their names in it."""
    secrets = {"whatsapp_token": fake.token, "whatsapp_app_secret": fake.app_secret,
               "whatsapp_verify_token": fake.verify_token, "twilio_auth_token": fake.auth_token}
    for name, value in secrets.items():
        path = pathlib.Path(folder, name)
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
    return {name: {"file": str(pathlib.Path(folder, name))} for name in secrets}


def whatsapp_channel(fake, **settings):
    """Always as text and nobody left alone, unless `settings` say otherwise: most tests are about
    something else."""
    settings = {"base_url": fake.url, "window": "ignore", "quarantine": "0s"} | settings
    if fake.provider == "twilio":
        return {"plugin": "whatsapp", "secrets": {"auth_token": "twilio_auth_token"},
                "settings": {"provider": "twilio", "account_sid": fake.account_sid,
                             "from": "whatsapp:+14155238886", "webhook_url": fake.public_url,
                             **settings}}
    return {"plugin": "whatsapp", "settings": {"phone_number_id": fake.phone_number_id, **settings},
            "secrets": {"token": "whatsapp_token", "app_secret": "whatsapp_app_secret",
                        "verify_token": "whatsapp_verify_token"}}


def production(folder, **changes):
    """Changes for daemon_config: no development mode, and a key for people's tokens (KEY)."""
    path = pathlib.Path(folder, "user_key")
    path.write_text(KEY, encoding="utf-8")
    path.chmod(0o600)
    keys = [{"id": "test", "algorithm": "HS256", "secret": "user_key"}]
    return merged({"development": False, "secrets": {"user_key": {"file": str(path)}},
                   "auth": {"user_tokens": {"keys": keys}}}, changes)


def merged(base, changes):
    result = copy.copy(base)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def write_config(path, config):
    """Writes nested values, or a text as it is."""
    text = config if isinstance(config, str) else to_yaml(config)
    pathlib.Path(path).write_text(text, encoding="utf-8")
    return pathlib.Path(path)
