"""Pictures of a page, as SVG whose boxes are links into the page: here components, and resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from reports.html.templates import fragment
from reports.page.layout import HEIGHT, WIDTH, Edge, layout
from reports.page.marks import MARKS
from reports.page.resources import Component, Resource

HERE = Path(__file__).parent
MOST = 80
"""Boxes that a picture holds and is still one to look at."""
LETTER = 7.6
"""Width of a letter, in the mean."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A link to ``target`` at a place, with a name and a line below it; its ``kind`` chooses the colour."""

    number: int
    target: str
    x: int
    y: int
    name: str
    note: str
    kind: str = ""
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def short(self) -> str:
        """As much of the name as fits into the box."""
        return cut(self.name, self.width)

    @property
    def short_note(self) -> str:
        """As much of the line as fits, which is in smaller letters."""
        return cut(self.note, round(self.width * 1.06))


def cut(text: str, width: int) -> str:
    """As much of a text as fits into a box: its beginning and its end, which tells it from its neighbours."""
    most = int((width - 20) / LETTER)
    start = most // 2
    return text if len(text) <= most else f"{text[:start]}…{text[start + 1 - most :]}"


def picture(name: str, caption: str, boxes: Sequence[Box], lines: Sequence[Edge], size: tuple[int, int]) -> Markup:
    """The SVG; ``name`` tells its parts from those of other pictures of the page."""
    width, height = size
    return fragment(HERE, "map.html", name=name, caption=caption, boxes=boxes, edges=lines, width=width, height=height)


def of_components(components: Sequence[Component]) -> Markup:
    """The components, each with what changes in it; where they are too many, those that change and their neighbours."""
    chosen = _chosen(components)
    found = layout({number: [end for end in one.needs if end in chosen] for number, one in chosen.items()})
    boxes = [_component(component, *found.places[number]) for number, component in sorted(chosen.items())]
    shown = picture("components", "Components and what they need", boxes, found.edges, (found.width, found.height))
    left = len(components) - len(chosen)
    return shown + (Markup("<p>{} more components are in the list below.</p>").format(left) if left else "")


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
    marks = [(MARKS[operation], count) for operation, count in component.operations.items()]
    words = [f"{mark.symbol}{count} {mark.word}" for mark, count in marks[:1]]
    note = ", ".join([*words, *(f"{mark.symbol}{count}" for mark, count in marks[1:])])
    return Box(
        number=component.number,
        target=f"c{component.number}",
        x=x,
        y=y,
        name=component.name,
        note=note or f"{number} resource{'' if number == 1 else 's'}",
        kind=next(iter(component.operations), ""),
    )


def of_resources(name: str, caption: str, resources: Sequence[Resource]) -> Markup:
    """Resources and what they need of each other; nothing where they are too many, or none needs another."""
    numbers = {resource.number for resource in resources}
    needs = {resource.number: [end for end in resource.needs if end in numbers] for resource in resources}
    if len(resources) > MOST or not any(needs.values()):
        return Markup()
    found = layout(needs)
    boxes = [
        Box(
            number=resource.number,
            target=f"r{resource.number}",
            x=found.places[resource.number][0],
            y=found.places[resource.number][1],
            name=resource.name,
            note=f"{MARKS[resource.operation].symbol} {resource.kind}" if resource.changes else resource.kind,
            kind=resource.operation if resource.changes else "",
        )
        for resource in resources
    ]
    return picture(name, caption, boxes, found.edges, (found.width, found.height))


def of_changes(resources: Sequence[Resource]) -> Markup:
    """What changes, and what needs it directly."""
    changed = [resource for resource in resources if resource.changes]
    near = {end for resource in changed for end in resource.needed_by}
    chosen = [*changed, *(resources[end] for end in sorted(near) if not resources[end].changes)]
    return of_resources("changes", "What changes, and what needs it", chosen if changed else [])
