"""Plots of the trend: bars of each day, stacked by standing, and the monthly cost of each stack.

Drawn here, in the page's own colours: pygal, the maintained library that is small enough, writes styles, scripts and
random names into each plot, which the page's content policy refuses and which make equal data unequal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from markupsafe import Markup

from models.roadmap.trend import Point
from reports.html.parts import paragraphs, table
from reports.html.templates import fragment
from reports.scorecard.model import Standing

FOLDER: Final = Path(__file__).parent
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 220, 44, 24, 10
WIDEST: Final = 48
MOST: Final = 40
"""Days in one plot; the last ones."""
_Values = Callable[[Point], Mapping[str, int] | Mapping[str, Decimal]]
_Series = Callable[[str], str]
STACK_SERIES: Final = ("one", "two", "three", "four", "five", "six")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A part of a day's column, in pixels, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    series: str
    says: str


def all_of(points: Sequence[Point]) -> Markup:
    """Every plot that there is data for, each followed by its figures as a table."""
    shown = list(points)[-MOST:]
    names = [str(standing) for standing in Standing]
    parts = [
        _plot("Clauses by standing", shown, names, lambda point: point.clauses, _standing),
        _plot("Services and clauses, cells by standing", shown, names, lambda point: point.services, _standing),
        _plot("Stacks and clauses, cells by standing", shown, names, lambda point: point.stacks, _standing),
    ]
    stacks = list(dict.fromkeys(name for point in shown for name in point.cost))
    parts.append(_plot("USD a month by stack", shown, stacks, lambda point: point.cost, _numbered(stacks)))
    cost = (
        ""
        if stacks
        else paragraphs("No day of the trend has a cost: what make cost FORMAT=json writes is evidence of it.")
    )
    return Markup("\n").join([*filter(None, parts), *filter(None, [cost])])


def _standing(name: str) -> str:
    return name.replace(" ", "-")


def _numbered(names: Sequence[str]) -> _Series:
    return lambda name: STACK_SERIES[names.index(name) % len(STACK_SERIES)]


def _plot(title: str, points: Sequence[Point], names: Sequence[str], of: _Values, series: _Series) -> Markup:
    """A plot with its legend and figures; nothing where no day has a value."""
    values = [(point, {name: float(of(point).get(name, 0)) for name in names}) for point in points]
    most = max((sum(found.values()) for _, found in values), default=0.0)
    if not most:
        return Markup("")
    top = nice(most)
    used = [name for name in names if any(found[name] for _, found in values)]
    bars = columns(points, used, of, series, top)
    days = [str(point.date) for point, _ in values]
    drawn = fragment(
        FOLDER,
        "plot.html",
        title=title,
        bars=bars,
        ticks=[(HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP), f"{part * top:,.0f}") for part in (0, 0.5, 1)],
        days=days,
        size=(WIDTH, HEIGHT, LEFT),
        legend=[(name, series(name)) for name in used],
        says=f"{title}: {len(days)} days, {days[0]} to {days[-1]}, the figures follow",
    )
    rows = [[str(point.date), *(f"{found[name]:,.0f}" for name in used)] for point, found in values]
    figures = table(("Day", *used), rows, f"{title}, figures", numbers=used)
    return drawn + Markup("<details><summary>Figures: {}</summary>{}</details>").format(title, figures)


def columns(points: Sequence[Point], names: Sequence[str], of: _Values, series: _Series, top: float) -> list[Bar]:
    """The parts of each day's column, from its foot upwards; ``top`` is the end of the axis."""
    step = (WIDTH - LEFT) / len(points)
    width = min(WIDEST, step * 0.7)
    bars: list[Bar] = []
    for index, point in enumerate(points):
        x, y = LEFT + step * index + (step - width) / 2, float(HEIGHT - BOTTOM)
        for name in names:
            value = float(of(point).get(name, 0))
            height = value / top * (HEIGHT - BOTTOM - TOP)
            y -= height
            if height:
                says = f"{point.date}: {value:,.0f} {name}"
                bars.append(Bar(x=x, y=y, width=width, height=height, series=series(name), says=says))
    return bars


def nice(most: float) -> float:
    """The end of an axis: 1, 2 or 5 times a power of ten, not below ``most``."""
    power = 1.0
    while power * 10 < most:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= most)
