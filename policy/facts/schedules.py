"""How long can a secret stay as it is? The longest gap that a rotation schedule of Secrets Manager allows.

``rate(...)`` and ``cron(...)`` in AWS's six-field dialect, with ``L``, ``W``, ``#``, ``?``, ranges, steps, lists and
names. Calendars are walked over the 400 years after which the Gregorian calendar repeats, weekdays included, so the
result is exact and not a sample. What cannot be read raises: a schedule that nobody can read is no evidence.

Sources: Secrets Manager user guide, "Rotation schedules"; EventBridge user guide, "Cron expressions reference".
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

RATE_HOURS = range(4, 23 + 1)
RATE_DAYS = range(1, 999 + 1)
"""What Secrets Manager accepts: every four hours at most, every 999 days at least."""
CYCLE = range(2000, 2400)
"""146,097 days: a whole number of weeks, after which dates and weekdays repeat."""
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}

Days = Callable[[int, int], tuple[int, ...]]
"""The days of a month on which a schedule fires, given the weekday of its first (0 is Monday) and its length."""


class ScheduleError(ValueError):
    """The schedule cannot be read, or Secrets Manager would refuse it; the message says what it must be."""


def longest_gap(schedule: str, duration: str | None = None) -> dt.timedelta:
    """The most time between two rotations: from the opening of one window to the close of the next.

    ``duration`` is the window's length such as ``3h``. Without one it closes after an hour where the schedule is in
    hours, and at the end of the UTC day where it is in days.

    Raises:
        ScheduleError: see there.

    """
    window = _window(duration)
    if found := re.fullmatch(r"rate\((\d{1,9}) (hours?|days?)\)", schedule.strip()):
        count, unit = int(found[1]), found[2].rstrip("s")
        return _every(count, unit, window)
    if found := re.fullmatch(r"cron\(([^()]*)\)", schedule.strip()):
        return _cron(found[1], window)
    raise ScheduleError(f"{schedule!r} is neither rate(...) nor cron(...), must be one, such as rate(30 days)")


def every_days(days: int, duration: str | None = None) -> dt.timedelta:
    """The same for ``automaticallyAfterDays``: Secrets Manager counts on from the last rotation."""
    return _every(days, "day", _window(duration))


def _every(count: int, unit: str, window: int | None) -> dt.timedelta:
    allowed = RATE_HOURS if unit == "hour" else RATE_DAYS
    if count not in allowed:
        raise ScheduleError(f"{count} {unit}s is not offered, must be {allowed[0]} to {allowed[-1]} {unit}s")
    longest = count if unit == "hour" else 24
    length = _closing(window, default=1 if unit == "hour" else 24, longest=longest)
    return dt.timedelta(**{f"{unit}s": count}) + dt.timedelta(hours=length)


def _window(duration: str | None) -> int | None:
    if duration is None:
        return None
    found = re.fullmatch(r"(\d{1,3})h", duration)
    if not found or not 1 <= int(found[1]) <= 24:
        raise ScheduleError(f"duration {duration!r} is no window, must be 1h to 24h")
    return int(found[1])


def _closing(window: int | None, *, default: int, longest: int) -> int:
    if window is not None and window > longest:
        raise ScheduleError(f"duration {window}h runs into the next window or UTC day, must be at most {longest}h here")
    return default if window is None else window


@cache
def _cron(fields: str, window: int | None) -> dt.timedelta:
    parts = fields.split()
    if len(parts) != 6:
        raise ScheduleError(f"cron({fields}) has {len(parts)} fields, must have 6: minute hour day month weekday year")
    minute, hour, day, month, weekday, year = (part.upper() for part in parts)
    if minute != "0" or year != "*":
        raise ScheduleError(f"cron({fields}): windows open on the hour of every year, must have minute 0 and year *")
    if (day == "?") == (weekday == "?"):
        raise ScheduleError(f"cron({fields}): must have ? in one of day of month and day of week")
    hours = _values(hour, range(24), {})
    gap_between_hours = min(_steps([*hours, hours[0] + 24]))
    length = _closing(
        window,
        default=1 if len(hours) > 1 else 24 - hours[-1],
        longest=min(gap_between_hours, 24 - hours[-1]),
    )
    days = _of_month(day) if weekday == "?" else _of_week(weekday)
    between = _between_days(CYCLE, _values(month, range(1, 13), MONTHS), days)
    # Within a day from hour to hour; between days from the last hour of one to the first of the next.
    widest = max([between * 24 - (hours[-1] - hours[0]), *_steps(hours)])
    return dt.timedelta(hours=widest + length)


def _steps(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise(numbers)]


def _between_days(years: range, months: Iterable[int], days: Days) -> int:
    """The most days between two firing days, the last of the years followed by the first again."""
    chosen = sorted(months)
    first = last = None
    widest = 0
    for year in years:
        for month in chosen:
            start, length = calendar.monthrange(year, month)
            fired = days(start, length)
            if not fired:
                continue
            base = dt.date(year, month, 1).toordinal() - 1
            if first is None or last is None:
                first = base + fired[0]
            else:
                widest = max(widest, base + fired[0] - last)
            widest = max([widest, *_steps(fired)])
            last = base + fired[-1]
    if first is None or last is None:
        raise ScheduleError("the schedule names days that no month has, must fire at least once")
    span = dt.date(years[-1], 12, 31).toordinal() - dt.date(years[0], 1, 1).toordinal() + 1
    return max(widest, first + span - last)


def _values(field: str, allowed: range, names: dict[str, int]) -> tuple[int, ...]:
    """What a list of numbers, names, ranges and steps stands for; ranges do not wrap around."""
    found: set[int] = set()
    for part in field.split(","):
        base, slash, step = part.partition("/")
        low, dash, high = base.partition("-")
        if base == "*":
            first, last = allowed[0], allowed[-1]
        else:
            first = _number(low, allowed, names, field)
            last = _number(high, allowed, names, field) if dash else (allowed[-1] if slash else first)
        if first > last:
            raise ScheduleError(f"{field!r} runs backwards, must be a list such as {low},{high}")
        if slash and not (re.fullmatch(r"\d{1,4}", step) and int(step)):
            raise ScheduleError(f"{field!r} has no step after /, must be a number above 0")
        found.update(range(first, last + 1, int(step) if slash else 1))
    return tuple(sorted(found))


def _number(text: str, allowed: range, names: dict[str, int], field: str) -> int:
    value = names.get(text, int(text) if re.fullmatch(r"\d{1,4}", text) else -1)
    if value not in allowed:
        raise ScheduleError(f"{field!r}: {text!r} is not allowed here, must be {allowed[0]} to {allowed[-1]}")
    return value


def _of_month(field: str) -> Days:
    """Day of month: numbers, ``L`` for the last day, ``15W`` for the weekday next to the 15th within the month."""
    plain = [part for part in field.split(",") if part != "L" and not re.fullmatch(r"\d{1,2}W", part)]
    numbers = _values(",".join(plain), range(1, 32), {}) if plain else ()
    nearest = [_number(part[:-1], range(1, 32), {}, field) for part in field.split(",") if re.search(r"\dW$", part)]
    last = "L" in field.split(",")

    @cache
    def days(start: int, length: int) -> tuple[int, ...]:
        found = {n for n in numbers if n <= length} | ({length} if last else set())
        found |= {_nearest_weekday(n, start, length) for n in nearest if n <= length}
        return tuple(sorted(found))

    return days


def _nearest_weekday(day: int, start: int, length: int) -> int:
    weekday = (start + day - 1) % 7
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < length else day - 2
    return day


def _of_week(field: str) -> Days:
    """Day of week, 1 is Sunday: numbers and names, ``6L`` for the last Friday, ``6#2`` for the second."""
    if found := re.fullmatch(r"(\w+)#([1-5])", field):
        number, nth = _number(found[1], range(1, 8), WEEKDAYS, field), int(found[2])
        return cache(lambda start, length: _on({number}, start, length)[nth - 1 : nth])
    plain = [part for part in field.split(",") if not re.fullmatch(r"\w+L", part)]
    wanted = _values(",".join("7" if part == "L" else part for part in plain), range(1, 8), WEEKDAYS) if plain else ()
    final = [part[:-1] for part in field.split(",") if part not in plain]
    lasts = [_number(part, range(1, 8), WEEKDAYS, field) for part in final]

    @cache
    def days(start: int, length: int) -> tuple[int, ...]:
        found = {*_on(set(wanted), start, length), *(_on({number}, start, length)[-1] for number in lasts)}
        return tuple(sorted(found))

    return days


def _on(weekdays: set[int], start: int, length: int) -> tuple[int, ...]:
    """The days of a month on these weekdays, counted from 1 for Sunday; ``start`` counts from 0 for Monday."""
    return tuple(day for day in range(1, length + 1) if (start + day) % 7 + 1 in weekdays)
