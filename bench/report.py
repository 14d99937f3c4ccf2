# SPDX-License-Identifier: Apache-2.0
"""report - turns measurements into docs/bench: a page of tables and one SVG bar chart per measure."""
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

COLOURS = {"floor": "#9aa0a6", "davit": "#1a73e8"}
PEER_COLOUR = "#c58af9"


@dataclass
class Measure:
    name: str       # also the name of the plot
    title: str
    unit: str
    about: str = ""
    rows: dict = field(default_factory=dict)   # runtime: value
    extra: dict = field(default_factory=dict)  # runtime: text for the last column
    extra_title: str = ""
    missing: dict = field(default_factory=dict)  # runtime: why

    def ratio(self, runtime, to):
        if not self.rows.get(to) or runtime in (to, "floor"):
            return ""
        return f"{self.rows[runtime] / self.rows[to]:.2f}"


def number(value):
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def table(measure):
    head = ["", measure.unit]
    against = [to for to in ("floor", "crun") if to in measure.rows]
    head += [f"÷ {to}" for to in against]
    if measure.extra_title:
        head.append(measure.extra_title)
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for runtime, value in measure.rows.items():
        cells = [runtime, number(value)] + [measure.ratio(runtime, to) for to in against]
        if measure.extra_title:
            cells.append(measure.extra.get(runtime, ""))
        lines.append("| " + " | ".join(cells) + " |")
    lines += [f"\n{runtime}: {why}" for runtime, why in measure.missing.items()]
    return "\n".join(lines)


def svg(measure):
    """Horizontal bars, one per runtime, each with its value."""
    left, width, step, top = 70, 420, 30, 44
    height = top + step * len(measure.rows) + 12
    longest = max(measure.rows.values()) or 1
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" '
             f'font-family="sans-serif" font-size="13" role="img">',
             f"<title>{escape(measure.title)}</title>",
             f'<rect width="640" height="{height}" fill="#ffffff"/>',
             f'<text x="12" y="24" font-size="15" fill="#202124">{escape(measure.title)}, '
             f"{escape(measure.unit)}</text>"]
    for line, (runtime, value) in enumerate(measure.rows.items()):
        y, bar = top + line * step, max(1, round(width * value / longest))
        ratio = measure.ratio(runtime, "floor") or measure.ratio(runtime, "crun")
        base = "floor" if measure.ratio(runtime, "floor") else "crun"
        note = f" ({ratio} × {base})" if ratio else ""
        parts += [f'<text x="{left - 8}" y="{y + 15}" text-anchor="end" fill="#202124">{escape(runtime)}</text>',
                  f'<rect x="{left}" y="{y}" width="{bar}" height="20" rx="2" '
                  f'fill="{COLOURS.get(runtime, PEER_COLOUR)}"/>',
                  f'<text x="{left + bar + 6}" y="{y + 15}" fill="#5f6368">{number(value)}{escape(note)}</text>']
    return "\n".join(parts + ["</svg>"]) + "\n"


def page(measures, facts, plots):
    """The whole page. plots: whether the charts are beside it."""
    parts = ["# Measurements\n", "Made by `./dev bench`; every table was taken side by side in one run.\n"]
    parts += [f"* {name}: {value}" for name, value in facts]
    for measure in measures:
        parts.append(f"\n## {measure.title}\n")
        if measure.about:
            parts.append(measure.about + "\n")
        parts.append(table(measure) if measure.rows or measure.missing else "Not measured.")
        if plots and measure.rows:
            parts.append(f"\n![{measure.title}]({measure.name}.svg)")
    return "\n".join(parts) + "\n"


def write(folder, measures, facts):
    folder.mkdir(parents=True, exist_ok=True)
    for measure in measures:
        if measure.rows:
            (folder / f"{measure.name}.svg").write_text(svg(measure), encoding="utf-8")
    (folder / "results.md").write_text(page(measures, facts, True), encoding="utf-8")
