"""A scorecard as a page: clauses, the trend as plots, services against clauses."""

from pathlib import Path
from typing import Final

from markupsafe import Markup

from reports.html.parts import Tone, badge, paragraphs, table
from reports.html.shell import Assets, Section, page
from reports.html.templates import fragment
from reports.scorecard import plots
from reports.scorecard.model import Cell, Scorecard, Standing

FOLDER: Final = Path(__file__).parent
TONES: Final[dict[Standing, Tone]] = {
    Standing.PROVEN: "good",
    Standing.BUILT: "info",
    Standing.DUE: "warn",
    Standing.WAIVED: "grave",
    Standing.OVERDUE: "bad",
    Standing.FAILING: "bad",
}


def document(card: Scorecard) -> str:
    """The whole page."""
    clauses = [
        [
            line.clause.id,
            line.clause.text.strip(),
            line.clause.due or "from the start",
            _badge(line.whole),
            *(_badge(line.stacks[stack]) for stack in card.stacks),
            paragraphs(line.tests, line.whole.why, *line.clause.open),
        ]
        for line in card.rows
    ]
    headings = ("Clause", "What the company asks for", "Due", "Standing", *card.stacks, "Tests, reasons, what is open")
    sections = [
        Section("Trend", plots.all_of(card.trend)),
        Section("Clauses and stacks", table(headings, clauses, "Clauses and stacks"), str(len(card.rows))),
        Section("Services", _services(card), str(len(card.services))),
    ]
    if card.notes:
        sections.append(Section("What was not given", paragraphs(*card.notes)))
    lead = Markup(" ").join(
        Markup("{} {}").format(number, badge(name, TONES.get(Standing(name), "plain")))
        for name, number in card.counts.items()
        if number
    )
    style = (FOLDER / "scorecard.css").read_text(encoding="utf-8")
    return page(
        "Scorecard of the roadmap", sections, lead=lead, facts={"As of": str(card.date)}, assets=Assets(style=style)
    )


def _badge(cell: Cell) -> Markup:
    return badge(str(cell.standing), TONES.get(cell.standing, "plain"))


def _services(card: Scorecard) -> Markup:
    """Services by clause, where a policy of the clause judged one; the other clauses in a sentence."""
    judged = [row for row in card.rows if any(c.standing is not Standing.NOT_JUDGED for c in row.services.values())]
    silent = [row.clause.id for row in card.rows if row not in judged]
    said = f"Nothing that was given judges services by {', '.join(silent)}." if silent else ""
    if not judged:
        return paragraphs(said)
    grid = [(name, [(row.clause.id, row.services[name]) for row in judged]) for name in card.services]
    return paragraphs(said) + fragment(
        FOLDER, "services.html", clauses=[row.clause.id for row in judged], grid=grid, tones=TONES, marks=MARKS
    )


MARKS: Final = {
    Standing.PROVEN: "✓✓",
    Standing.BUILT: "✓",
    Standing.PLANNED: "later",
    Standing.DUE: "due",
    Standing.WAIVED: "waived",
    Standing.NOT_JUDGED: "?",
    Standing.OVERDUE: "late",
    Standing.FAILING: "✗",
}
"""What a cell of the grid shows; its title says the standing and why."""
