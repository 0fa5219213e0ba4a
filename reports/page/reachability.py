"""Who can reach what, as a part of a page: the picture, then each path hop by hop."""

from collections.abc import Sequence
from pathlib import Path

from reports.html.parts import Tone, paragraphs
from reports.html.shell import Section
from reports.html.templates import fragment
from reports.page import pictures
from reports.page.marks import MARKS
from reports.reach import Row, difference, summary

VERDICTS: dict[str, tuple[str, Tone]] = {
    "yes": ("✓ granted", "good"),
    "no": ("✗ not granted", "bad"),
    "public": ("◎ public", "warn"),
}
LEGEND = (
    "A line leads from who reaches to what is reached: whole where a grant names it, dashed where none does, dotted "
    "where it is public."
)
NEW, GONE = "new", "gone"


def section(rows: Sequence[Row], against: Sequence[Row] | None) -> Section:
    """The paths, those that the change opens or closes marked; ``against`` are the ones before it."""
    opened, closed = difference(against, rows) if against is not None else ([], [])
    every = sorted([*rows, *closed])
    marks = {**dict.fromkeys(opened, NEW), **dict.fromkeys(closed, GONE)}
    targets: dict[str, list[dict[str, object]]] = {}
    for number, row in enumerate(every):
        targets.setdefault(row.target, []).append(_shown(number, row, marks.get(row, "")))
    said = f"{summary(rows)}." if against is None else f"{summary(rows)}; {len(opened)} new, {len(closed)} gone."
    listed = fragment(Path(__file__).parent, "reach.html", targets=targets.items())
    content = paragraphs(said) + pictures.of_paths(every) + (paragraphs(LEGEND) if every else "") + listed
    return Section("Who can reach what", content, str(len(rows)))


def _shown(number: int, row: Row, change: str) -> dict[str, object]:
    verdict, tone = VERDICTS.get(row.granted, (row.granted, "plain"))
    return {
        "number": number,
        "who": row.who,
        "ports": row.ports,
        "verdict": verdict,
        "tone": tone,
        "change": {NEW: f"{MARKS['create'].symbol} new", GONE: f"{MARKS['delete'].symbol} gone"}.get(change, ""),
        "change_tone": "grave" if change == NEW else "info",
        "open": row.granted == "no" or bool(change),
        "hops": row.path.split(" -> "),
    }
