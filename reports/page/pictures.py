"""Pictures of a page, as SVG whose boxes are links: the components of a stack, and who reaches what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from reports.html.templates import fragment
from reports.page.layout import HEIGHT, MARGIN, WIDTH, Edge, layout
from reports.page.marks import MARKS
from reports.page.resources import Component, Graph
from reports.reach import Row

HERE = Path(__file__).parent
MOST = 80
"""Boxes that a picture holds and is still one to look at."""
LETTERS = 21
"""Of a name that fit into a box."""
REACH_WIDTH, REACH_COLUMN, REACH_ROW = 250, 560, 58
REACH_LETTERS = 31


@dataclass(frozen=True, kw_only=True)
class Box:
    """A link: where it leads, where it stands, what is written in it, and what is read aloud."""

    number: int
    target: str
    x: int
    y: int
    name: str
    note: str
    label: str
    kind: str = ""
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, kw_only=True)
class Line(Edge):
    """An edge of a ``kind``."""

    kind: str = ""


def of_components(graph: Graph) -> Markup:
    """The components, each with what changes in it; where they are too many, those that change and their neighbours."""
    chosen = _chosen(graph.components)
    needs = {component.number: [end for end in component.needs if end in chosen] for component in chosen.values()}
    found = layout(needs)
    boxes = [_component(component, *found.places[number]) for number, component in sorted(chosen.items())]
    picture = fragment(
        HERE,
        "map.html",
        name="components",
        caption="Components and what they need",
        boxes=boxes,
        edges=[Line(start=edge.start, end=edge.end, path=edge.path) for edge in found.edges],
        width=found.width,
        height=found.height,
    )
    left = len(graph.components) - len(chosen)
    more = Markup('<p class="muted">{} components that are not shown here are in the list below.</p>').format(left)
    return picture + more if left else picture


def _chosen(components: Sequence[Component]) -> Mapping[int, Component]:
    if len(components) <= MOST:
        return {component.number: component for component in components}
    changed = [component for component in components if component.operations]
    numbers = {component.number for component in changed}
    near = {end for component in changed for end in component.needs}
    others = [one for one in components if not one.operations and (one.number in near or numbers & {*one.needs})]
    return {component.number: component for component in [*changed, *others][:MOST]}


def _component(component: Component, x: int, y: int) -> Box:
    number = len(component.resources)
    size = f"{number} resource{'' if number == 1 else 's'}"
    marks = {MARKS[operation]: count for operation, count in component.operations.items()}
    note = "  ".join(f"{mark.symbol}{count} {mark.word}" for mark, count in marks.items())
    label = ", ".join([f"{component.name}: {size}", *(f"{count} {mark.word}" for mark, count in marks.items())])
    return Box(
        number=component.number,
        target=f"c{component.number}",
        x=x,
        y=y,
        name=_cut(component.name, LETTERS),
        note=_cut(note, LETTERS + 4) or size,
        label=label,
        kind=next(iter(component.operations), ""),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def of_paths(rows: Sequence[Row]) -> Markup:
    """Who on the left reaches what on the right, by the verdict; empty where there are none, or too many."""
    sources, targets = ({name: index for index, name in enumerate(sorted(set(names)))} for names in _ends(rows))
    if not rows or len(sources) + len(targets) > MOST:
        return Markup()
    height = max(len(sources), len(targets)) * REACH_ROW
    left, right = ((height - len(side) * REACH_ROW) // 2 + MARGIN for side in (sources, targets))
    first = {name: number for number, row in reversed(list(enumerate(rows))) for name in (row.who, row.target)}
    boxes: list[Box] = []
    lines: list[Line] = []
    for side, x, top in ((sources, MARGIN, left), (targets, MARGIN + REACH_COLUMN, right)):
        for name, index in side.items():
            boxes.append(
                Box(
                    number=len(boxes),
                    target=f"p{first[name]}",
                    x=x,
                    y=top + index * REACH_ROW,
                    name=_cut(name, REACH_LETTERS),
                    note=_cut(_note(name, rows), REACH_LETTERS + 4),
                    label=f"{name}: {_note(name, rows)}",
                    width=REACH_WIDTH,
                )
            )
    for row in rows:
        a, b = sources[row.who], targets[row.target]
        start = MARGIN + REACH_WIDTH, left + a * REACH_ROW + HEIGHT // 2
        end = MARGIN + REACH_COLUMN, right + b * REACH_ROW + HEIGHT // 2
        middle = (start[0] + end[0]) // 2
        path = f"M{start[0]} {start[1]}C{middle} {start[1]} {middle} {end[1]} {end[0]} {end[1]}"
        lines.append(Line(start=a, end=len(sources) + b, path=path, kind=row.granted))
    return fragment(
        HERE,
        "map.html",
        name="paths",
        caption="Who reaches what",
        boxes=boxes,
        edges=lines,
        width=2 * MARGIN + REACH_COLUMN + REACH_WIDTH,
        height=height + 2 * MARGIN - (REACH_ROW - HEIGHT),
    )


def _ends(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    return [row.who for row in rows], [row.target for row in rows]


def _note(name: str, rows: Sequence[Row]) -> str:
    """The ports of one end's paths, and how many no grant names."""
    own = [row for row in rows if name in (row.who, row.target)]
    refused = sum(row.granted == "no" for row in own)
    return ", ".join([*sorted({row.ports for row in own}), *([f"✗ {refused} not granted"] if refused else [])])
