"""What a review is made of, and its quarter."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from models.catalog.model import Catalog
from models.prices.loader import Prices
from reports.pins import Pin
from reports.review.inputs import Issue
from reports.review.owners import Owners
from reports.scorecard.evidence import Evidence
from reports.scorecard.model import Scorecard

NEAR: Final = dt.timedelta(days=30)
"""So long before its last day a waiver is talked about."""
FOLDER: Final = "docs/reviews"


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return (self.first + dt.timedelta(days=95)).replace(day=1) - dt.timedelta(days=1)

    @classmethod
    def of(cls, day: dt.date) -> "Quarter":
        """The one in which a day lies."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str, today: dt.date) -> "Quarter":
        """The one that is named; else that of yesterday: on its first day a quarter looks back at the one before.

        RuntimeError where none is named, or one that has not begun.
        """
        if not text:
            return cls.of(today - dt.timedelta(days=1))
        found = re.fullmatch(r"(20\d{2})-Q([1-4])", text, re.ASCII)
        if not found:
            raise RuntimeError(f"QUARTER={text}: is no quarter; write it as {cls.of(today)}")
        quarter = cls(int(found[1]), int(found[2]))
        if quarter.first > today:
            raise RuntimeError(f"QUARTER={text}: has not begun on {today}; write {cls.of(today)} or an earlier one")
        return quarter


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything a review says follows from this. ``feedback`` is None where nobody handed it in."""

    quarter: Quarter
    today: dt.date
    card: Scorecard
    evidence: Evidence
    catalog: Catalog
    prices: Prices
    owners: Owners
    pins: tuple[Pin, ...]
    feedback: tuple[Issue, ...] | None = None
    incidents: int = 0
    """Records in ``catalog/incidents``."""
