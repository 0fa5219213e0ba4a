"""Schedules of Secrets Manager: the computed gap is the one that a walk day by day finds."""

import datetime as dt
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.facts import schedules
from policy.facts.schedules import ScheduleError, every_days, longest_gap
from tests.support.depth import deep, examples

pytestmark = pytest.mark.no_cover

NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def _part_matches(part: str, number: int, first: int, last: int, names: dict[str, int]) -> bool:
    """Whether a part of a field without L, W and # names the number: written once more, by test and not by set."""
    base, _, step = part.partition("/")
    if base == "*":
        low, high = first, last
    elif "-" in base:
        low, high = (names.get(side) or int(side) for side in base.split("-"))
    else:
        low = names.get(base) or int(base)
        high = last if step else low
    return low <= number <= high and (number - low) % int(step or 1) == 0


def _fires(day: dt.date, fields: list[str]) -> bool:
    of_month, month, of_week = fields
    months = dict(zip(MONTHS, range(1, 13), strict=True))
    if not any(_part_matches(part, day.month, 1, 12, months) for part in month.split(",")):
        return False
    last = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    if of_week == "?":
        return any(_month_day(part, day, last) for part in of_month.split(","))
    number = day.isoweekday() % 7 + 1
    if "#" in of_week:
        name, nth = of_week.split("#")
        return _weekday(name) == number and (day.day - 1) // 7 + 1 == int(nth)
    names = {name: index for index, name in enumerate(NAMES, 1)}
    for part in of_week.split(","):
        if part == "L":
            found = number == 7
        elif part.endswith("L"):
            found = _weekday(part[:-1]) == number and day.day + 7 > last.day
        else:
            found = _part_matches(part, number, 1, 7, names)
        if found:
            return True
    return False


def _weekday(text: str) -> int:
    return NAMES.index(text) + 1 if text in NAMES else int(text)


def _month_day(part: str, day: dt.date, last: dt.date) -> bool:
    if part == "L":
        return day == last
    if part.endswith("W"):
        wanted = int(part[:-1])
        if wanted > last.day or day.weekday() > 4:
            return False
        asked = day.replace(day=wanted)
        weekdays = [day.replace(day=n) for n in range(1, last.day + 1) if day.replace(day=n).weekday() < 5]
        return day == min(weekdays, key=lambda d: (abs((d - asked).days), d > asked))
    return _part_matches(part, day.day, 1, 31, {})


def _walked(fields: list[str], years: range) -> int | None:
    """The widest gap in days, found day by day, the end of the years joined to their beginning."""
    day, end = dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)
    found = []
    while day <= end:
        if _fires(day, fields):
            found.append(day.toordinal())
        day += dt.timedelta(days=1)
    if not found:
        return None
    span = end.toordinal() - dt.date(years[0], 1, 1).toordinal() + 1
    return max(after - before for before, after in zip(found, [*found[1:], found[0] + span], strict=True))


def _fields(first: int, last: int, names: list[str] | None = None) -> st.SearchStrategy[str]:
    numbers = st.integers(first, last)
    spelled = st.sampled_from(names) if names else numbers.map(str)
    ordered = st.tuples(numbers, numbers).map(sorted)
    pair = ordered.map(lambda p: "-".join(names[n - first] for n in p) if names else f"{p[0]}-{p[1]}")
    step = st.integers(1, last)
    parts = st.one_of(
        numbers.map(str),
        spelled,
        pair,
        st.tuples(st.one_of(numbers.map(str), pair, st.just("*")), step).map(lambda p: f"{p[0]}/{p[1]}"),
    )
    return st.one_of(st.just("*"), st.lists(parts, min_size=1, max_size=3).map(",".join))


MONTH = _fields(1, 12, MONTHS)
OF_MONTH = st.one_of(
    _fields(1, 31),
    st.just("L"),
    st.integers(1, 31).map(lambda n: f"{n}W"),
    st.integers(1, 28).map(lambda n: f"{n},L"),
    st.integers(1, 28).map(lambda n: f"{n},{n}W"),
)
SPELLED = st.one_of(st.sampled_from(NAMES), st.integers(1, 7).map(str))
OF_WEEK = st.one_of(
    _fields(1, 7, NAMES),
    st.just("L"),
    SPELLED.map(lambda name: f"{name}L"),
    st.tuples(SPELLED, SPELLED).map(lambda p: f"{p[0]},{p[1]}L"),
    st.tuples(SPELLED, st.integers(1, 5)).map(lambda p: f"{p[0]}#{p[1]}"),
)
DAYS = st.one_of(
    st.tuples(OF_MONTH, MONTH, st.just("?")), st.tuples(st.just("?"), MONTH, OF_WEEK)
).map(list)  # fmt: skip


def _days_apart(fields: list[str], years: range) -> int | None:
    of_month, month, of_week = fields
    days = schedules._of_month(of_month) if of_week == "?" else schedules._of_week(of_week)
    months = schedules._values(month, range(1, 13), schedules.MONTHS)
    try:
        return schedules._between_days(years, months, days)
    except ScheduleError:
        return None


@deep
@settings(max_examples=examples(60), deadline=None)
@given(fields=DAYS, first=st.integers(1880, 2120))
def test_days_are_those_of_a_walk(fields: list[str], first: int) -> None:
    """Every form of both day fields, in years with and without leap days, across the centuries that have none."""
    years = range(first, first + 6)
    assert _days_apart(fields, years) == _walked(fields, years)


@pytest.mark.parametrize("fields", [["29", "2", "?"], ["?", "FEB", "SUN#5"], ["31W", "*", "?"], ["?", "1/3", "6L"]])
def test_the_whole_cycle(fields: list[str]) -> None:
    """The rarest days need all 400 years: 29 February is eight years away in 2096, a fifth Sunday of February forty."""
    days = _walked(fields, schedules.CYCLE)
    assert days == _days_apart(fields, schedules.CYCLE)
    expected = dt.timedelta(days=days or 0, hours=1)
    assert longest_gap(f"cron(0 0 {' '.join(fields)} *)", "1h") == expected


@deep
@settings(max_examples=examples(60), deadline=None)
@given(hours=_fields(0, 23), fields=DAYS)
def test_hours_are_those_of_a_walk(hours: str, fields: list[str]) -> None:
    """From the opening of one window to the close of the next, by each hour of a year of days."""
    opened = [h for h in range(24) if any(_part_matches(part, h, 0, 23, {}) for part in hours.split(","))]
    days = _days_apart(fields, schedules.CYCLE)
    if days is None:
        with pytest.raises(ScheduleError, match="at least once"):
            longest_gap(f"cron(0 {hours} {' '.join(fields)} *)")
        return
    window = 1 if len(opened) > 1 else 24 - opened[0]
    # Two days that fire, as far apart as any, then the first hour of the second after the last of the first.
    within = max([later - earlier for earlier, later in pairwise(opened)], default=0)
    across = days * 24 - opened[-1] + opened[0]
    assert longest_gap(f"cron(0 {hours} {' '.join(fields)} *)") == dt.timedelta(hours=max(within, across) + window)


@given(days=st.integers(1, 999), window=st.none() | st.integers(1, 24))
def test_rates_in_days(days: int, window: int | None) -> None:
    """The interval and the window, which lasts to the end of the day unless it is shorter."""
    duration = f"{window}h" if window else None
    expected = dt.timedelta(days=days, hours=window or 24)
    assert longest_gap(f"rate({days} days)", duration) == every_days(days, duration) == expected


@given(hours=st.integers(4, 23), window=st.none() | st.integers(1, 4))
def test_rates_in_hours(hours: int, window: int | None) -> None:
    """The window lasts an hour unless it is longer."""
    duration = f"{window}h" if window else None
    assert longest_gap(f"rate({hours} hours)", duration) == dt.timedelta(hours=hours + (window or 1))


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("", "neither rate(...) nor cron(...)"),
        ("rate(30)", "neither"),
        ("rate(1 week)", "neither"),
        ("rate(3 hours)", "3 hours is not offered, must be 4 to 23 hours"),
        ("rate(1000 days)", "must be 1 to 999 days"),
        ("cron(0 0 1 * ?)", "has 5 fields, must have 6"),
        ("cron(30 0 1 * ? *)", "must have minute 0 and year *"),
        ("cron(0 0 1 * ? 2030)", "must have minute 0 and year *"),
        ("cron(0 0 1 * MON *)", "must have ? in one of day of month and day of week"),
        ("cron(0 0 ? * ? *)", "must have ? in one of"),
        ("cron(0 0 * * * *)", "must have ? in one of"),
        ("cron(0 24 1 * ? *)", "'24' is not allowed here, must be 0 to 23"),
        ("cron(0 0 32 * ? *)", "must be 1 to 31"),
        ("cron(0 0 0W * ? *)", "must be 1 to 31"),
        ("cron(0 0 ? * 0 *)", "must be 1 to 7"),
        ("cron(0 0 ? * 2#6 *)", "must be 1 to 7"),
        ("cron(0 0 ? * 3#1,6#3 *)", "must be 1 to 7"),
        ("cron(0 0 1 NOV-FEB ? *)", "'NOV-FEB' runs backwards, must be a list such as NOV,FEB"),
        ("cron(0 0 1/0 * ? *)", "has no step after /"),
        ("cron(0 0 1/ * ? *)", "has no step after /"),
        ("cron(0 0 30 2 ? *)", "must fire at least once"),
        ("cron(0 0 , * ? *)", "'' is not allowed here"),
        ("cron(0 0 L-3 * ? *)", "'L' is not allowed here"),
    ],
)
def test_what_cannot_be_read(schedule: str, says: str) -> None:
    """What AWS would refuse, or nobody can tell the gap of, is refused with what it must be."""
    with pytest.raises(ScheduleError, match=re.escape(says)):
        longest_gap(schedule)


@pytest.mark.parametrize(
    ("schedule", "duration", "says"),
    [
        ("rate(30 days)", "0h", "is no window, must be 1h to 24h"),
        ("rate(30 days)", "25h", "is no window"),
        ("rate(30 days)", "3", "is no window"),
        ("rate(4 hours)", "5h", "must be at most 4h here"),
        ("cron(0 20 1 * ? *)", "5h", "must be at most 4h here"),
        ("cron(0 8/8 * * ? *)", "9h", "must be at most 8h here"),
    ],
)
def test_windows_that_aws_refuses(schedule: str, duration: str, says: str) -> None:
    """A window ends before the next one and before the UTC day."""
    with pytest.raises(ScheduleError, match=re.escape(says)):
        longest_gap(schedule, duration)


def test_names_and_case_do_not_matter() -> None:
    """Numbers, names and small letters say the same."""
    assert longest_gap("cron(0 0 ? jan-dec sun#1 *)") == longest_gap("cron(0 0 ? 1-12 1#1 *)")
