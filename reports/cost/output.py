"""Costs for the terminal, for comments and for machines. USD a month, rounded to cents; sums are of exact figures."""

import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lib import urn as urns
from models.prices.loader import Prices, current
from reports.cost.model import ZERO, Difference, Estimate, Line, Unknown
from reports.markdown import code, fitting, row

_CENT = Decimal("0.01")
BASIS = (
    "List prices on demand, 730 hours a month, without taxes, discounts and free tiers; what is used is 0 unless said"
)
LARGEST = 3
"""How many parts of a sum the overview names."""


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
    unpriced = fitting([f"- not priced: {code(text)}" for text in unknown_lines(difference.unknown)])
    return [*lines, *([""] if rows and unpriced else []), *unpriced]


def unknown_lines(unknown: Sequence[Unknown]) -> list[str]:
    """What is not priced, one line a reason, with the items it holds for."""
    items: dict[str, dict[str, int]] = {}
    for entry in unknown:
        counted = items.setdefault(entry.why, {})
        counted[entry.item] = counted.get(entry.item, 0) + 1
    return [
        f"{', '.join(f'{number} x {item}' for item, number in sorted(counted.items()))}: {why}"
        for why, counted in sorted(items.items())
    ]


def assumption_lines(estimates: Sequence[Estimate]) -> list[str]:
    """What quantities rest on where no resource states them, each once."""
    texts = {f"{line.item}: {line.assumption}" for made in estimates for line in made.lines if line.assumption}
    return sorted(texts)


def dated(prices: Prices | None = None) -> str:
    """How old the prices are, in one sentence."""
    table = prices or current()
    published = sorted(source.published for source in table.sources() if source.published)
    between = f", from sources of {published[0]} to {published[-1]}" if published else ""
    return f"Prices were last compared on {table.oldest}{between}"


def terminal(estimates: Mapping[str, Estimate]) -> RenderableType:
    """For a person: one stack item by item, several side by side by component; then what the figures rest on."""
    made = list(estimates.values())
    table = _items(made[0]) if len(made) == 1 else _side_by_side(estimates)
    notes = [Text(f"not priced: {line}", style="yellow") for line in _unknown(made)]
    assumed = [Text(f"assumed: {line}", style="dim") for line in assumption_lines(made)]
    return Group(table, *notes, *assumed, Text(f"{BASIS}. {dated()}."))


def _unknown(estimates: Sequence[Estimate]) -> list[str]:
    return list(dict.fromkeys(line for made in estimates for line in unknown_lines(made.unknown)))


def _table(headings: Sequence[str], left: int) -> Table:
    table = Table(title="USD a month", title_justify="left", box=None)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="left" if index < left else "right", overflow="fold")
    return table


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"


def grouped(estimate: Estimate) -> list[tuple[str, str, Decimal, Line]]:
    """Component, item, quantity and one of the lines, for what is used; the dearest component and item first."""
    sums = estimate.by_component()
    held: dict[tuple[str, str], list[Line]] = {}
    for line in estimate.lines:
        held.setdefault((line.component, line.item), []).append(line)
    rows = [(*key, sum((line.quantity for line in lines), ZERO), lines[0]) for key, lines in held.items()]
    used = [entry for entry in rows if entry[2]]
    return sorted(used, key=lambda entry: (-sums[entry[0]], entry[0], -entry[2] * entry[3].price, entry[1]))


def _items(estimate: Estimate) -> Table:
    table = _table(("component", "item", "quantity", "unit", "price", "USD"), 2)
    last = ""
    for component, item, quantity, line in grouped(estimate):
        cells = (_plain(quantity), line.unit, _plain(line.price), f"{quantity * line.price:,.2f}")
        table.add_row(Text("" if component == last else component), Text(item), *cells)
        last = component
    table.add_row("total", "", "", "", "", f"{estimate.total:,.2f}", style="bold")
    return table


def _components(estimates: Mapping[str, Estimate]) -> list[str]:
    sums: dict[str, Decimal] = {}
    for made in estimates.values():
        for component, amount in made.by_component().items():
            sums[component] = sums.get(component, ZERO) + amount
    return sorted((name for name, amount in sums.items() if amount), key=lambda name: (-sums[name], name))


def _side_by_side(estimates: Mapping[str, Estimate]) -> Table:
    table = _table(("component", *estimates), 1)
    by_stack = [made.by_component() for made in estimates.values()]
    for component in _components(estimates):
        table.add_row(Text(component), *(f"{sums.get(component, ZERO):,.2f}" for sums in by_stack))
    table.add_row("total", *(f"{made.total:,.2f}" for made in estimates.values()), style="bold")
    return table


def markdown(estimates: Mapping[str, Estimate]) -> str:
    """For a document or an issue: stacks side by side by component."""
    by_stack = [made.by_component() for made in estimates.values()]
    lines = [row((name, *(f"{sums.get(name, ZERO):,.2f}" for sums in by_stack))) for name in _components(estimates)]
    lines.append(row(("total", *(f"{made.total:,.2f}" for made in estimates.values()))))
    made = list(estimates.values())
    unknown = [f"- not priced: {code(line)}" for line in _unknown(made)]
    assumed = [f"- assumed: {code(line)}" for line in assumption_lines(made)]
    head = [f"| component | {' | '.join(map(code, estimates))} |", f"|---|{'---:|' * len(estimates)}"]
    parts = ["### USD a month", "", *head, *lines, "", *fitting([*unknown, *assumed]), "", f"{BASIS}. {dated()}."]
    return "\n".join(parts) + "\n"


def as_json(estimates: Mapping[str, Estimate]) -> str:
    """For machines. Amounts are text, so that nobody reads them as binary fractions."""
    stacks = {
        name: {
            "total": str(made.total),
            "components": {key: str(amount) for key, amount in made.by_component().items()},
            "lines": [_line(line) for line in made.lines],
            "unknown": [vars(entry) for entry in made.unknown],
        }
        for name, made in estimates.items()
    }
    return json.dumps({"currency": "USD", "pricesRead": str(current().oldest), "stacks": stacks}, indent=2) + "\n"


def _line(line: Line) -> dict[str, str]:
    return {key: str(value) for key, value in vars(line).items()} | {"monthly": str(line.monthly)}


def overview(estimates: Mapping[str, Estimate]) -> str:
    """The totals with their largest parts, for the README."""
    lines = ["| Environment, idle | USD a month | The largest parts |", "| --- | --: | --- |"]
    for name, made in estimates.items():
        parts = sorted(made.by_component().items(), key=lambda part: (-part[1], part[0]))[:LARGEST]
        lines.append(f"| {name} | {made.total:,.0f} | {', '.join(f'{part} {amount:,.0f}' for part, amount in parts)} |")
    return "\n".join(lines)
