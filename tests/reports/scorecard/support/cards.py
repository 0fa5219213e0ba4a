"""Scorecards of the real catalog and of the real ledger, in which some states are set, with made-up evidence."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from models.catalog.loader import load_catalog
from models.roadmap.loader import load_ledger
from models.roadmap.model import Clause, Ledger, State
from models.roadmap.waiver import CHARTS, Waiver
from policy.core.engine import load_rules
from policy.core.guidance import WAIVER_POLICIES
from reports.findings.model import Exempt, Finding, Place, guided
from reports.findings.report import Report
from reports.scorecard.build import build
from reports.scorecard.evidence import Evidence
from reports.scorecard.model import Row, Scorecard
from stacks.environments import PROMOTION

TODAY: Final = dt.date(2026, 11, 29)
STATES: Final[Mapping[str, Mapping[str, Any]]] = {
    **{key: {"state": State.BUILT, "open": ("dashboards",)} for key in ("SEC-01", "SEC-02", "SEC-06", "SEC-07")},
    **{key: {"state": State.PLANNED} for key in ("DEV-01", "ENB-02", "INF-02", "INF-05", "OBS-02")},
}
"""What the tests speak of, whatever has been built since."""


def _edited(clause: Clause, changes: Mapping[str, Any]) -> Clause:
    return clause.model_copy(update=dict(changes))


LEDGER: Final = Ledger(clauses=tuple(_edited(one, STATES.get(one.id, {})) for one in load_ledger().clauses))
CATALOG: Final = load_catalog(today=TODAY)
POLICIES: Final = (*load_rules(), *WAIVER_POLICIES)
NOTHING: Final = Evidence()
WAIVER: Final = Waiver(
    policy="sec-07-flow-logs",
    stack="dev",
    resource="aws:ec2/vpc:Vpc::legacy",
    reason="It goes away.",
    owner="ada",
    approver="grace",
    created=dt.date(2026, 11, 1),
    expires=dt.date(2026, 12, 19),
)


def finding(policy: str, level: str = "mandatory", file: str = "", **more: Any) -> Finding:
    """One finding, of a service's rendered chart where ``file`` names one."""
    exempt = Exempt("x", "ada", "grace", dt.date(2026, 12, 19)) if level == "waived" else None
    place = Place(file, 3) if file else None
    return guided(
        Finding(level=level, policy=policy, message="is wrong", resource="thing", place=place, exempt=exempt, **more)
    )


def report(stack: str, *findings: Finding, day: dt.date = TODAY, **more: Any) -> Report:
    """What audit or policy-charts would write of a stack; all that an environment runs is among its charts."""
    environment = stack.removeprefix(CHARTS)
    subjects = tuple(CATALOG.versions[environment]) if stack.startswith(CHARTS) else ()
    made = Report(
        title="Policies",
        stack=stack,
        at=dt.datetime.combine(day, dt.time(6), dt.UTC),
        resources=12,
        policies=POLICIES,
        findings=findings,
        subjects=subjects,
    )
    return replace(made, **more)


def charts(*findings: Finding) -> dict[str, Report]:
    """The charts of every environment, those of dev with findings."""
    reports = [report(f"{CHARTS}{name}", *(findings if name == "dev" else ())) for name in PROMOTION]
    return {one.stack: one for one in reports}


def evidence(*reports: Report, waivers: Iterable[Waiver] = (), **more: Any) -> Evidence:
    """Reports by their stacks, and the rest."""
    return Evidence(reports={one.stack: one for one in reports}, waivers=tuple(waivers), **more)


def card(given: Evidence = NOTHING, today: dt.date = TODAY, ledger: Ledger = LEDGER) -> Scorecard:
    """The scorecard of the real catalog."""
    return build(ledger, CATALOG, given, today)


def row(made: Scorecard, clause: str) -> Row:
    """The only row of a clause."""
    (found,) = [one for one in made.rows if one.clause.id == clause]
    return found


def with_clause(clause: str, **changes: Any) -> Ledger:
    """The real ledger with one clause edited."""
    return Ledger(clauses=tuple(_edited(one, changes) if one.id == clause else one for one in LEDGER.clauses))
