"""How far two neighbouring environments may be apart in a service's chart: never ahead, and not far behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from models.versions.model import Version, precedence

MOST_MINORS_BEHIND: Final = 1
"""How many minor releases of the chart an environment may be behind the one before it."""


@dataclass(frozen=True, kw_only=True)
class Skew:
    """The bound. ``minors`` are the minor releases that exist, in order: what was never released is no step."""

    minors: tuple[tuple[int, int], ...]
    most: int = MOST_MINORS_BEHIND

    @classmethod
    def of(cls, charts: Iterable[str], most: int = MOST_MINORS_BEHIND) -> "Skew":
        """The bound where these versions of the chart are known: released, or run somewhere."""
        return cls(minors=tuple(sorted({precedence(chart)[:2] for chart in charts})), most=most)

    def newer(self, version: Version, tried: Version, before: str) -> tuple[str, str] | None:
        """Why ``version`` has not passed through the environment ``before``, which runs ``tried``, and the fix."""
        if precedence(version.chart) <= precedence(tried.chart):
            return None
        fix = f"promote it in {before} first, or write {tried.chart}"
        return f"is newer than {tried.chart} of {before}", fix

    def late(self, version: Version, tried: Version, before: str) -> tuple[str, str] | None:
        """Why ``version`` is too far behind what ``before`` tries, so that a promotion would be large, and the fix."""
        here, there = precedence(version.chart)[:2], precedence(tried.chart)[:2]
        distance = sum(1 for minor in self.minors if here < minor <= there)
        if distance <= self.most:
            return None
        why = f"is {distance} minor releases behind {tried.chart} of {before}, at most {self.most} allowed"
        return why, f"promote it here, or take {before} back"

    def breach(self, version: Version, tried: Version, before: str) -> tuple[str, str] | None:
        """Either of the two."""
        return self.newer(version, tried, before) or self.late(version, tried, before)
