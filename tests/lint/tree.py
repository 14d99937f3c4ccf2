# SPDX-License-Identifier: Apache-2.0
"""tree - which files the checks look at, and how they report."""
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def tracked(*suffixes, under=""):
    """Project files (paths relative to the top) that git tracks or would add; all where git can't say."""
    command = ["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), "ls-files", "-z",
               "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = walk()
    paths = sorted({pathlib.PurePosixPath(n) for n in names if n and n.startswith(under)})
    return [p for p in paths if (TOP / p).is_file() and (not suffixes or p.suffix in suffixes)]


def walk():
    for folder, folders, names in os.walk(TOP):
        folders[:] = [f for f in folders if f != ".git" and not f.startswith("build")]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), TOP)


def text(path):
    return (TOP / path).read_text(encoding="utf-8", errors="replace")


def shebang(path):
    """The first line of a script, or ''."""
    with open(TOP / path, "rb") as file:
        first = file.readline(200)
    return first.decode(errors="replace").strip() if first.startswith(b"#!") else ""


def exceptions(name, fields):
    """Rows of an exception list: so many words, then a reason, which must be there."""
    rows = {}
    for line in text(f"tests/lint/{name}").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, fields)
        if len(words) <= fields:
            sys.exit(f"tests/lint/{name}: no reason given: {line}")
        rows[tuple(words[:fields])] = words[fields]
    return rows


def finish(problems, checked):
    """Ends the check. A check that looked at nothing has failed too."""
    for problem in problems:
        print(problem)
    if not checked:
        print("nothing to check: is this the right folder?")
    print(f"{checked} checked, {len(problems)} problems")
    sys.exit(1 if problems or not checked else 0)
