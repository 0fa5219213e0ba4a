"""Where the boxes of a graph stand: what is needed to the left of what needs it, few crossings, no implied edges.

The layered drawing of Sugiyama, Tagawa and Toda (1981): columns by longest path, bends where an edge passes a column,
and the order in each column by the mean of the neighbours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx

WIDTH, HEIGHT = 184, 48
"""Of a box."""
COLUMN, GAP = 240, 16
"""From column to column, and between boxes."""
BEND = 14
"""Height that an edge takes where it passes a column."""
COLUMNS = 5
"""Boxes in a row of those without edges, where the others are in fewer columns."""
MARGIN = 12
SWEEPS = 8
"""How often the order in the columns is improved."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """From a box to another one, as the ``d`` of an SVG path; its ``kind`` chooses colour and dashes."""

    start: int
    end: int
    path: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Positions of the boxes' upper left corners by number, and the edges, in a picture of a size."""

    places: Mapping[int, tuple[int, int]]
    edges: Sequence[Edge]
    width: int
    height: int


@dataclass(eq=False)
class _Slot:
    """A place in a column: of a box, or of a bend where ``box`` is None. ``y`` is its middle."""

    box: int | None
    column: int
    left: list["_Slot"] = field(default_factory=list)
    right: list["_Slot"] = field(default_factory=list)
    y: float = 0

    @property
    def height(self) -> int:
        return BEND if self.box is None else HEIGHT


def layout(needs: Mapping[int, Sequence[int]]) -> Layout:
    """Boxes by what each of them needs; what neither needs nor is needed stands below, in rows.

    Of boxes that need each other in a circle, one edge is left out.
    """
    shown = _reduced(needs)
    alone = sorted(box for box in shown if shown.degree(box) == 0)
    shown.remove_nodes_from(alone)
    columns = [sorted(boxes) for boxes in nx.topological_generations(shown)]
    slots = {box: _Slot(box, x) for x, boxes in enumerate(columns) for box in boxes}
    ways = {edge: _way(slots[edge[0]], slots[edge[1]]) for edge in sorted(shown.edges)}
    ordered: list[list[_Slot]] = [[] for _ in columns]
    for slot in [*slots.values(), *(bend for way in ways.values() for bend in way[1:-1])]:
        ordered[slot.column].append(slot)
    _order(ordered)
    height = max(map(_stack, ordered), default=-GAP)
    for slot in (slot for column in ordered for slot in column):
        slot.y += height / 2 + MARGIN
    edges = [Edge(start=a, end=b, path=curve([*_points(way)])) for (a, b), way in ways.items()]
    width = max(len(columns), min(len(alone), COLUMNS))
    for index, box in enumerate(alone):
        y = height + GAP + (index // width) * (HEIGHT + GAP) + HEIGHT / 2 + MARGIN
        slots[box] = _Slot(box, index % width, y=y)
    places = {box: (MARGIN + slot.column * COLUMN, round(slot.y - HEIGHT / 2)) for box, slot in sorted(slots.items())}
    rows = -(-len(alone) // width) if alone else 0
    return Layout(
        places=places,
        edges=edges,
        width=2 * MARGIN + max(width - 1, 0) * COLUMN + WIDTH,
        height=round(max(height, 0) + rows * (HEIGHT + GAP)) + 2 * MARGIN,
    )


def _reduced(needs: Mapping[int, Sequence[int]]) -> "nx.DiGraph[int]":
    """Edges from what is needed, without those that others imply and without circles."""
    whole: nx.DiGraph[int] = nx.DiGraph()
    whole.add_nodes_from(sorted(needs))
    whole.add_edges_from((end, box) for box, ends in needs.items() for end in ends if end in needs and end != box)
    for members in list(nx.strongly_connected_components(whole)):
        whole.remove_edges_from([(a, b) for a, b in whole.edges if a in members and b in members and a > b])
    return nx.transitive_reduction(whole)


def _way(start: _Slot, end: _Slot) -> list[_Slot]:
    """The slots from one box to another, a bend in each column between them."""
    way = [start, *(_Slot(None, column) for column in range(start.column + 1, end.column)), end]
    for one, other in pairwise(way):
        one.right.append(other)
        other.left.append(one)
    return way


def _order(columns: Sequence[list[_Slot]]) -> None:
    """Sort each column by its neighbours on one side, then on the other, and again."""
    for column in columns:
        _stack(column)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            column.sort(key=lambda slot: _mean(slot, slot.left if forward else slot.right))
            _stack(column)


def _mean(slot: _Slot, near: Sequence[_Slot]) -> float:
    return sum(other.y for other in near) / len(near) if near else slot.y


def _stack(column: Sequence[_Slot]) -> int:
    """One below the other, around 0; returns the height of all."""
    height = sum(slot.height + GAP for slot in column) - GAP
    top = -height / 2
    for slot in column:
        slot.y = top + slot.height / 2
        top += slot.height + GAP
    return height


def _points(way: Sequence[_Slot]) -> Iterator[tuple[float, float]]:
    """Both sides of each bend, from the right side of the first box to the left side of the last."""
    for index, slot in enumerate(way):
        x = MARGIN + slot.column * COLUMN
        if index < len(way) - 1 and index:
            yield x, slot.y
        yield (x, slot.y) if index == len(way) - 1 else (x + WIDTH, slot.y)


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Through points that stand from left to right: level at each of them, straight between two of one height."""
    parts = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (x + to_x) / 2
        parts.append(f"C{middle:.0f} {y:.0f} {middle:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}")
    return "".join(parts)
