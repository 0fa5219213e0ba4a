"""Who can reach what, as a part of a page: the picture, then each path hop by hop."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from lib.printable import one_line
from reports.html.parts import Tone, paragraphs
from reports.html.shell import Section
from reports.html.templates import fragment
from reports.page.layout import GAP, HEIGHT, MARGIN, Edge, curve
from reports.page.marks import MARKS
from reports.page.pictures import HERE, MOST, Box, picture
from reports.reach import Row, difference, summary

VERDICTS: Mapping[str, tuple[str, Tone]] = {
    "yes": ("✓ granted", "good"),
    "no": ("✗ not granted", "bad"),
    "public": ("◎ public", "warn"),
}
NEW, GONE = f"{MARKS['create'].symbol} new", f"{MARKS['delete'].symbol} gone"
LEGEND = (
    "A line leads from who reaches to what is reached: whole where a grant names it, dashed where none does, dotted "
    "where it is public."
)
WIDTH, COLUMN = 270, 620
ROW = HEIGHT + GAP


def section(rows: Sequence[Row], against: Sequence[Row] | None) -> Section:
    """The paths, those that a change opens or closes marked; ``against`` are the ones before it."""
    opened, closed = difference(against, rows) if against is not None else ([], [])
    every = sorted([*rows, *closed])
    changes = {**dict.fromkeys(opened, NEW), **dict.fromkeys(closed, GONE)}
    targets: dict[str, list[dict[str, object]]] = {}
    for number, row in enumerate(every):
        targets.setdefault(row.target, []).append(_shown(number, row, changes.get(row, "")))
    said = f"{summary(rows)}." if against is None else f"{summary(rows)}; {len(opened)} new, {len(closed)} gone."
    listed = fragment(HERE, "reach.html", targets=targets.items())
    return Section("Who can reach what", paragraphs(said) + _map(every) + listed, str(len(rows)))


def _shown(number: int, row: Row, change: str) -> dict[str, object]:
    verdict, tone = VERDICTS.get(row.granted, (row.granted, "plain"))
    return {
        "number": number,
        "who": row.who,
        "ports": row.ports,
        "verdict": verdict,
        "tone": tone,
        "change": change,
        "open": row.granted == "no" or bool(change),
        "hops": row.path.split(" -> "),
    }


def _map(rows: Sequence[Row]) -> Markup:
    """The picture; nothing where there are no paths, or more ends than one can look at."""
    who, targets = sorted({row.who for row in rows}), sorted({row.target for row in rows})
    if not rows or len(who) + len(targets) > MOST:
        return Markup()
    height = max(len(who), len(targets)) * ROW - GAP
    left = _boxes(who, MARGIN, height, [(row.who, row, number) for number, row in enumerate(rows)], 0)
    right = _boxes(
        targets, MARGIN + COLUMN, height, [(row.target, row, number) for number, row in enumerate(rows)], len(who)
    )
    size = (2 * MARGIN + COLUMN + WIDTH, height + 2 * MARGIN)
    boxes = [*left.values(), *right.values()]
    return picture("paths", "Who reaches what", boxes, _lines(rows, left, right), size) + paragraphs(LEGEND)


def _boxes(
    names: Sequence[str], x: int, height: int, ends: Iterable[tuple[str, Row, int]], start: int
) -> Mapping[str, Box]:
    """A column of boxes, one for each name, which leads to the first of its paths."""
    own: dict[str, list[tuple[Row, int]]] = defaultdict(list)
    for name, row, number in ends:
        own[name].append((row, number))
    top = MARGIN + (height - len(names) * ROW + GAP) // 2
    return {
        name: Box(
            number=start + index,
            target=f"p{own[name][0][1]}",
            x=x,
            y=top + index * ROW,
            name=one_line(name),
            note=one_line(_note([row for row, _ in own[name]])),
            width=WIDTH,
        )
        for index, name in enumerate(names)
    }


def _note(rows: Sequence[Row]) -> str:
    """The ports of paths, and how many no grant names."""
    refused = sum(row.granted == "no" for row in rows)
    return ", ".join([*([f"✗ {refused} not granted"] if refused else []), *sorted({row.ports for row in rows})])


def _lines(rows: Sequence[Row], left: Mapping[str, Box], right: Mapping[str, Box]) -> list[Edge]:
    """Each path's line; several at one box stand apart."""
    many = Counter(row.who for row in rows), Counter(row.target for row in rows)
    passed: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    lines = []
    for row in sorted(rows, key=lambda row: (left[row.who].y, right[row.target].y)):
        heights = []
        for side, name, box in ((0, row.who, left[row.who]), (1, row.target, right[row.target])):
            passed[side][name] += 1
            heights.append(box.y + HEIGHT * passed[side][name] / (many[side][name] + 1))
        path = curve([(MARGIN + WIDTH, heights[0]), (MARGIN + COLUMN, heights[1])])
        start, end = left[row.who].number, right[row.target].number
        lines.append(Edge(start=start, end=end, path=path, kind=row.granted))
    return lines
