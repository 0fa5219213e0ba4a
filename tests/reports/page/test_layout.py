"""Boxes of a picture: none on another, what is needed on the left, no edge that others imply."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from reports.page.layout import HEIGHT, WIDTH, curve, layout

GRAPHS = st.integers(0, 12).flatmap(
    lambda size: st.fixed_dictionaries(
        {box: st.lists(st.integers(0, 12), max_size=4) for box in range(size)}  # also to itself, in circles, to nowhere
    )
)


@given(GRAPHS)
def test_every_box_has_a_place_of_its_own(needs: dict[int, list[int]]) -> None:
    """Inside of the picture, whatever needs what."""
    found = layout(needs)
    assert set(found.places) == set(needs)
    for x, y in found.places.values():
        assert 0 <= x <= found.width - WIDTH
        assert 0 <= y <= found.height - HEIGHT
    for one, other in combinations(found.places.values(), 2):
        assert abs(one[0] - other[0]) >= WIDTH or abs(one[1] - other[1]) >= HEIGHT


@given(GRAPHS)
def test_edges_lead_to_the_right(needs: dict[int, list[int]]) -> None:
    """From what is needed to what needs it; each stands for a need, and none is drawn twice."""
    found = layout(needs)
    drawn = [(edge.start, edge.end) for edge in found.edges]
    assert len(drawn) == len(set(drawn))
    for start, end in drawn:
        assert start in needs[end]
        assert found.places[start][0] + WIDTH < found.places[end][0]


def test_what_others_imply_is_left_out() -> None:
    """A chain is drawn as one, although its end names the beginning as well."""
    found = layout({0: [], 1: [0], 2: [1, 0]})
    assert [(edge.start, edge.end) for edge in found.edges] == [(0, 1), (1, 2)]
    assert [found.places[box][1] for box in range(3)] == [found.places[0][1]] * 3


def test_an_edge_passes_columns_beside_their_boxes() -> None:
    """It is bent around what stands between its ends."""
    found = layout({0: [], 1: [0], 2: [1], 3: [0], 4: [2, 3]})
    (path,) = [edge.path for edge in found.edges if (edge.start, edge.end) == (3, 4)]
    heights = [float(part.split()[-1]) for part in path.split("C")]
    assert any(not (y <= height <= y + HEIGHT) for height in heights for x, y in [found.places[2]])
    assert path.count("C") == 3


def test_crossings_are_undone() -> None:
    """Two pairs that cross in the order of their numbers stand beside each other."""
    found = layout({0: [], 1: [], 2: [1], 3: [0]})
    rows = [found.places[box][1] for box in (0, 3, 1, 2)]
    assert rows[0] == rows[1]
    assert rows[2] == rows[3]


def test_a_curve_passes_its_points() -> None:
    """From left to right."""
    points = [(0, 0), (50, 10), (100, 10)]
    assert curve(points) == "M0 0C25 0 25 10 50 10C75 10 75 10 100 10"
    assert all(one < other for one, other in pairwise(x for x, _ in points))
