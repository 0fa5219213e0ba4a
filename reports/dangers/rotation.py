"""Rotation that gets slower, than it was or than secrets may be old."""

from collections.abc import Iterator, Mapping
from typing import Any

from lib.rotation import MAX_DAYS
from policy.facts import schedules
from policy.facts.props import UNKNOWN, get, number
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import field, said, short

ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
RULES = ("scheduleExpression", "automaticallyAfterDays", "duration")
HOUR = 3600


def find(comparison: Comparison) -> Iterator[Danger]:
    """Schedules are compared by the longest time that they allow between two rotations."""
    for pair in comparison.of(ROTATION):
        if not pair.kept or not pair.differs("rotationRules"):
            continue
        before, after = _hours(pair.old), _hours(pair.new)
        if before is None or after is None or after <= before:
            continue
        key = next(
            (key for key in RULES if get(pair.old, "rotationRules", key) != get(pair.new, "rotationRules", key)),
            RULES[0],
        )
        old, new = (get(props, "rotationRules", key) for props in (pair.old, pair.new))
        late = after > MAX_DAYS * 24
        too_late = f"more than the {MAX_DAYS} days that it may be old" if late else ""
        slower = f"the secret is renewed less often, after {_days(after)} instead of {_days(before)} at the latest"
        yield Danger(
            kind=Kind.ROTATION,
            severity=Severity.HIGH if late else Severity.MEDIUM,
            urn=pair.urn,
            property=f"rotationRules.{key}",
            before=field(old),
            after=field(new),
            why=too_late,
            sentence=f"{pair.name} ({short(pair.type)}): {slower} (rotationRules.{key} {said(old)} -> {said(new)})"
            + (f": {too_late}" if late else ""),
        )


def _days(hours: float) -> str:
    days, rest = divmod(int(hours), 24)
    return " and ".join(filter(None, (f"{days} days" if days else "", f"{rest} hours" if rest else ""))) or "no time"


def _hours(props: Mapping[str, Any]) -> float | None:
    """The longest gap; None where it is not known, or nobody can read the schedule."""
    schedule, days, duration = (get(props, "rotationRules", key) for key in RULES)
    if UNKNOWN in (schedule, days, duration):
        return None
    window = None if duration is None else str(duration)
    count = number(days)
    try:
        if isinstance(schedule, str) and schedule:
            gap = schedules.longest_gap(schedule, window)
        elif count is not None:
            gap = schedules.every_days(int(count), window)
        else:
            return None
    except ValueError:
        return None
    return gap.total_seconds() / HOUR
