"""The sections of a review: each as lines of Markdown, one sentence where there is nothing to say."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from models.prices.loader import stale
from reports.cost.output import dated, money
from reports.markdown import code
from reports.pins import PYTHON, STALE, Pin
from reports.review.inputs import FOCUS, NOT_SAID, Issue
from reports.review.model import NEAR, Inputs
from reports.review.rules import noise
from reports.scorecard.model import Row, Standing
from reports.scorecard.output import due, services, summary

Lines = list[str]
MOST: Final = 40
"""Rows of one table."""
_PLAIN: Final = re.compile(r"(?:[A-Za-z0-9 ,:;()%+-]|(?<=\d)\.(?=\d))*", re.ASCII)
"""Text that means nothing in Markdown: no address, mention, number of an issue, emphasis or markup."""


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """A table; what is no plain word is a code span, and what is too much is counted."""
    made = [f"| {' | '.join(map(_cell, cells))} |" for cells in rows]
    more = ["", f"{len(made) - MOST} more."] if len(made) > MOST else []
    return [f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}", *made[:MOST], *more]


def _cell(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else code(text).replace("|", "\\|")


def standing(inputs: Inputs) -> Lines:
    """Counts, their move within the quarter, and what was not given."""
    card = inputs.card
    lines = [f"{summary(card)}."]
    before = [point for point in card.trend if point.date < inputs.quarter.first]
    if before:
        names = [name for name in card.counts if card.counts[name] or before[-1].clauses.get(name)]
        moves = ", ".join(f"{name} {card.counts[name] - before[-1].clauses.get(name, 0):+d}" for name in names)
        lines.append(f"Since {before[-1].date}: {moves}.")
    else:
        lines.append(f"The trend has no day before {inputs.quarter.first} to compare with.")
    notes = [f"- {code(note)}" for note in card.notes]
    return [*lines, *(["", *notes] if notes else [])]


def clauses(inputs: Inputs) -> Lines:
    """What is failing, overdue or due; then what is built and still lacks something after its quarter has begun."""
    grave = (Standing.FAILING, Standing.OVERDUE, Standing.DUE)
    rows = [line for line in inputs.card.rows if line.whole.standing in grave]
    rows.sort(key=lambda line: -line.whole.standing.rank)
    said = [[line.clause.id, due(line), str(line.whole.standing), _about(line)] for line in rows]
    lines = table(("Clause", "Due", "Standing", "About"), said) if said else ["No clause is due, overdue or failing."]
    built = [line for line in inputs.card.rows if line.whole.standing is Standing.BUILT and line.clause.open]
    begun = [line for line in built if (line.clause.due_date or dt.date.min) <= inputs.today]
    if begun:
        lines += ["", "Built, and open though their quarter has begun:", ""]
        lines += [f"- {line.clause.id}: {code('; '.join(line.clause.open))}" for line in begun]
    return lines


def _about(line: Row) -> str:
    failing = f"services: {services(line.services)}" if line.whole.standing is Standing.FAILING else ""
    return "; ".join(filter(None, [line.whole.why, failing])) or line.clause.text.strip()


def waivers(inputs: Inputs) -> Lines:
    """Those that end within 30 days or have ended."""
    held = inputs.evidence.waivers
    near = sorted((w for w in held if w.expires - inputs.today <= NEAR), key=lambda w: (w.expires, w.key))
    if not near:
        many = f"{len(held)} in force" if held else "none is in force"
        return [f"No waiver ends within {NEAR.days} days; {many}."]
    rows = [[w.policy, w.stack, w.resource, str(w.expires), w.owner, w.reason] for w in near]
    return table(("Policy", "Stack", "Resource", "Last day", "Owner", "Reason"), rows)


def pins(inputs: Inputs) -> Lines:
    """What was released more than two quarters ago, and of what nothing here says when it was."""
    old = aged(inputs)
    asked = inputs.evidence.newer is not None
    lines = [
        f"{len(inputs.pins)} versions are pinned. Released more than {STALE.days} days ago: {len(old)}.",
        "What is newer was asked of PyPI." if asked else "Whether there is something newer was not asked.",
    ]
    if old:
        rows = [[p.kind, p.name, p.version, str(p.released), _newest(p, inputs)] for p in old]
        lines += ["", *table(("Kind", "Name", "Pinned", "Released", "Newest"), rows)]
    unknown = [pin for pin in inputs.pins if pin.released is None]
    kinds = [f"{len({pin.name for pin in own})} {kind}s" for kind, own in groupby(unknown, key=lambda pin: pin.kind)]
    if kinds:
        lines += ["", f"When it was released is not known here of {', '.join(kinds)}."]
    return lines


def aged(inputs: Inputs) -> list[Pin]:
    """Pins that are known to be stale, the oldest first."""
    old = [pin for pin in inputs.pins if (age := pin.age(inputs.today)) is not None and age > STALE]
    return sorted(old, key=lambda pin: (pin.released or dt.date.max, pin))


def _newest(pin: Pin, inputs: Inputs) -> str:
    if inputs.evidence.newer is None or pin.kind != PYTHON:
        return "not asked"
    return inputs.evidence.newer.get(pin.name, "this one")


def rules(inputs: Inputs) -> Lines:
    """Findings and their waived share by policy, and which policies found nothing."""
    known = noise(inputs.evidence.reports.values())
    if not known:
        return ["No findings were given, so that nothing is known of how much the rules say."]
    fired = [one for one in known if one.findings]
    rows = [[one.policy, str(one.findings), str(one.waived), f"{one.share:.0%}"] for one in fired]
    lines = table(("Policy", "Findings", "Waived", "Share"), rows) if rows else ["No rule found anything."]
    silent = [one.policy for one in known if not one.findings]
    if silent:
        lines += ["", f"{len(silent)} of {len(known)} rules found nothing: {', '.join(map(code, silent))}."]
    return lines


def cost(inputs: Inputs) -> Lines:
    """The first and the last cost of the quarter by stack, and how old the prices are."""
    first, last = inputs.quarter.first, inputs.quarter.last
    points = [point for point in inputs.card.trend if first <= point.date <= last and point.cost]
    age = [f"{dated(inputs.prices)}."]
    if old := stale(inputs.prices, inputs.today):
        age.append(f"{old}.")
    if not points:
        return [
            "No day of this quarter has a cost; `make scorecard WRITE=yes` keeps what `make cost FORMAT=json` wrote.",
            *age,
        ]
    lines = [f"List prices, idle, on {points[0].date} and on {points[-1].date}.", *age, ""]
    if len(points) == 1:
        lines[0] = f"List prices, idle, on {points[0].date}, the only day of this quarter that has a cost."
    names = sorted({name for point in (points[0], points[-1]) for name in point.cost})
    rows = [[name, *_moved(points[0].cost.get(name), points[-1].cost.get(name))] for name in names]
    return [*lines, *table(("Stack", "First", "Last", "Difference"), rows)]


def _moved(before: Decimal | None, after: Decimal | None) -> tuple[str, str, str]:
    shown = tuple("not known" if amount is None else money(amount) for amount in (before, after))
    moved = "not known" if before is None or after is None else money(after - before, signed=True)
    return shown[0], shown[1], moved


def incidents(inputs: Inputs) -> Lines:
    """What is recorded, against how many objectives."""
    objectives = sum(len(service.slos) for service in inputs.catalog.services.values())
    against = f"{objectives} objectives of {len(inputs.catalog.services)} services"
    if not inputs.incidents:
        return [f"No incidents are recorded against the {against}; a record is a file in `catalog/incidents`."]
    return [f"{inputs.incidents} incidents are recorded in `catalog/incidents`, against {against}."]


def feedback(inputs: Inputs) -> Lines:
    """What engineers filed: all that is open, and what was filed in the quarter."""
    if inputs.feedback is None:
        return ["No issues were given: `gh issue list --label feedback` exports them."]
    kept = [issue for issue in inputs.feedback if issue.open or _within(issue, inputs)]
    if not kept:
        return ["No issue with the label `feedback` is open or was filed in this quarter."]
    counts = Counter(issue.focus for issue in kept)
    about = ", ".join(f"{counts[focus]} about {focus}" for focus in FOCUS)
    lines = [f"{len(kept)} issues: {about}, {counts[NOT_SAID]} that do not say."]
    rows = [[f"#{i.number}", i.focus, i.title, f"{i.created_at:%F}", i.state.lower()] for i in kept]
    return [*lines, "", *table(("Issue", "Focus", "Title", "Filed", "State"), rows)]


def _within(issue: Issue, inputs: Inputs) -> bool:
    return inputs.quarter.first <= issue.created_at.date() <= inputs.quarter.last


SECTIONS: Final[dict[str, Callable[[Inputs], Lines]]] = {
    "Where the roadmap stands": standing,
    "Due and overdue": clauses,
    "Waivers near their end": waivers,
    "Dependencies and tools": pins,
    "Rules": rules,
    "Cost": cost,
    "Incidents": incidents,
    "Feedback": feedback,
}
"""Headings and what makes them, in order."""


def all_of(inputs: Inputs) -> Iterator[str]:
    """Every section with its heading."""
    for heading, made in SECTIONS.items():
        yield "\n".join([f"## {heading}", "", *made(inputs)])
