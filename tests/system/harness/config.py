"""The configuration that system tests start from. The only place here that knows its keys."""

import copy
import pathlib

from .places import SOURCE, plugin_dir
from .yaml_text import to_yaml


def daemon_config(folder, port, whatsapp=None, **changes):
    """A whole configuration as nested values: SQLite in `folder`, loopback, development mode.

    whatsapp: a FakeWhatsApp; without one there is no such channel.
    changes: top-level keys that replace or, where both are mappings, are merged into the default.
    """
    folder = pathlib.Path(folder)
    config = {
        "http": {"listen": f"127.0.0.1:{port}", "development": True},
        "control": {"socket": str(folder / "control")},
        "store": {"sqlite": {"path": str(folder / "herald.db")}},
        "plugins": {"path": [str(plugin_dir())]},
        "templates": {"catalog": {"plugin": "catalog",
                                  "config": {"folder": str(SOURCE / "config" / "templates")}}},
        "directory": {"default_region": "CM", "unknown_recipient": "create"},
        "channels": {
            "webchat": {"plugin": "webchat"},
            "log": {"plugin": "log", "config": {"file": str(folder / "notifications.jsonl")}},
        },
        "routes": [{"name": "default", "chain": ["webchat", "log"]}],
    }
    if whatsapp:
        config["channels"]["whatsapp"] = whatsapp_channel(folder, whatsapp)
        config["routes"][0]["chain"] = ["webchat", "whatsapp", "log"]
    return merged(config, changes)


def whatsapp_channel(folder, fake):
    """The channel of this fake; its secrets go into files beside the configuration."""
    secrets = {"token": fake.token, "app_secret": fake.app_secret,
               "verify_token": fake.verify_token}
    for name, value in secrets.items():
        path = pathlib.Path(folder, f"whatsapp.{name}")
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
    return {"plugin": "whatsapp",
            "config": {"base_url": fake.url, "phone_number_id": fake.phone_number_id},
            "secrets": {name: {"file": str(pathlib.Path(folder, f"whatsapp.{name}"))}
                        for name in secrets}}


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
