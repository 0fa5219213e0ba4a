"""A scorecard for the terminal, for documents and for programs."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.markdown import code, row
from reports.scorecard import to_html
from reports.scorecard.model import Cell, Row, Scorecard, Standing

Format = Literal["table", "markdown", "json", "html"]
STYLES: Final[Mapping[Standing, str]] = {
    Standing.PROVEN: "green",
    Standing.BUILT: "green",
    Standing.DUE: "yellow",
    Standing.WAIVED: "yellow",
    Standing.OVERDUE: "red",
    Standing.FAILING: "red",
    Standing.NOT_JUDGED: "dim",
}


def summary(card: Scorecard) -> str:
    """How many clauses stand where, in one line."""
    counted = ", ".join(f"{number} {name}" for name, number in card.counts.items() if number)
    return f"{len(card.rows)} clauses on {card.date}: {counted}"


def services(cells: Mapping[str, Cell]) -> str:
    """How many services stand where, the gravest first: ``2 failing, 8 built``."""
    counts = Counter(cell.standing for cell in cells.values())
    return ", ".join(f"{counts[one]} {one}" for one in reversed(Standing) if counts[one])


def due(line: Row) -> str:
    """When the clause is due."""
    return line.clause.due or "from the start"


def terminal(card: Scorecard) -> RenderableType:
    """For a person: a line a clause, then why one has not passed, then what was not given."""
    table = Table(title=f"{summary(card)}.", title_justify="left", box=None)
    for heading in ("clause", "due", "standing", *card.stacks, "services"):
        table.add_column(heading)
    for line in card.rows:
        stacks = [_styled(line.stacks[stack].standing) for stack in card.stacks]
        table.add_row(line.clause.id, due(line), _styled(line.whole.standing), *stacks, Text(services(line.services)))
    whys = [Text(f"{line.clause.id}: {line.whole.why}.") for line in card.rows if line.whole.why]
    return Group(table, *whys, *(Text(note, style="dim") for note in card.notes))


def _styled(standing: Standing) -> Text:
    return Text(str(standing), style=STYLES.get(standing, ""))


def markdown(card: Scorecard) -> str:
    """For a document or an issue."""
    headings = ("clause", "due", "standing", *card.stacks, "services", "tests")
    lines = [f"### {summary(card)}", "", f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    for line in card.rows:
        stacks = (str(line.stacks[stack].standing) for stack in card.stacks)
        cells = (line.clause.id, due(line), str(line.whole.standing), *stacks, services(line.services), line.tests)
        lines.append(row(cells))
    whys = [f"- {line.clause.id}: {code(line.whole.why)}" for line in card.rows if line.whole.why]
    notes = [f"- {code(note)}" for note in card.notes]
    parts = [*(["", *whys] if whys else []), *(["", *notes] if notes else [])]
    return "\n".join([*lines, *parts]) + "\n"


def as_json(card: Scorecard) -> str:
    """For programs: every cell with its reason."""
    rows = {
        line.clause.id: {
            "text": line.clause.text.strip(),
            "due": line.clause.due,
            "tests": line.tests,
            "open": list(line.clause.open),
            **_cell(line.whole),
            "stacks": {name: _cell(cell) for name, cell in line.stacks.items()},
            "services": {name: _cell(cell) for name, cell in line.services.items()},
        }
        for line in card.rows
    }
    trend = [point.model_dump(mode="json", exclude_defaults=True) for point in card.trend]
    made = {"date": str(card.date), "counts": card.counts, "clauses": rows, "notes": card.notes, "trend": trend}
    return json.dumps(made, indent=1) + "\n"


def _cell(cell: Cell) -> dict[str, str]:
    return {"standing": str(cell.standing), "why": cell.why}


FORMATS: Final[Mapping[str, Callable[[Scorecard], str]]] = {
    "markdown": markdown,
    "json": as_json,
    "html": to_html.document,
}
"""Every format but that of a terminal."""
