"""A scorecard from ledger, catalog and evidence. What nothing speaks of is not judged, and never passes."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

from models.catalog.model import Catalog
from models.roadmap.model import Clause, Ledger, State
from models.roadmap.trend import Point, with_point
from models.roadmap.waiver import CHARTS
from policy.core.guidance import WAIVER_POLICIES
from reports import manifests
from reports.findings.model import Finding
from reports.findings.report import Report
from reports.scorecard.evidence import Evidence, of_file
from reports.scorecard.model import Cell, Row, Scorecard, Standing
from stacks.environments import ENVIRONMENTS, PROMOTION

ROOT: Final = Path(__file__).resolve().parents[2]
FRESH: Final = dt.timedelta(days=14)
"""For so long a report of findings says how things are: two of the weekly audits may be missed."""
STACKS: Final = tuple(name for name in ENVIRONMENTS if name != "sandbox")
"""Those of accounts that last: a sandbox is thrown away."""


def quarter_end(clause: Clause) -> dt.date | None:
    """The last day of the due quarter; None where the clause holds from the start."""
    first = clause.due_date
    return first and (first.replace(day=1) + dt.timedelta(days=95)).replace(day=1) - dt.timedelta(days=1)


def standing(clause: Clause, today: dt.date) -> Standing:
    """What the ledger alone says of a clause on a day."""
    if clause.state is not State.PLANNED:
        return Standing(clause.state.value)
    first, last = clause.due_date, quarter_end(clause)
    if first is None or last is None or today > last:
        return Standing.OVERDUE
    return Standing.DUE if today >= first else Standing.PLANNED


def build(
    ledger: Ledger,
    catalog: Catalog,
    evidence: Evidence,
    today: dt.date,
    trend: Iterable[Point] = (),
) -> Scorecard:
    """The scorecard of ``today``. ``trend`` are earlier days."""
    judged = {stack: _Judged.of(stack, evidence.reports.get(stack), ledger, today) for stack in _places()}
    rows = tuple(_row(clause, catalog, evidence, judged, today) for clause in ledger.clauses)
    card = Scorecard(
        date=today,
        rows=rows,
        stacks=STACKS,
        services=tuple(catalog.services),
        notes=tuple(_notes(judged.values(), evidence, ledger)),
    )
    return replace(card, trend=with_point(trend, point(card, evidence)))


def point(card: Scorecard, evidence: Evidence) -> Point:
    """What is kept of a day."""
    some = {of: {name: n for name, n in card.cells(of).items() if n} for of in ("services", "stacks")}
    clauses = {name: number for name, number in card.counts.items() if number}
    cost = {name: amount.quantize(Decimal("0.01"), ROUND_HALF_UP) for name, amount in evidence.cost.items()}
    return Point(date=card.date, clauses=clauses, **some, cost=cost)


def _places() -> tuple[str, ...]:
    return (*STACKS, *(f"{CHARTS}{environment}" for environment in PROMOTION))


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """One stack, or the charts of an environment: its report where it counts, else why nothing is known."""

    stack: str
    report: Report | None
    why: str
    policies: frozenset[str]
    findings: Mapping[str, Sequence[Finding]]
    """By clause."""

    @classmethod
    def of(cls, stack: str, report: Report | None, ledger: Ledger, today: dt.date) -> "_Judged":
        why = _unusable(stack, report, today)
        clauses = {policy: clause.id for clause in ledger.clauses for policy in clause.policies}
        found: dict[str, list[Finding]] = {}
        if report and not why:
            for finding in report.findings:
                found.setdefault(clauses.get(finding.policy, ""), []).append(finding)
        kept = None if why else report
        return cls(stack=stack, report=kept, why=why, policies=frozenset(kept.policies if kept else ()), findings=found)

    @property
    def charts(self) -> bool:
        return self.stack.startswith(CHARTS)

    def missing(self, clause: Clause) -> str:
        """Why this says nothing of a clause as long as it finds nothing; empty where it does."""
        if self.why:
            return self.why
        if not (wanted := self.judges(clause)):
            return "no policy of it judges charts" if self.charts else "no policy judges it"
        if left := sorted(wanted - self.policies):
            return f"{self.stack} was not judged by {', '.join(left)}"
        return ""

    def judges(self, clause: Clause) -> frozenset[str]:
        """The policies of a clause that can say something of this kind of thing."""
        own = frozenset(clause.policies) - {*WAIVER_POLICIES}
        return frozenset(name for name in own if name.startswith(manifests.PREFIXES)) if self.charts else own


def _unusable(stack: str, report: Report | None, today: dt.date) -> str:
    if report is None:
        return f"no findings of {stack} were given"
    if report.emulated:
        return f"the findings of {stack} are of the emulated account"
    age = today - report.today
    if age > FRESH:
        return f"the findings of {stack} are {age.days} days old, of {report.today}"
    if age < dt.timedelta(0):
        return f"the findings of {stack} are of {report.today}, which has not come yet"
    return "" if report.resources else f"nothing of {stack} was there to judge"


def _row(clause: Clause, catalog: Catalog, evidence: Evidence, judged: Mapping[str, _Judged], today: dt.date) -> Row:
    tests, own = _tested(clause, evidence, Cell(standing(clause, today)))
    stacks = {stack: _cell(clause, judged[stack], judged[stack].findings.get(clause.id, ()), own) for stack in STACKS}
    services = _services(clause, catalog, judged, own)
    charts = [_cell(clause, one, one.findings.get(clause.id, ()), own) for one in judged.values() if one.charts]
    cells = [own, *_waived(clause, evidence, today), *stacks.values(), *charts]
    known = [cell for cell in cells if cell.standing is not Standing.NOT_JUDGED]
    return Row(
        clause=clause,
        whole=max(known, key=lambda cell: cell.standing.rank),
        tests=tests,
        stacks=stacks,
        services=services,
    )


def _tested(clause: Clause, evidence: Evidence, own: Cell) -> tuple[str, Cell]:
    """What is known of the tests that the ledger names, and the clause's own standing by them."""
    count = len(clause.tests)
    if not count:
        return "none named", own
    if gone := [path for path in clause.tests if not (ROOT / path).is_file()]:
        return f"{len(gone)} of {count} are gone", Cell(Standing.FAILING, f"tests are gone: {', '.join(gone)}")
    if evidence.tests is None:
        return f"{count} named, no run given", own
    outcomes = {path: of_file(evidence.tests, path) for path in clause.tests}
    if failed := [path for path, counts in outcomes.items() if counts["failed"]]:
        return f"{len(failed)} of {count} fail", Cell(Standing.FAILING, f"tests fail: {', '.join(failed)}")
    passed = sum(counts["passed"] > 0 for counts in outcomes.values())
    if own.standing is Standing.PROVEN and passed < count:
        own = Cell(Standing.BUILT, f"{count - passed} of the tests that prove it did not run")
    return f"{passed} of {count} pass, {count - passed} did not run", own


def _waived(clause: Clause, evidence: Evidence, today: dt.date) -> Iterator[Cell]:
    for waiver in evidence.waivers:
        if waiver.policy in clause.policies and waiver.created <= today <= waiver.expires:
            yield Cell(Standing.WAIVED, f"{waiver.policy} is waived in {waiver.stack} until {waiver.expires}")


def _cell(clause: Clause, judged: _Judged, findings: Sequence[Finding], own: Cell) -> Cell:
    """What was found counts also where more might have been: what is not judged would hide it from the whole."""
    counts = Counter(finding.level for finding in findings)
    if standing_ := [finding for finding in findings if finding.level not in ("waived", "later")]:
        policies = ", ".join(sorted({finding.policy for finding in standing_}))
        return Cell(Standing.FAILING, f"{len(standing_)} in {judged.stack}: {policies}")
    if counts["waived"]:
        return Cell(Standing.WAIVED, f"{counts['waived']} waived in {judged.stack}")
    if why := judged.missing(clause):
        return Cell(Standing.NOT_JUDGED, why)
    if counts["later"]:
        return Cell(Standing.NOT_JUDGED, f"{judged.stack}: a value is not known before the update")
    return (
        own
        if own.standing.passed or own.why
        else Cell(own.standing, "its policies find nothing; nothing builds all of it")
    )


def _services(clause: Clause, catalog: Catalog, judged: Mapping[str, _Judged], own: Cell) -> dict[str, Cell]:
    """Each service by the charts of every environment that runs it; the gravest counts, and so does what is unknown."""
    cells: dict[str, list[Cell]] = {name: [] for name in catalog.services}
    for environment in PROMOTION:
        place = judged[f"{CHARTS}{environment}"]
        found: dict[str, list[Finding]] = {}
        for finding in place.findings.get(clause.id, ()):
            found.setdefault(manifests.service_of(Path(finding.place.file)) if finding.place else "", []).append(
                finding
            )
        subjects = frozenset(place.report.subjects if place.report else ())
        clean = _cell(clause, place, (), own)
        unseen = Cell(Standing.NOT_JUDGED, place.why or f"it was not among the charts of {environment}")
        for name in catalog.versions[environment]:
            if name in found:
                cells[name].append(_cell(clause, place, found[name], own))
            else:
                cells[name].append(clean if name in subjects or place.missing(clause) else unseen)
    nowhere = Cell(Standing.NOT_JUDGED, "no environment runs it")
    return {name: max(seen, key=lambda cell: cell.standing.rank, default=nowhere) for name, seen in cells.items()}


def _notes(judged: Iterable[_Judged], evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    known = {policy for clause in ledger.clauses for policy in clause.policies}
    for place in judged:
        if place.why:
            yield f"Not judged: {place.why}."
        if strange := sorted({finding.policy for finding in place.findings.get("", ())} - known):
            yield f"No clause names {', '.join(strange)}, of which {place.stack} has findings."
    if evidence.tests is None:
        yield "No run of tests was given: what is proven is what the ledger says."
    for stack in sorted(evidence.reports.keys() - {*_places()}):
        yield f"The findings of {stack} were left out: it is no stack that lasts."
