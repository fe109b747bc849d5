#!/usr/bin/python3
"""The map from the checklist to the tests, read from their `covers:` comments.

A comment line `covers: S24 S28` directly above a test claims those lines. Without an option the map
is printed; --check prints only what is wrong and ends with 1: a line owned by `main` without a test,
an id that is not in the list, a comment with no test below it.
"""

import argparse
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("tests", "sdk", "plugins")
ENDINGS = {".cpp", ".hpp", ".cc", ".c", ".h", ".py", ".sh", ".js", ".mjs"}
COVERS = re.compile(r"^\s*(?://|#)\s*covers:\s*(.*)$")
COMMENT = re.compile(r"^\s*(?://|#|\*|@|$)")
CPP = re.compile(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\s*\(\s*(\w+)\s*,\s*(\w+)")
PYTHON = re.compile(r"^\s*(?:async\s+)?(def|class)\s+(\w+)")
SCRIPT = re.compile(r"""^\s*(?:(?:test|it)\(\s*["'`]([^"'`]+)|(?:function\s+)?([\w-]+)\s*\(\)\s*\{)""")


def load_checklist(path):
    """{id: (owner, description)} in the file's order."""
    lines = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split(None, 2)
        if len(parts) != 3 or parts[1] not in ("main", "later") or parts[0] in lines:
            raise SystemExit(f"{path}:{number}: not `ID main|later description`, or a repeated id")
        lines[parts[0]] = (parts[1], parts[2])
    return lines


def test_below(lines, start, ending):
    """The name of the test that follows line `start`, or None."""
    while start < len(lines) and COMMENT.match(lines[start]):
        start += 1
    # A macro or a call may be broken after its parenthesis.
    text = " ".join(lines[start:start + 3])
    if ending in (".sh", ".js", ".mjs"):
        found = SCRIPT.match(text)
        return (found.group(1) or found.group(2)) if found else None
    if ending == ".py":
        found = PYTHON.match(text)
        if not found or not found.group(2).lower().startswith("test") and found.group(1) == "def":
            return None
        return class_above(lines, start) + found.group(2) if found.group(1) == "def" \
            else found.group(2)
    found = CPP.match(text)
    return f"{found.group(1)}.{found.group(2)}" if found else None


def class_above(lines, start):
    for line in reversed(lines[:start]):
        found = re.match(r"class\s+(\w+)", line)
        if found:
            return found.group(1) + "."
    return ""


def scan(root):
    """({id: [(file, test)]}, [claims without a test])."""
    claims, orphans = collections.defaultdict(list), []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in ENDINGS or not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            name = str(path.relative_to(root))
            for number, line in enumerate(lines, 1):
                found = COVERS.match(line)
                if not found:
                    continue
                test = test_below(lines, number, path.suffix)
                if test is None:
                    orphans.append(f"{name}:{number}: covers: with no test below it")
                    continue
                for claimed in re.findall(r"[^\s,]+", found.group(1)):
                    claims[claimed].append((name, test, number))
    return claims, orphans


def problems(checklist, claims, orphans):
    found = list(orphans)
    for claimed, places in claims.items():
        if claimed not in checklist:
            found += [f"{file}:{number}: {claimed} is not in the checklist"
                      for file, _, number in places]
    for name, (owner, description) in checklist.items():
        if owner == "main" and not claims.get(name):
            found.append(f"{name} has no test: {description}")
    return found


def print_map(checklist, claims):
    for name, (owner, description) in checklist.items():
        places = claims.get(name, [])
        mark = "" if places else ("  (no test)" if owner == "main" else "  (later)")
        print(f"{name:5} {description}{mark}")
        for file, test, _ in places:
            print(f"      {file}  {test}")


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--check", action="store_true", help="say only what is wrong; 1 if anything is")
    p.add_argument("--root", type=pathlib.Path, default=ROOT, help="top of the source tree")
    options = p.parse_args(arguments)
    checklist = load_checklist(options.root / "tests" / "checklist.txt")
    claims, orphans = scan(options.root)
    if options.check:
        found = problems(checklist, claims, orphans)
        for line in found:
            print(line)
        return 1 if found else 0
    print_map(checklist, claims)
    owned = [name for name, (owner, _) in checklist.items() if owner == "main"]
    print(f"\n{sum(bool(claims.get(n)) for n in owned)} of {len(owned)} lines have a test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
