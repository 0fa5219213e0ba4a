"""RDS's backup and maintenance windows."""

import re
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = 24 * 60
LEAST: Final = 30
"""Minutes that each window has at least."""
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"


def _backup(text: str) -> tuple[int, int] | None:
    match = re.fullmatch(f"{_TIME}-{_TIME}", text)
    if match is None:
        return None
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    return start, (end - start) % DAY


def _maintenance(text: str) -> tuple[int, int] | None:
    day = "|".join(DAYS)
    match = re.fullmatch(f"({day}):{_TIME}-({day}):{_TIME}", text.lower())
    if match is None:
        return None
    start = DAYS.index(match[1]) * DAY + int(match[2]) * 60 + int(match[3])
    end = DAYS.index(match[4]) * DAY + int(match[5]) * 60 + int(match[6])
    return start, (end - start) % (7 * DAY)


def conflict(backup: str | None, maintenance: str | None) -> str | None:
    """Why RDS refuses the two windows; None where it takes them. Times are UTC."""
    daily = _backup(backup) if backup else None
    weekly = _maintenance(maintenance) if maintenance else None
    if backup and (daily is None or daily[1] < LEAST):
        form = "Should be specified as a range hh24:mi-hh24:mi of 30 minutes or more"
        return f"Invalid backup window format: {backup}. {form}"
    if maintenance and (weekly is None or not LEAST <= weekly[1] < DAY):
        form = "Should be ddd:hh24:mi-ddd:hh24:mi of 30 minutes to a day"
        return f"Invalid maintenance window format: {maintenance}. {form}"
    if daily is None or weekly is None:
        return None
    taken = {(weekly[0] + minute) % DAY for minute in range(weekly[1])}
    if taken & {(daily[0] + minute) % DAY for minute in range(daily[1])}:
        return "The backup window and maintenance window must not overlap."
    return None
