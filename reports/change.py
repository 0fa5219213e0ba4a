"""What a preview would change, as its readers take it: the run, and the stack's resources before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.events import Run
from reports.state import Entry, planned


@dataclass(frozen=True, kw_only=True)
class Change:
    """A previewed run of ``stack``; ``before`` and ``after`` are the resources of its state."""

    stack: str
    run: Run
    before: Sequence[Entry] = field(default=(), repr=False)
    after: Sequence[Entry] = field(default=(), repr=False)


def change(stack: str, run: Run, before: Sequence[Entry]) -> Change:
    """The change that a preview tells of, given the resources of the state before it."""
    return Change(stack=stack, run=run, before=before, after=planned(before, run.results))
