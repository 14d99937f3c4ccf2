#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""conformance - the page of recorded verdicts, side by side, as Markdown.

usage: conformance.py RECORD.json… >docs/conformance.md    each made by `run --record`; columns in their order
"""
import json
import pathlib
import sys

MARKS = {"pass": "yes", "fail": "**no**", "skip": "–"}


def print_table(columns):
    """columns: [(name, what record() returns for it)]."""
    titles = [f"{name} ({data['layout']})" for name, data in columns]
    print(f"| clause | case | {' | '.join(titles)} |\n|---|---|{'---|' * len(titles)}")
    labels = dict.fromkeys(label for _, data in columns for label in data["cases"])
    for label in labels:
        clause, title = label.split(": ", 1)
        cells = [MARKS[data["cases"].get(label, ["skip"])[0]] for _, data in columns]
        print(f"| {clause} | {title} | {' | '.join(cells)} |")
    counts = [sum(verdict[0] == "pass" for verdict in data["cases"].values()) for _, data in columns]
    print(f"| | **cases that pass, of {len(labels)}** | {' | '.join(map(str, counts))} |")


def print_reasons(columns):
    for name, data in columns:
        print(f"\n### {name} ({data['layout']}): {data['version']}\n")
        for label, (verdict, why) in data["cases"].items():
            if verdict != "pass":
                print(f"* {'not shown' if verdict == 'skip' else 'fails'}, {label}: {one_line(why)}")


def one_line(text):
    line = text.replace("\n", " ").replace("|", "\\|")
    return line if len(line) < 300 else line[:300] + "…"


def main():
    columns = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            columns += json.load(file).items()
    print((pathlib.Path(__file__).parent / "deviations.md").read_text(encoding="utf-8"))
    print_table(columns)
    print("\n## Why not")
    print_reasons(columns)


if __name__ == "__main__":
    main()
