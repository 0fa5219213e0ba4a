"""What has to be decided, and by whom: the owners of a file decide about what it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.prices.loader import stale
from policy.core.names import path_of
from reports.review.model import FOLDER, NEAR, Inputs
from reports.review.rules import noise
from reports.review.sections import aged
from reports.scorecard.model import Row, Standing

LEDGER: Final = "roadmap/clauses.yaml"
PRICES: Final = "catalog/prices/"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A question with its ways out, about one or several things, and who answers it."""

    about: str
    question: str
    owners: tuple[str, ...]


def decisions(inputs: Inputs) -> Iterator[Decision]:
    """In the order of the sections that they come from."""
    questions = {
        Standing.FAILING: "mend what fails, or waive it for 90 days at most",
        Standing.OVERDUE: "build it in the next quarter, or move its due date by pull request",
        Standing.DUE: f"finish it by {inputs.quarter.last}, or move its due date by pull request",
    }
    asked: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for line in sorted(inputs.card.rows, key=lambda line: -line.whole.standing.rank):
        if question := questions.get(line.whole.standing):
            asked.setdefault((question, _of_clause(line, inputs)), []).append(line.clause.id)
    for (question, owners), clauses in asked.items():
        yield Decision(about=", ".join(clauses), question=question, owners=owners)
    yield from _exceptions(inputs)
    yield from _ageing(inputs)
    if waiting := [issue for issue in inputs.feedback or () if issue.open]:
        question = f"answer {len(waiting)} open issues: {', '.join(f'#{issue.number}' for issue in waiting)}"
        yield Decision(about="feedback", question=question, owners=inputs.owners.of(f"{FOLDER}/"))


def _exceptions(inputs: Inputs) -> Iterator[Decision]:
    """Waivers that end, and rules of which most is waived."""
    for waiver in inputs.evidence.waivers:
        if waiver.expires - inputs.today <= NEAR:
            about = f"{waiver.policy}, {waiver.resource} of {waiver.stack}"
            yield Decision(about=about, question=f"mend it by {waiver.expires}", owners=(waiver.owner,))
    for one in noise(inputs.evidence.reports.values()):
        if one.noisy:
            question = f"mend the rule or what it judges: {one.waived} of {one.findings} findings are waived"
            yield Decision(about=one.policy, question=question, owners=inputs.owners.of(path_of(one.policy)))


def _ageing(inputs: Inputs) -> Iterator[Decision]:
    """Pins and prices that are older than two quarters."""
    old = aged(inputs)
    for file in dict.fromkeys(pin.file for pin in old):
        names = ", ".join(pin.name for pin in old if pin.file == file)
        yield Decision(about=file, question=f"renew, replace or keep {names}", owners=inputs.owners.of(file))
    if why := stale(inputs.prices, inputs.today):
        yield Decision(about="prices", question=why, owners=inputs.owners.of(PRICES))


def _of_clause(line: Row, inputs: Inputs) -> tuple[str, ...]:
    """Who owns the services that fail; else what builds the clause; else the ledger."""
    failing = [name for name, cell in line.services.items() if cell.standing is Standing.FAILING]
    if line.whole.standing is Standing.FAILING and failing:
        return tuple(sorted(inputs.owners.of_all([f"catalog/services/{name}.yaml" for name in failing])))
    return tuple(sorted(inputs.owners.of_all(line.clause.components or (LEDGER,))))
