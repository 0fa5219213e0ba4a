"""The changed resources by component, each with its properties before and after."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.comment.model import Report
from reports.differences import of_step
from reports.events import STEPS, Step
from reports.preview import short

PROPERTIES = 12
"""Of one resource: whoever changes more has written something else, and reads the program."""
GRAVE = ("replace", "delete")


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of a change in harmless texts without secrets; ``forces`` says that it makes the resource anew."""

    path: str
    before: str
    after: str
    forces: bool


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


def properties(step: Step) -> list[Property]:
    """What differs; none for what is new or goes, and names alone where the log holds no values."""
    if step.operation in ("create", "delete", "import"):
        return []
    forcing = {_top(key) for key in step.forcing}
    made = []
    for leaf in of_step(step, documents=True):
        before, after = leaf.texts()
        made.append(Property(path=leaf.path, before=before, after=after, forces=_top(leaf.path) in forcing))
    return made


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def title(step: Step) -> str:
    """The resource's name and short type."""
    return f"{step.name} ({short(step.type)})"
