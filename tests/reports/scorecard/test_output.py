"""A scorecard in every form: nothing is lost, nothing that others named takes effect."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest
from rich.console import Console

from models.roadmap.model import CLAUSES
from models.roadmap.trend import Point
from reports.scorecard import output, plots, to_html
from reports.scorecard.build import build
from reports.scorecard.model import Cell, Scorecard, Standing
from tests.reports.scorecard.support.cards import (
    CATALOG,
    LEDGER,
    TODAY,
    WAIVER,
    card,
    charts,
    evidence,
    finding,
    report,
)
from tests.support.browser import NARROW, WIDE, Browser

NASTY = "<script>alert(1)</script>|`a`\x1b[2J\u202e"


def days(count: int) -> tuple[Point, ...]:
    """A trend of some weeks."""
    first = TODAY - dt.timedelta(weeks=count)
    return tuple(
        Point(
            date=first + dt.timedelta(weeks=number),
            clauses={"proven": number % 7, "built": 8, "overdue": 29 - 8 - number % 7},
            services={"built": 90, "not judged": 200 - number, "waived": number},
            stacks={"failing": 3, "not judged": 84},
            cost={"dev": Decimal(458), "production": Decimal(1775) + number},
        )
        for number in range(count)
    )


def full() -> Scorecard:
    """Every kind of cell, and a trend."""
    found = charts(finding("inf-05-probes", file="dev/billing.yaml"), finding("sec-01-no-plaintext-secrets", "waived"))
    given = evidence(*found.values(), report("dev", finding("sec-06-private-database")), waivers=[WAIVER])
    return build(LEDGER, CATALOG, given, TODAY, days(12))


def nasty() -> Scorecard:
    """A scorecard in which whatever others can name is markup."""
    made = card()
    (first, *rest) = made.rows
    cell = Cell(Standing.FAILING, NASTY)
    services = MappingProxyType({NASTY: cell})
    row = replace(first, whole=cell, services=services, clause=first.clause.model_copy(update={"text": NASTY}))
    others = [replace(one, services=MappingProxyType({NASTY: cell})) for one in rest]
    return replace(made, rows=(row, *others), services=(NASTY,), notes=(NASTY,))


def terminal(made: Scorecard) -> str:
    """What a terminal shows."""
    console = Console(width=300, color_system=None)
    with console.capture() as captured:
        console.print(output.terminal(made))
    return captured.get()


@pytest.mark.parametrize("form", ["markdown", "json"])
def test_every_clause_is_there_once(form: str) -> None:
    """With its standing."""
    text = output.FORMATS[form](full())
    starts = [f"| `{name}` |" if form == "markdown" else f'  "{name}": {{' for name in CLAUSES]
    assert [text.count(start) for start in starts] == [1] * len(CLAUSES)


def test_json_has_every_cell_and_reason() -> None:
    """For whoever counts otherwise."""
    made = full()
    document = json.loads(output.as_json(made))
    probes = document["clauses"]["INF-05"]["services"]["billing"]
    assert probes == {"standing": "failing", "why": "1 in charts-dev: inf-05-probes"}
    assert document["clauses"]["SEC-07"]["standing"] == "waived"
    assert document["counts"] == made.counts
    assert len(document["trend"]) == 13


def test_a_terminal_says_why() -> None:
    """Reasons below the table, then what was not given."""
    text = terminal(full())
    assert "INF-05: 1 in charts-dev: inf-05-probes." in text
    assert "1 failing" in text
    assert "Not judged: no findings of production were given." in text


@pytest.mark.parametrize("form", sorted(output.FORMATS))
def test_equal_cards_give_equal_text(form: str) -> None:
    """Nothing of the moment or of chance is in it."""
    assert output.FORMATS[form](full()) == output.FORMATS[form](full())


def test_what_others_named_stays_text() -> None:
    """In Markdown a code span, in HTML escaped."""
    text = output.markdown(nasty())
    assert "\x1b" not in text
    assert "<script>" not in text.replace("`` <script>alert(1)</script>", "").replace("\\|", "|")
    page = to_html.document(nasty())
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page


@pytest.mark.parametrize(("most", "end"), [(0.4, 1), (1, 1), (29, 50), (290, 500), (1775, 2000), (10, 10), (10.1, 20)])
def test_an_axis_ends_at_a_round_number(most: float, end: float) -> None:
    """Not below what it shows."""
    assert plots.nice(most) == end


def test_bars_of_a_day_stand_on_each_other() -> None:
    """From the base line, to a height that follows from the sum."""
    points = days(2)
    drawn = plots.all_of(points)
    assert "<svg" in drawn
    bars = plots.columns(points, ["proven", "built", "overdue"], lambda point: point.clauses, str, 50)
    last = [bar for bar in bars if bar.says.startswith(str(points[-1].date))]
    assert all(upper.y + upper.height == pytest.approx(lower.y) for lower, upper in pairwise(last))
    assert sum(bar.height for bar in last) == pytest.approx(29 / 50 * (plots.HEIGHT - plots.BOTTOM - plots.TOP))


def test_without_a_trend_nothing_is_drawn() -> None:
    """One sentence on costs is left."""
    assert "<svg" not in plots.all_of(())


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_finds_nothing_wrong(browser: Browser, tmp_path: Path, *, width: int, dark: bool) -> None:
    """No word on the console, no request, no fault of accessibility or contrast; plots have the page's colours."""
    path = tmp_path / "scorecard.html"
    path.write_text(to_html.document(full()), encoding="utf-8")
    browser.open(path, width=width, dark=dark)
    assert browser.problems() == []
    assert browser.accessibility() == []
    assert browser.overflow() == []
    assert len(browser.all("svg.plot")) == 4
    fill = browser.ask("getComputedStyle(document.querySelector('rect.built')).fill")
    assert fill == ("rgb(134, 193, 255)" if dark else "rgb(10, 79, 158)")


def test_a_browser_shows_markup_as_text(browser: Browser, tmp_path: Path) -> None:
    """Nothing of it runs."""
    path = tmp_path / "scorecard.html"
    path.write_text(to_html.document(nasty()), encoding="utf-8")
    browser.open(path)
    assert browser.problems() == []
    assert "<script>alert(1)</script>" in browser.ask("document.body.innerText")
