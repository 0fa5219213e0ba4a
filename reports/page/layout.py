"""Where the boxes of a graph stand: what is needed to the left of what needs it, few crossings, no implied edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

WIDTH, HEIGHT = 176, 48
"""Of a box."""
COLUMN, ROW = 244, 66
"""From box to box."""
MARGIN = 12
SWEEPS = 4
"""How often the order in the columns is improved."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """From a box to one that needs it, as the ``d`` of an SVG path."""

    start: int
    end: int
    path: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Positions of the boxes' upper left corners by number, and the edges, in a picture of a size."""

    places: Mapping[int, tuple[int, int]]
    edges: Sequence[Edge]
    width: int
    height: int


def layout(needs: Mapping[int, Sequence[int]]) -> Layout:
    """Boxes by what each of them needs. Those that need each other stand beside each other, as one step."""
    whole: nx.DiGraph[int] = nx.DiGraph()
    whole.add_nodes_from(sorted(needs))
    whole.add_edges_from((end, box) for box, ends in needs.items() for end in ends if end in needs and end != box)
    knots = nx.condensation(whole)
    shown = nx.transitive_reduction(knots)
    members = {knot: sorted(knots.nodes[knot]["members"]) for knot in knots}
    columns = _columns(knots, shown, members)
    places = {
        box: (MARGIN + x * COLUMN, MARGIN + y * ROW) for x, column in enumerate(columns) for y, box in enumerate(column)
    }
    kept = {(min(members[a]), min(members[b])) for a, b in shown.edges}
    inside = {edge for edge in whole.edges if knots.graph["mapping"][edge[0]] == knots.graph["mapping"][edge[1]]}
    ends = [Edge(start=a, end=b, path=_path(places[a], places[b])) for a, b in sorted(kept | inside)]
    width = 2 * MARGIN + (len(columns) - 1) * COLUMN + WIDTH
    height = 2 * MARGIN + max((len(column) for column in columns), default=1) * ROW - (ROW - HEIGHT)
    return Layout(places=places, edges=ends, width=max(width, 0), height=height)


def _columns(
    knots: "nx.DiGraph[int]", shown: "nx.DiGraph[int]", members: Mapping[int, Sequence[int]]
) -> list[list[int]]:
    """The boxes of each column from top to bottom, by the mean place of their neighbours in the columns beside it."""
    generations = [
        sorted(generation, key=lambda knot: members[knot][0]) for generation in nx.topological_generations(knots)
    ]
    place = {knot: float(index) for column in generations for index, knot in enumerate(column)}
    for sweep in range(SWEEPS):
        for column in generations if sweep % 2 == 0 else reversed(generations):
            near = shown.predecessors if sweep % 2 == 0 else shown.successors
            column.sort(key=lambda knot: (_mean([place[other] for other in near(knot)], place[knot]), members[knot]))
            place |= {knot: index - len(column) / 2 for index, knot in enumerate(column)}
    return [[box for knot in column for box in members[knot]] for column in generations]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _path(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A curve from the right side of a box to the left side of another one; around, where that is not to its right."""
    x, y = start[0] + WIDTH, start[1] + HEIGHT // 2
    to_x, to_y = end[0], end[1] + HEIGHT // 2
    bend = max(32, (to_x - x) // 2)
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
