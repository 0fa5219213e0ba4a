"""The monthly cost of a stack's resources, as a state or a preview lists them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from lib.printable import one_line
from models.prices.loader import Prices, current, said
from models.prices.model import HOURS
from reports.cost.charges import CHARGES, Charge, Unsure
from reports.cost.model import ZERO, Difference, Estimate, Line, Moved, Unknown
from reports.cost.resources import Resource, Resources
from reports.state import Entry


def estimate(entries: Sequence[Entry], region: str | None = None, *, prices: Prices | None = None) -> Estimate:
    """What the resources cost a month. ``region`` counts where neither resource nor provider names one.

    Values may be unknown, as in a preview: what depends on one is in ``unknown``. Whatever ``entries`` hold, nothing
    raises; FileError where the price table is wrong. ``prices`` are those of this clone unless given.
    """
    table, stack = prices or current(), Resources(entries)
    lines: list[Line] = []
    unknown: list[Unknown] = []
    for resource in stack.charged():
        place, component = stack.region(resource, region), stack.component(resource.urn)
        for charge in _charges(resource, stack, table):
            made = _line(resource, charge, place, component, table)
            if isinstance(made, Line):
                lines.append(made)
            elif made is not None:
                unknown.append(made)
    return Estimate(lines=lines, unknown=unknown)


def _charges(resource: Resource, stack: Resources, table: Prices) -> Iterator[Charge | Unsure]:
    """What a resource is charged for; what no table knows is unsure as a whole."""
    charges, uses = CHARGES.get(resource.type), table.uses.get(resource.type, ())
    if charges:
        yield from charges(resource, stack)
    elif why := said(table.unpriced, resource.type):
        yield Unsure(item=resource.type, why=why)
    elif not uses and said(table.free, resource.type) is None:
        yield Unsure(item=resource.type, why="no price is entered for this type")
    for use in uses:
        yield Charge(item=use.item, count=use.quantity, assumption=use.why)


def _line(
    resource: Resource, charge: Charge | Unsure, region: str | None, component: str, table: Prices
) -> Line | Unknown | None:
    """The charge with its price; None where nothing is used and the table has no price of it."""
    item, type_ = one_line(charge.item), one_line(resource.type)
    if isinstance(charge, Unsure):
        return Unknown(urn=resource.urn, type=type_, component=component, item=item, why=charge.why)
    price = table.price(region, charge.item) if region else None
    if price is None:
        why = f"no price is entered for {one_line(region)}" if region else "the region is not known"
        made = Unknown(urn=resource.urn, type=type_, component=component, item=item, why=why)
        return made if charge.count else None
    return Line(
        urn=resource.urn,
        type=type_,
        component=component,
        item=item,
        quantity=charge.count * (HOURS if price.unit == "hour" else 1),
        unit=price.unit,
        price=price.usd,
        assumption=charge.assumption,
    )


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
