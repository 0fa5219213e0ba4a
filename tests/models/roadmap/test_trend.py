"""The trend is one line a day, whatever is written how often."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.problems import FileError
from models.roadmap.trend import TREND, Point, load_trend, with_point, written

POINTS = st.builds(
    Point,
    date=st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 20)),
    clauses=st.dictionaries(st.text(max_size=5), st.integers(0, 99), max_size=3),
    cost=st.dictionaries(st.text(max_size=5), st.decimals(0, 10**6, places=2), max_size=2),
)


@given(st.lists(POINTS, max_size=12), POINTS)
def test_a_day_is_kept_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, points: list[Point], last: Point
) -> None:
    """Written again it changes nothing, and the file says what it was given."""
    kept: tuple[Point, ...] = ()
    for point in (*points, last):
        kept = with_point(kept, point)
    assert with_point(kept, last) == kept
    assert [point.date for point in kept] == sorted({point.date for point in (*points, last)})
    path = tmp_path_factory.mktemp("trend") / "scorecard.jsonl"
    path.write_text(written(kept), encoding="utf-8")
    assert load_trend(path) == kept
    assert written(load_trend(path)) == written(kept)


def test_the_trend_of_this_repository_is_read() -> None:
    """Its amounts are exact, its text is what would be written."""
    points = load_trend()
    assert points
    assert written(points) == TREND.read_text(encoding="utf-8")
    assert all(isinstance(amount, Decimal) for point in points for amount in point.cost.values())


def test_without_a_file_there_is_no_day(tmp_path: Path) -> None:
    """As in a fork that has none yet."""
    assert load_trend(tmp_path / "scorecard.jsonl") == ()


def test_every_line_that_is_wrong_is_named(tmp_path: Path) -> None:
    """With number, key, reason and fix."""
    path = tmp_path / "scorecard.jsonl"
    good = '{"date":"2026-11-29","clauses":{"built":1}}'
    lines = ["{", good, '{"date":"soon","clauses":{}}', '{"date":"2026-11-30","clauses":{"built":-1}}', good, ""]
    lines += [
        '{"date":"2026-12-01","clauses":{},"extra":1}',
        '{"date":"2026-12-02","clauses":{},"cost":{"dev":"1e30"}}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(FileError) as error:
        load_trend(path)
    said = str(error.value).splitlines()
    assert [int(one.split(":")[1]) for one in said] == [1, 3, 4, 5, 6, 7, 8]
    assert "clauses.built" in said[2]
    assert "has a line already" in said[3]
    assert all("fix: " in one for one in said)


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    """In one line."""
    path = tmp_path / "scorecard.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(FileError, match="is not UTF-8"):
        load_trend(path)
