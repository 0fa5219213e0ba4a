"""The changed resources by component, each with its properties before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.comment.made_up import made_up
from reports.comment.model import Report
from reports.differences import Property, differences
from reports.events import STEPS, Step
from reports.preview import short
from reports.values import beside

PROPERTIES = 12
"""Of one resource: whoever changes more has written something else, and reads the program."""
ALONE = 300
"""Characters of a value that stands beside nothing."""
GRAVE = ("replace", "delete")


@dataclass(frozen=True, kw_only=True)
class Component:
    """The changes of one component, replacements and deletions first."""

    name: str
    steps: Sequence[Step]

    @property
    def counts(self) -> str:
        """Changes by operation in one line."""
        return counts(self.steps)


def counts(steps: Sequence[Step]) -> str:
    """``2 create, 1 replace``: in the order of the engine's operations."""
    kinds = [*STEPS, *sorted({step.operation for step in steps} - {*STEPS})]
    numbers = {kind: sum(step.operation == kind for step in steps) for kind in kinds}
    return ", ".join(f"{number:,} {kind}" for kind, number in numbers.items() if number)


def components(report: Report, steps: Sequence[Step]) -> list[Component]:
    """The components that change, those with replacements or deletions first."""
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(report.component.get(step.urn, "-"), []).append(step)
    made = [Component(name=name, steps=sorted(group, key=_order)) for name, group in groups.items()]
    return sorted(made, key=lambda one: (not any(step.operation in GRAVE for step in one.steps), one.name))


def _order(step: Step) -> tuple[bool, str]:
    return step.operation not in GRAVE, step.name


def properties(step: Step) -> tuple[list[Property], int]:
    """The first properties that differ, cut around it, and how many there are more.

    None of what is new or goes, whose whole is in the program, or was there; no name that a provider makes up.
    """
    if step.operation in ("create", "delete", "import"):
        return [], 0
    invented = {*made_up(step)}
    found = [one for one in differences(step) if one.after not in invented or one.forces]
    return [_cut(one) for one in found[:PROPERTIES]], max(0, len(found) - PROPERTIES)


def _cut(one: Property) -> Property:
    if one.before is None or one.after is None:
        return replace(one, before=_begin(one.before), after=_begin(one.after))
    before, after = beside(one.before, one.after)
    return replace(one, before=before, after=after)


def _begin(text: str | None) -> str:
    return f"{text[:ALONE]}{'…' * (len(text) > ALONE)}" if text else ""


def title(step: Step) -> str:
    """The resource's name and short type."""
    return f"{step.name} ({short(step.type)})"
