"""All dangers of a change, each once, in order."""

from collections.abc import Iterator

from reports.change import Change
from reports.dangers.capabilities import FINDERS, Find
from reports.dangers.comparison import Comparison, compare
from reports.dangers.model import Danger, Kind, Severity


def dangers(change: Change) -> list[Danger]:
    """Every danger of the change, the gravest first. Whatever the log and the state hold, it does not raise."""
    if not any(step.operation != "read" for step in change.run.steps):
        return []
    comparison = compare(change)
    found = dict.fromkeys(danger for find in FINDERS for danger in _guarded(find, comparison))
    return sorted(found, key=lambda danger: danger.order)


def _guarded(find: Find, comparison: Comparison) -> Iterator[Danger]:
    """What a finder says; what it cannot read ends that finder alone, and is said."""
    try:
        yield from find(comparison)
    except Exception as error:  # noqa: BLE001 - one strange value must not cost the other dangers
        name = find.__module__.rpartition(".")[2]
        yield Danger(
            kind=Kind.DATA,
            severity=Severity.UNCLEAR,
            urn=comparison.pairs[0].urn if comparison.pairs else "",
            sentence=f"the change could not be compared whole: {name} stopped at a value of an unexpected shape "
            f"({type(error).__name__})",
        )
