"""Clauses against services and stacks: where each stands, and why."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.roadmap.model import Clause
from models.roadmap.trend import Point


class Standing(StrEnum):
    """Where a clause stands, as a whole or for one service or stack; only the first two have passed.

    ``due``: planned, and its quarter runs. ``overdue``: planned, and its quarter is over, or it holds from the start.
    ``planned``: planned, and its quarter has not begun. ``not judged``: nothing that was given says anything of it.
    """

    PROVEN = "proven"
    BUILT = "built"
    PLANNED = "planned"
    DUE = "due"
    WAIVED = "waived"
    NOT_JUDGED = "not judged"
    OVERDUE = "overdue"
    FAILING = "failing"

    @property
    def passed(self) -> bool:
        """Whether something holds it today, without exception."""
        return self in (Standing.PROVEN, Standing.BUILT)

    @property
    def rank(self) -> int:
        """Of several the gravest counts, which has the highest rank."""
        return list(Standing).index(self)


@dataclass(frozen=True)
class Cell:
    """Where something stands, and why."""

    standing: Standing
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One clause. ``whole`` is the gravest of what ledger, tests, waivers and findings say of it."""

    clause: Clause
    whole: Cell
    tests: str
    stacks: Mapping[str, Cell]
    services: Mapping[str, Cell]


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """All clauses on one day. ``notes`` say what was not given; ``trend`` are earlier days and this one."""

    date: dt.date
    rows: tuple[Row, ...]
    stacks: tuple[str, ...]
    services: tuple[str, ...]
    notes: tuple[str, ...] = ()
    trend: tuple[Point, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Clauses by standing, every standing named."""
        return _counted(row.whole for row in self.rows)

    def cells(self, of: str) -> dict[str, int]:
        """Cells of ``stacks`` or ``services`` by standing."""
        return _counted(cell for row in self.rows for cell in getattr(row, of).values())


def _counted(cells: Iterable[Cell]) -> dict[str, int]:
    counts = Counter(cell.standing for cell in cells)
    return {str(standing): counts[standing] for standing in Standing}
