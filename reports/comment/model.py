"""What a comment on a previewed change says, before it is Markdown or lines of a terminal."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reports import reach
from reports.catalog.changes import Said
from reports.comment.dependants import Dependants
from reports.cost.model import Difference
from reports.cost.output import money
from reports.dangers import Danger
from reports.events import Run, Step
from reports.findings.model import Finding

Paths = tuple[Sequence[reach.Row], Sequence[reach.Row]]


class Verdict(NamedTuple):
    """Whether the change may be deployed (``blocked``, ``ready`` or ``nothing changes``), and why."""

    word: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.word}{self.why}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One change of one stack. What is ``pending`` the base branch would change as well, without this change.

    ``paths`` are the rows of ``reach`` before and after. ``component`` names the outermost component of each URN.
    """

    stack: str
    run: Run
    today: dt.date
    own: Sequence[Step] = ()
    pending: Sequence[Step] = ()
    dangers: Sequence[Danger] = ()
    pending_dangers: Sequence[Danger] = ()
    findings: Sequence[Finding] = ()
    waived: Sequence[Finding] = ()
    cost: Difference | None = None
    dependants: Dependants = field(default_factory=Dependants)
    paths: Paths = ((), ())
    catalog: Sequence[Said] = ()
    notes: Sequence[str] = ()
    component: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def changes(self) -> bool:
        """Whether there is anything for a reviewer to read: what is pending on the base branch alone is not."""
        stopped = not self.run.succeeded or self.run.blocking or self.run.errors
        differs = self.own or self.dangers or self.catalog or any(reach.difference(*self.paths))
        return bool(stopped or differs)

    @property
    def verdict(self) -> Verdict:
        """Blocked, ready or nothing changes, and why."""
        if self.run.blocking:
            return Verdict("blocked", f" by {counted(len(self.run.blocking), 'finding')} of mandatory policies")
        if self.run.errors:
            return Verdict("blocked", f", because the preview failed with {counted(len(self.run.errors), 'error')}")
        if not self.run.succeeded:
            return Verdict("blocked", ", because the preview did not come to its end")
        if not self.changes:
            return Verdict("nothing changes")
        dangers = f"{counted(len(self.dangers), 'danger')} to look at" if self.dangers else "nothing dangerous"
        return Verdict("ready", f", {dangers}")

    @property
    def summary(self) -> str:
        """What is behind the verdict, in counts."""
        changed = f"{counted(len(self.own), 'resource')} would change" if self.own else "No resource would change"
        cost = f", {money(self.cost.by, signed=True)} a month" if self.cost and self.cost.by else ""
        dangers = f", {counted(len(self.dangers), 'danger')}" if self.dangers and self.verdict.word != "ready" else ""
        policies = counted(len(self.run.policies), "policy", "policies")
        return f"{changed}{cost}{dangers}; judged by {policies}."


def counted(number: int, noun: str, several: str = "") -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"
