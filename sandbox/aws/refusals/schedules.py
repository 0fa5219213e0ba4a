"""Schedule expressions of EventBridge and of Secrets Manager's rotations."""

import re
from typing import Final

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS: Final = (("minutes", 0, 59, ()), ("hours", 0, 23, ()), ("day of month", 1, 31, ()), ("month", 1, 12, MONTHS),
                 ("day of week", 1, 7, DAYS), ("year", 1970, 2199, ()))  # fmt: skip
"""Source: EventBridge user guide, "Cron expressions reference"."""


def problem(expression: str, *, rotation: bool = False) -> str | None:
    """What is wrong with a ``rate(...)`` or ``cron(...)``; None where nothing is.

    ``rotation``: as Secrets Manager has it, which rotates every 4 hours at most often, and every 999 days at least.
    """
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", expression)
    if rate:
        return _rate(int(rate[1]), rate[2], plural=bool(rate[3]), rotation=rotation)
    cron = re.fullmatch(r"cron\(([^()]+)\)", expression)
    if cron is None:
        return f"{expression!r} is neither rate(value unit) nor cron(six fields)"
    return _cron(cron[1].split(), rotation=rotation)


def _rate(value: int, unit: str, *, plural: bool, rotation: bool) -> str | None:
    if value < 1 or (value == 1) == plural:
        return f"rate({value} {unit}{'s' if plural else ''}): a positive number, and the plural for more than one"
    hours = value * {"minute": 1 / 60, "hour": 1, "day": 24}[unit]
    if rotation and (unit == "minute" or not 4 <= hours <= 999 * 24):
        return "rotations are 4 hours to 999 days apart, in hours or days"
    return None


def _cron(fields: list[str], *, rotation: bool) -> str | None:
    if len(fields) != len(FIELDS):
        return f"cron has {len(FIELDS)} fields, not {len(fields)}"
    for text, (name, low, high, names) in zip(fields, FIELDS, strict=True):
        if not _field(text.upper(), name, low, high, names):
            return f"{text!r} is no {name}"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "exactly one of day of month and day of week is ?"
    if rotation and (fields[0] != "0" or fields[5] != "*"):
        return "rotations begin at minute 0 of any year"
    return None


def _field(text: str, name: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    if text == "?":
        return name.startswith("day")
    if name == "day of month" and re.fullmatch(r"L|LW|\d{1,2}W", text):
        return True
    if name == "day of week" and re.fullmatch(r"L|([1-7]|" + "|".join(DAYS) + r")(L|#[1-5])", text):
        return True
    return all(_part(part, low, high, names) for part in text.split(","))


def _part(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
    if match is None or (match[1] == "*" and match[2]):
        return False

    def number(text: str) -> int:
        return names.index(text) + low if text in names else int(text) if text.isdigit() else low - 1

    values = [number(text) for text in (match[1], match[2]) if text and text != "*"]
    steps = match[3] is None or int(match[3]) >= 1
    return steps and all(low <= value <= high for value in values)
