"""Dangers are never cut by anything else, however many there are: one by one, equal ones together, then by kind."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from reports.comment.danger_block import ROOM
from reports.comment.markdown import markdown
from reports.comment.model import Report
from reports.dangers import Danger, Kind, Severity
from tests.reports.comment.support.reports import read, report
from tests.reports.support.runs import finding, made_up, step

URN = "urn:pulumi:production::nationgraph-platform::aws:rds/instance:Instance::{}"
_MORE = re.compile(r"^(\w+) (\w+): ([\d,]+) dangers? more in the artifact preview\.$")


def danger(name: str, sentence: str, kind: Kind = Kind.DATA, severity: Severity = Severity.HIGH) -> Danger:
    """One whose sentence names the resource."""
    return Danger(kind=kind, severity=severity, urn=URN.format(name), sentence=f"{name} {sentence}", property="engine")


def crowded(dangers: list[Danger]) -> Report:
    """A report in which all other parts are as long as they can be."""
    steps = [step(f"resource-{n}", "create") for n in range(3000)]
    run = made_up(steps, [finding(f"{n}: " + "long " * 80) for n in range(3000)], [f"{n}" * 90 for n in range(3000)])
    return replace(report(run), dangers=dangers)


def test_few_stand_one_by_one_beside_three_thousand_of_all_else() -> None:
    """Each whole, in the order of their gravity."""
    dangers = [danger(f"d-{n}", "is replaced, because of " + "x" * 200) for n in range(100)]
    items = read(markdown(crowded(dangers))).items["Dangerous"]
    assert items == [f"high {one.sentence}; property: engine" for one in dangers]


def test_equal_ones_are_said_together_with_their_names() -> None:
    """Where one line for each does not fit."""
    dangers = [
        danger("core", "goes", severity=Severity.CRITICAL),
        *(danger(f"d-{n}", "is " + "x" * 400) for n in range(200)),
    ]
    items = read(markdown(crowded(dangers))).items["Dangerous"]
    assert items[0] == "critical core goes; property: engine"
    assert items[1].startswith(f"high {dangers[1].sentence}; property: engine; the same of d-1, d-2, ")
    assert items[1].endswith("d-20 and 179 more in the artifact preview")
    assert len(items) == 2


@pytest.mark.parametrize("number", [300, pytest.param(3_000, marks=pytest.mark.no_cover)])
def test_thousands_of_different_ones_are_counted_by_kind(number: int) -> None:
    """The gravest stand first and whole; no danger vanishes without a number."""
    kinds = [Kind.RIGHTS, Kind.WATCH, Kind.PATH]
    dangers = [
        replace(danger(f"d-{n}", "x" * 300, kinds[n % 3], list(Severity)[n % 4]), before=str(n)) for n in range(number)
    ]
    dangers = sorted([danger("core", "is deleted", severity=Severity.CRITICAL), *dangers], key=lambda one: one.order)
    found = read(markdown(crowded(dangers)))
    items = found.items["Dangerous"]
    assert sum(len(item.encode()) for item in items) <= ROOM
    assert "core is deleted" in items[0]
    more = Counter({(m[1], m[2]): int(m[3].replace(",", "")) for m in map(_MORE.match, items) if m})
    whole = Counter(
        (item.split()[0], one.kind.value) for item in items for one in dangers if f" {one.resource} x" in item
    )
    expected = Counter((one.severity.value, one.kind.value) for one in dangers)
    expected[Severity.CRITICAL.value, Kind.DATA.value] -= 1
    assert +(more + whole) == +expected
    assert {"Errors", "Policy findings", "Changes"} <= set(found.headings)


@pytest.mark.no_cover
def test_the_rest_has_its_room_beside_the_most_dangers() -> None:
    """What blocks is read too."""
    dangers = [replace(danger(f"d-{n}", "x" * 300), before=str(n)) for n in range(3_000)]
    found = read(markdown(crowded(dangers)))
    assert len(found.items["Policy findings"]) > 1
    assert len(found.items["Errors"]) > 1
    assert found.folds
