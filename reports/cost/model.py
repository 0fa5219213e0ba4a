"""An estimate of a month at list prices: lines, what is not priced, and the difference of two estimates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that a resource is charged for: ``quantity`` of ``unit`` a month at ``price`` USD each.

    ``item`` names the row of the price table, ``assumption`` says what the quantity rests on where no input states it.
    """

    urn: str
    type: str
    component: str
    item: str
    quantity: Decimal
    unit: str
    price: Decimal
    assumption: str = ""

    @property
    def monthly(self) -> Decimal:
        """USD a month, not rounded."""
        return self.quantity * self.price


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A charge of which no price, or no quantity, is known: it is named and never guessed."""

    urn: str
    type: str
    component: str
    item: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What resources cost a month in USD: on demand, without taxes. ``unknown`` is in no sum."""

    lines: Sequence[Line] = field(default=(), repr=False)
    unknown: Sequence[Unknown] = field(default=(), repr=False)

    @property
    def total(self) -> Decimal:
        """USD a month of all lines, not rounded."""
        return sum((line.monthly for line in self.lines), ZERO)

    def by_component(self) -> dict[str, Decimal]:
        """USD a month by the outermost component, names in order."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.component] = sums.get(line.component, ZERO) + line.monthly
        return dict(sorted(sums.items()))

    def by_resource(self) -> dict[str, Decimal]:
        """USD a month by URN."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.urn] = sums.get(line.urn, ZERO) + line.monthly
        return sums


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A resource, or a component (``urn`` is empty), that costs another sum after a change."""

    component: str
    urn: str = ""
    before: Decimal
    after: Decimal

    @property
    def by(self) -> Decimal:
        """USD a month more; negative where it is less."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two estimates side by side: what costs more or less, the largest difference first.

    ``unknown`` is what is not priced after the change and was not there before it.
    """

    before: Decimal
    after: Decimal
    components: Sequence[Moved] = ()
    resources: Sequence[Moved] = ()
    unknown: Sequence[Unknown] = ()

    @property
    def by(self) -> Decimal:
        """USD a month more; negative where it is less."""
        return self.after - self.before
