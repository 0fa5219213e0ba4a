"""``roadmap/scorecard.jsonl``: what the scorecard counted on the days on which it was written, one line a day."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from lib.problems import FileError, Problem
from lib.yaml_file import display

TREND: Final = Path(__file__).resolve().parents[2] / "roadmap" / "scorecard.jsonl"
_FIX: Final = "write the line again with make scorecard WRITE=yes, or restore it from the repository"
Usd = Annotated[Decimal, Field(ge=0, lt=10**12)]
"""A sum a month, which can be rounded to cents and drawn."""


class Point(BaseModel):
    """One day: clauses by standing, cells of services and of stacks by standing, USD a month by stack.

    ``cost`` is empty where no cost was given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: dt.date
    clauses: dict[str, NonNegativeInt]
    services: dict[str, NonNegativeInt] = Field(default_factory=dict)
    stacks: dict[str, NonNegativeInt] = Field(default_factory=dict)
    cost: dict[str, Usd] = Field(default_factory=dict)


def load_trend(path: Path = TREND) -> tuple[Point, ...]:
    """The days in order; none where there is no file. FileError with every line that is wrong."""
    if not path.is_file():
        return ()
    points: dict[dt.date, Point] = {}
    problems: list[Problem] = []
    for number, line in enumerate(_lines(path), 1):
        try:
            point = Point.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            problems.append(Problem(file=display(path), line=number, key=key, why=first["msg"], fix=_FIX))
            continue
        if point.date in points:
            why, fix = "has a line already", "remove one of the two"
            problems.append(Problem(file=display(path), line=number, key="date", value=point.date, why=why, fix=fix))
        points[point.date] = point
    if problems:
        raise FileError(problems)
    return tuple(points[date] for date in sorted(points))


def _lines(path: Path) -> list[str]:
    """Lines as JSON has them: Python's own ``splitlines`` also ends one within a text, at U+0085 or U+2028."""
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise FileError([Problem(file=display(path), why="is not UTF-8", fix=_FIX)]) from None


def with_point(points: Iterable[Point], point: Point) -> tuple[Point, ...]:
    """The days with ``point``, which replaces an earlier one of its day."""
    kept = [one for one in points if one.date != point.date]
    return tuple(sorted([*kept, point], key=lambda one: one.date))


def written(points: Iterable[Point]) -> str:
    """The file's text: equal points give equal text."""
    return "".join(f"{point.model_dump_json(exclude_defaults=True)}\n" for point in points)
