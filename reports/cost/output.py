"""Costs for the terminal, for comments and for machines. USD a month, rounded to cents; sums are of exact figures."""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from lib import urn as urns
from reports.cost.model import Difference, Unknown
from reports.markdown import code, fitting, row

_CENT = Decimal("0.01")


def money(amount: Decimal, *, signed: bool = False) -> str:
    """``1,234.50 USD``, with ``signed`` also ``+`` before what is more."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP) + 0  # no minus before zero
    return f"{cents:+,.2f} USD" if signed and cents else f"{cents:,.2f} USD"


def verdict(difference: Difference) -> str:
    """The change of the monthly cost in one line."""
    left = f"; {len(difference.unknown)} more not priced" if difference.unknown else ""
    sums = f"{money(difference.before)} a month before, {money(difference.after)} after"
    return f"{money(difference.by, signed=True)} ({sums}){left}"


def difference_markdown(difference: Difference) -> list[str]:
    """The part of a comment, as lines: the sums, by resource, and what is not priced; none where nothing differs."""
    if not difference.resources and not difference.unknown:
        return []
    lines = ["### Cost", "", f"{verdict(difference)}.", ""]
    rows = [
        row((moved.component, urns.name(moved.urn), money(moved.before), money(moved.after)))
        for moved in difference.resources
    ]
    if rows:
        kept = fitting(rows)
        lines += ["| component | resource | before | after |", "|---|---|---|---|", *kept]
        lines += ["", f"{len(rows) - len(kept)} more."] if len(rows) > len(kept) else []
    lines += [*([""] if rows else []), *_unknown_markdown(difference.unknown)] if difference.unknown else []
    return lines


def _unknown_markdown(unknown: Sequence[Unknown]) -> list[str]:
    return [f"- not priced: {code(text)}" for text in unknown_lines(unknown)]


def unknown_lines(unknown: Sequence[Unknown]) -> list[str]:
    """What is not priced, in words, one line a reason."""
    counted = Counter((entry.type, entry.item, entry.why) for entry in unknown)
    return [f"{number} x {type_}, {item}: {why}" for (type_, item, why), number in sorted(counted.items())]
