"""The review says what follows from its inputs, says in a sentence what it does not know, and asks the right people."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from models.prices.loader import load_prices
from models.roadmap.trend import Point
from reports.pins import PYTHON, Pin
from reports.review.build import document
from reports.review.decisions import decisions
from reports.review.inputs import Issue
from reports.review.model import Inputs, Quarter
from reports.review.owners import Owners
from reports.review.rules import noise
from reports.review.sections import SECTIONS
from reports.scorecard.build import build
from reports.scorecard.evidence import Evidence
from tests.reports.scorecard.support.cards import (
    CATALOG,
    LEDGER,
    NOTHING,
    TODAY,
    WAIVER,
    charts,
    evidence,
    finding,
    report,
)

Q4 = Quarter(2026, 4)
OLD = Pin(kind=PYTHON, name="old-thing", version="1", file="pyproject.toml", released=dt.date(2026, 5, 30))
YOUNG = replace(OLD, name="young-thing", released=dt.date(2026, 5, 31))
UNKNOWN = Pin(kind="action", name="a/b", version="v1", file=".github/workflows")
NASTY = "@everyone [x](https://evil.example) | <img src=x> `#12`\u202e"


def issue(number: int, title: str = "Slow", focus: str = "reliability", **more: Any) -> Issue:
    """An issue as the form makes it."""
    body = f"### Focus\n\n{focus}\n\n### What happened\n\nx"
    values = {
        "number": number,
        "title": title,
        "url": "https://github.com/nationgraph/platform/issues/1",
        "state": "OPEN",
    }
    return Issue.model_validate({**values, "createdAt": "2026-11-02T10:00:00Z", "body": body, **more})


def inputs(given: Evidence = NOTHING, trend: tuple[Point, ...] = (), **more: Any) -> Inputs:
    """Of the real ledger, catalog, prices and owners."""
    made = Inputs(
        quarter=Q4,
        today=TODAY,
        card=build(LEDGER, CATALOG, given, TODAY, trend),
        evidence=given,
        catalog=CATALOG,
        prices=load_prices(),
        owners=Owners.load(),
        pins=(),
    )
    return replace(made, **more)


def section(of: Inputs, heading: str) -> str:
    """One section's text."""
    return "\n".join(SECTIONS[heading](of))


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("2026-Q4", TODAY, Quarter(2026, 4)),
        ("", TODAY, Quarter(2026, 4)),
        ("", dt.date(2027, 1, 1), Quarter(2026, 4)),
        ("", dt.date(2027, 1, 2), Quarter(2027, 1)),
        ("2027-Q1", dt.date(2027, 1, 1), Quarter(2027, 1)),
    ],
)
def test_a_quarter_is_named_or_is_that_of_yesterday(text: str, today: dt.date, expected: Quarter) -> None:
    """On its first day a quarter looks back."""
    assert Quarter.parse(text, today) == expected
    assert expected.first <= expected.last
    assert Quarter.of(expected.last) == expected == Quarter.of(expected.first)
    assert Quarter.of(expected.last + dt.timedelta(days=1)) > expected


@pytest.mark.parametrize("text", ["2026-Q5", "2026", "Q4", "2027-Q1", "2026-Q٤"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    """One that has not begun, too."""
    with pytest.raises(RuntimeError, match=r"QUARTER=.*2026-Q4"):
        Quarter.parse(text, TODAY)


def test_every_section_without_data_says_so_in_a_sentence() -> None:
    """None is left out, and none is empty."""
    text = document(inputs())
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == [
        *SECTIONS,
        "Decisions to take",
    ]
    for said in (
        "No waiver ends within 30 days; none is in force.",
        "Whether there is something newer was not asked.",
        "No findings were given",
        "No day of this quarter has a cost",
        "No incidents are recorded against the ",
        "No issues were given",
        "The trend has no day before 2026-10-01",
    ):
        assert said in text
    assert document(inputs()) == text


def test_due_and_overdue_clauses_are_those_of_the_scorecard() -> None:
    """Overdue ones first; built ones with what is open."""
    text = section(inputs(), "Due and overdue")
    assert "| DEV-01 | 2026-Q2 | overdue |" in text
    assert "| ENB-02 | 2026-Q4 | due |" in text
    assert "| INF-02 |" not in text
    assert text.index("DEV-01") < text.index("ENB-02")
    assert "- SEC-06: `dashboards`" in text


def test_waivers_are_named_thirty_days_before_their_end() -> None:
    """And their owners asked; one that ends later is counted."""
    late = replace(WAIVER, expires=TODAY + dt.timedelta(days=31))
    near = replace(WAIVER, expires=TODAY + dt.timedelta(days=30))
    assert "No waiver ends within 30 days; 1 in force" in section(
        inputs(evidence(waivers=[late])), "Waivers near their end"
    )
    found = inputs(evidence(waivers=[near]))
    assert "2026-12-29" in section(found, "Waivers near their end")
    assert [one.owners for one in decisions(found) if "2026-12-29" in one.question] == [("ada",)]


def test_pins_are_stale_after_two_quarters() -> None:
    """183 days are too old, 182 are not; what has no date is counted and called neither."""
    made = inputs(evidence(newer={"old-thing": "2"}), pins=(OLD, YOUNG, UNKNOWN))
    text = section(made, "Dependencies and tools")
    assert "3 versions are pinned. Released more than 182 days ago: 1." in text
    assert "| old-thing | 1 | 2026-05-30 | 2 |" in text
    assert "young-thing" not in text
    assert "not known here of 1 actions" in text
    assert any("old-thing" in one.question and one.owners == ("@nationgraph/platform",) for one in decisions(made))


def test_rules_that_are_mostly_excused_are_named() -> None:
    """With shares over all reports; rules that found nothing are listed, and rules of an empty stack are not."""
    policy, other = "sec-07-flow-logs", "sec-06-private-database"
    dev = report("dev", finding(policy, "waived"), finding(policy, "waived"), finding(other), finding(other, "later"))
    empty = report("staging", policies=("sec-99-other",), resources=0)
    found = {one.policy: one for one in noise([dev, empty])}
    assert (found[policy].findings, found[policy].waived, found[policy].noisy) == (2, 2, True)
    assert (found[other].findings, found[other].waived, found[other].noisy) == (1, 0, False)
    assert "sec-99-other" not in found
    made = inputs(evidence(dev))
    text = section(made, "Rules")
    assert "| sec-07-flow-logs | 2 | 2 | 100% |" in text
    assert "`inf-05-probes`" in text
    (asked,) = [one for one in decisions(made) if one.about == policy]
    assert "@nationgraph/security" in asked.owners


def test_cost_is_compared_within_the_quarter() -> None:
    """The first day with a cost and the last; a stack that is new has no difference."""
    trend = tuple(
        Point(date=dt.date(2026, month, 5), clauses={"built": 5}, cost=cost)
        for month, cost in (
            (9, {"dev": Decimal(1)}),
            (10, {"dev": Decimal("458.10")}),
            (11, {"dev": Decimal("460.30"), "staging": Decimal(792)}),
        )
    )
    made = inputs(trend=trend)
    text = section(made, "Cost")
    assert "on 2026-10-05 and on 2026-11-05" in text
    assert "+2.20 USD" in text
    assert "not known" in text
    moved = made.card.counts["built"] - 5
    assert f"built {moved:+d}" in section(made, "Where the roadmap stands")


def test_feedback_is_what_is_open_or_of_the_quarter() -> None:
    """By focus; what is closed and old is left out."""
    given = (
        issue(7),
        issue(8, focus="beauty", state="CLOSED"),
        issue(9, state="CLOSED", createdAt="2026-09-30T23:00:00Z"),
        issue(10, focus="security", createdAt="2026-01-01T00:00:00Z"),
    )
    made = inputs(feedback=given)
    text = section(made, "Feedback")
    assert text.startswith("3 issues: 0 about simplicity, 1 about reliability, 1 about security, 1 that do not say.")
    assert "`#9`" not in text
    (asked,) = [one for one in decisions(made) if one.about == "feedback"]
    assert "#7, #10" in asked.question
    assert "is open or was filed" in section(inputs(feedback=()), "Feedback")


def test_whoever_owns_a_service_that_fails_is_asked() -> None:
    """Not everybody who owns a part of the clause."""
    made = inputs(evidence(*charts(finding("inf-05-probes", file="dev/billing.yaml")).values()))
    (asked,) = [one for one in decisions(made) if "INF-05" in one.about]
    assert asked.owners == ("@nationgraph/payments",)
    assert "mend" in asked.question


def test_every_decision_has_an_owner_of_the_catalog_or_of_security() -> None:
    """A team of CODEOWNERS, whatever is asked."""
    made = inputs(pins=(OLD, UNKNOWN), feedback=(issue(1),))
    teams = {f"@{team.github}" for team in CATALOG.teams.values()} | {"@nationgraph/security"}
    found = list(decisions(made))
    assert found
    assert all(one.owners and set(one.owners) <= teams for one in found)


def test_what_others_wrote_takes_no_effect() -> None:
    """No mention, link, table or markup of a title or a reason."""
    made = inputs(
        evidence(waivers=[replace(WAIVER, reason=NASTY)]), feedback=(issue(1, NASTY), issue(2, "www.evil.example"))
    )
    lines = [line for line in document(made).splitlines() if "everyone" in line]
    assert len(lines) == 2
    for line in lines:
        assert "`` @everyone [x](https://evil.example) \\| <img src=x> `#12`\\u202e ``" in line
    assert "`www.evil.example`" in document(made)


def test_the_last_line_that_matches_owns_a_path() -> None:
    """As GitHub reads CODEOWNERS."""
    owners = Owners("* @a/all\n/x/ @a/x # why\n\n# c\n/x/y.yaml @a/y @a/z\n/x/none\n")
    assert owners.of("README.md") == ("@a/all",)
    assert owners.of("x/other") == ("@a/x",)
    assert owners.of("x/y.yaml") == ("@a/y", "@a/z")
    assert owners.of("deep/x/y.yaml") == ("@a/all",)
    assert owners.of("x/none") == ()
    assert owners.of_all(["x/other", "README.md", "x/more"]) == ("@a/x", "@a/all")
