"""Where the built programs are."""

import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[3]


def build_dir():
    folder = os.environ.get("HERALD_BUILD_DIR")
    if not folder:
        raise RuntimeError("HERALD_BUILD_DIR is not set: the build folder that holds bin/heraldd")
    return pathlib.Path(folder).resolve()


def program(name):
    """The path of heraldd or heraldctl; says what is missing."""
    path = build_dir() / "bin" / name
    if not path.is_file():
        raise RuntimeError(f"{path} is missing: build the target {name} first")
    return path


def plugin_dir():
    return build_dir() / "plugins"
