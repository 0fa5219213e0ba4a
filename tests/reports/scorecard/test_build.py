"""Where clauses, services and stacks stand: by ledger and day, findings, waivers and tests."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.roadmap.model import CLAUSES, Clause, State
from models.roadmap.waiver import CHARTS
from reports.findings.report import Report
from reports.scorecard.build import FRESH, STACKS, standing
from reports.scorecard.model import Standing
from stacks.environments import PROMOTION
from tests.reports.scorecard.support.cards import (
    CATALOG,
    POLICIES,
    TODAY,
    WAIVER,
    card,
    charts,
    evidence,
    finding,
    report,
    row,
    with_clause,
)
from tests.support.depth import examples

FLOW, PROBES = "sec-07-flow-logs", "inf-05-probes"
PLACES = (*STACKS, *(f"{CHARTS}{name}" for name in PROMOTION))
LEVELS = ("mandatory", "advisory", "later", "waived")
FINDINGS = st.builds(
    finding,
    st.sampled_from(POLICIES),
    st.sampled_from(LEVELS),
    st.sampled_from(["", *(f"charts/dev/{name}.yaml" for name in CATALOG.services), "charts/dev/strange.yaml"]),
)
REPORTS = st.builds(
    lambda stack, found, age: report(stack, *found, day=TODAY - dt.timedelta(days=age)),
    st.sampled_from(PLACES),
    st.lists(FINDINGS, max_size=4),
    st.integers(-1, 20),
)


@pytest.mark.parametrize(
    ("due", "day", "expected"),
    [
        ("2026-Q4", dt.date(2026, 9, 30), Standing.PLANNED),
        ("2026-Q4", dt.date(2026, 10, 1), Standing.DUE),
        ("2026-Q4", dt.date(2026, 12, 31), Standing.DUE),
        ("2026-Q4", dt.date(2027, 1, 1), Standing.OVERDUE),
        ("2027-Q1", dt.date(2027, 3, 31), Standing.DUE),
        ("2027-Q1", dt.date(2027, 4, 1), Standing.OVERDUE),
        (None, dt.date(2020, 1, 1), Standing.OVERDUE),
    ],
)
def test_a_planned_clause_is_due_in_its_quarter_and_overdue_after_it(
    due: str | None, day: dt.date, expected: Standing
) -> None:
    """One without a quarter holds from the start; one that is built is never due."""
    clause = Clause(id="SEC-06", text="x", due=due)
    assert standing(clause, day) is expected
    built = clause.model_copy(update={"state": State.BUILT})
    assert standing(built, day) is Standing.BUILT


def test_every_clause_is_in_one_row_with_every_stack_and_service() -> None:
    """In the order of the roadmap."""
    made = card()
    assert tuple(one.clause.id for one in made.rows) == CLAUSES
    assert {tuple(one.stacks) for one in made.rows} == {STACKS}
    assert {tuple(one.services) for one in made.rows} == {tuple(CATALOG.services)}
    assert sum(made.counts.values()) == len(CLAUSES)


def test_without_evidence_nothing_is_judged() -> None:
    """The ledger alone says nothing of a service or a stack."""
    made = card()
    cells = Counter(cell.standing for one in made.rows for cell in (*one.stacks.values(), *one.services.values()))
    assert set(cells) == {Standing.NOT_JUDGED}
    assert "Not judged: no findings of production were given." in made.notes


@settings(max_examples=examples(200))
@given(st.lists(REPORTS, max_size=6), st.sampled_from(["SEC-07", "INF-05", "SEC-06", "REV-01"]), st.booleans())
def test_nothing_passes_that_was_not_judged_or_is_excused(found: list[Report], proven: str, excused: bool) -> None:  # noqa: FBT001
    """Whatever is handed in: a cell passes only by a fresh report without any finding of its clause."""
    given_ = evidence(*found, waivers=[WAIVER] if excused else [])
    made = card(given_, ledger=with_clause(proven, state=State.PROVEN))
    fresh = {name: one for name, one in given_.reports.items() if 0 <= (TODAY - one.today).days <= FRESH.days}
    for one in made.rows:
        spoken = {f.policy for r in fresh.values() for f in r.findings if f.level != "later"} & {*one.clause.policies}
        waived = excused and WAIVER.policy in one.clause.policies
        assert not (one.whole.standing.passed and (spoken or waived)), one.clause.id
        for stack, cell in one.stacks.items():
            own = fresh[stack].findings if stack in fresh else ()
            assert not cell.standing.passed or stack in fresh
            assert not cell.standing.passed or not {f.policy for f in own} & {*one.clause.policies}
        for name, cell in one.services.items():
            runs = [env for env in PROMOTION if name in CATALOG.versions[env]]
            assert not cell.standing.passed or all(f"{CHARTS}{env}" in fresh for env in runs)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((), Standing.BUILT),
        (("mandatory",), Standing.FAILING),
        (("advisory", "waived"), Standing.FAILING),
        (("waived",), Standing.WAIVED),
        (("waived", "later"), Standing.WAIVED),
        (("later",), Standing.NOT_JUDGED),
    ],
)
def test_findings_decide_for_a_stack(levels: tuple[str, ...], expected: Standing) -> None:
    """A violation fails, an excused one does not pass, and what waits for the update is not judged."""
    made = card(evidence(report("production", *(finding(FLOW, level) for level in levels))))
    found = row(made, "SEC-07")
    assert found.stacks["production"].standing is expected
    assert found.stacks["dev"].standing is Standing.NOT_JUDGED
    others = row(made, "SEC-06")
    assert others.stacks["production"].standing is Standing.BUILT
    if expected in (Standing.FAILING, Standing.WAIVED):
        assert found.whole.standing is expected


@pytest.mark.parametrize(
    ("judged", "why"),
    [
        (report("dev", day=TODAY - FRESH), ""),
        (report("dev", day=TODAY - FRESH - dt.timedelta(days=1)), "15 days old"),
        (report("dev", day=TODAY + dt.timedelta(days=1)), "has not come yet"),
        (report("dev", resources=0), "nothing of dev was there to judge"),
        (report("dev", emulated=True), "are of the emulated account"),
        (report("dev", policies=tuple(name for name in POLICIES if name != FLOW)), f"not judged by {FLOW}"),
    ],
)
def test_a_report_that_says_too_little_judges_nothing(judged: Report, why: str) -> None:
    """Old, of another day, empty, of no account of AWS, or by a part of the clause's policies: with the reason."""
    cell = row(card(evidence(judged)), "SEC-07").stacks["dev"]
    assert cell.standing is (Standing.NOT_JUDGED if why else Standing.BUILT)
    assert why in cell.why


@pytest.mark.parametrize(("level", "expected"), [("mandatory", Standing.FAILING), ("waived", Standing.WAIVED)])
def test_a_finding_counts_though_other_policies_did_not_judge(level: str, expected: Standing) -> None:
    """What is missing hides nothing that was found, from the clause as a whole neither."""
    made = row(card(evidence(report("dev", finding(FLOW, level), policies=(FLOW,)))), "SEC-07")
    assert made.stacks["dev"].standing is expected
    assert made.whole.standing is expected


def test_a_service_is_judged_by_the_charts_of_every_environment_that_runs_it() -> None:
    """With one of them unknown it is not judged; with a violation it alone fails."""
    ledger = with_clause("INF-05", state=State.BUILT)
    every = charts(finding(PROBES, file=".sandbox/charts/dev/billing.yaml"))
    made = row(card(evidence(*every.values()), ledger=ledger), "INF-05")
    assert made.services["billing"].standing is Standing.FAILING
    assert {cell.standing for name, cell in made.services.items() if name != "billing"} == {Standing.BUILT}
    assert made.whole.standing is Standing.FAILING
    some = row(card(evidence(every["charts-dev"]), ledger=ledger), "INF-05")
    assert some.services["auth"].standing is Standing.NOT_JUDGED
    assert "charts-staging" in some.services["auth"].why


def test_policies_alone_build_no_clause() -> None:
    """Where they find nothing and the ledger says planned, the service is where the clause is, and the cell says so."""
    made = row(card(evidence(*charts().values())), "INF-05")
    assert {cell.standing for cell in made.services.values()} == {Standing.OVERDUE}
    assert {cell.why for cell in made.services.values()} == {"its policies find nothing; nothing builds all of it"}
    assert made.whole.why == ""


def test_a_service_that_was_not_rendered_is_not_judged() -> None:
    """Though the other charts of its environment were."""
    every = charts()
    dev = every["charts-dev"]
    every["charts-dev"] = replace(dev, subjects=tuple(name for name in dev.subjects if name != "billing"))
    made = row(card(evidence(*every.values())), "SEC-07").services
    assert made["billing"].standing is Standing.NOT_JUDGED
    assert made["auth"].standing is Standing.BUILT


def test_a_finding_of_no_service_still_fails_the_clause() -> None:
    """As of a manifest whose file is named after none."""
    made = row(card(evidence(*charts(finding("sec-07-restricted-pods", file="other.yaml")).values())), "SEC-07")
    assert made.whole.standing is Standing.FAILING
    assert Standing.FAILING not in {cell.standing for cell in made.services.values()}


def test_a_waiver_in_force_is_no_pass_without_any_report() -> None:
    """From the day of its approval to its last one."""
    for day, expected in (
        (WAIVER.created - dt.timedelta(days=1), Standing.BUILT),
        (WAIVER.created, Standing.WAIVED),
        (WAIVER.expires, Standing.WAIVED),
        (WAIVER.expires + dt.timedelta(days=1), Standing.BUILT),
    ):
        assert row(card(evidence(waivers=[WAIVER]), day), "SEC-07").whole.standing is expected


TESTS = ("tests/reports/test_manifests.py", "tests/reports/test_events.py")


@pytest.mark.parametrize(
    ("outcomes", "expected", "said"),
    [
        (None, Standing.PROVEN, "no run given"),
        ({TESTS[0]: "passed", TESTS[1]: "passed"}, Standing.PROVEN, "2 of 2 pass"),
        ({TESTS[0]: "passed", TESTS[1]: "skipped"}, Standing.BUILT, "1 of 2 pass"),
        ({TESTS[0]: "passed"}, Standing.BUILT, "1 did not run"),
        ({TESTS[0]: "passed", TESTS[1]: "failed"}, Standing.FAILING, "1 of 2 fail"),
        ({}, Standing.BUILT, "0 of 2 pass"),
    ],
)
def test_a_run_of_tests_confirms_or_refutes_what_is_proven(
    outcomes: dict[str, str] | None, expected: Standing, said: str
) -> None:
    """A test that failed refutes it; one that did not run proves nothing."""
    ledger = with_clause("OBS-02", state=State.PROVEN, tests=TESTS)
    known = outcomes and {path.removesuffix(".py").replace("/", "."): Counter([one]) for path, one in outcomes.items()}
    tests = None if outcomes is None else known or {}
    made = row(card(evidence(tests=tests), ledger=ledger), "OBS-02")
    assert made.whole.standing is expected
    assert said in made.tests


def test_a_test_that_is_gone_fails_its_clause() -> None:
    """Whatever state the ledger claims."""
    ledger = with_clause("OBS-02", state=State.PROVEN, tests=("tests/gone.py",))
    made = row(card(ledger=ledger), "OBS-02")
    assert made.whole.standing is Standing.FAILING
    assert "tests/gone.py" in made.whole.why


def test_what_is_left_out_is_said() -> None:
    """Findings of a sandbox, and of a policy that no clause names."""
    made = card(evidence(report("sandbox"), report("dev", finding("abc-01-strange"))))
    assert any("sandbox were left out" in note for note in made.notes)
    assert any("abc-01-strange" in note for note in made.notes)
