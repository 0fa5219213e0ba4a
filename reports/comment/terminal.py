"""What a comment says, for a person at a terminal: the same parts in the same order, nothing cut."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.comment import changed
from reports.comment.model import Report, counted
from reports.comment.parts import danger, parts
from reports.log import skipped_lines
from reports.preview import STYLES, SYMBOLS

VERDICTS = {"blocked": "bold red", "ready": "bold green"}


def terminal(report: Report) -> RenderableType:
    """The verdict first, the changes last."""
    verdict = report.verdict
    made: list[RenderableType] = [Text(f"{report.stack}: {verdict}", style=VERDICTS.get(verdict.word, "bold"))]
    made += [Text(report.summary)]
    made += [Text(note, style="yellow") for note in (skipped_lines(report.run.skipped), *report.notes) if note]
    dangerous = [
        *(danger(one) for one in report.dangers),
        *(danger(one, pending=True) for one in report.pending_dangers),
    ]
    made += [Text("\nDangerous", style="bold")] if dangerous else []
    made += [text for line in dangerous for text in line.terminal]
    for part in parts(report):
        made += [Text(f"\n{part.title}", style="bold"), *([Text(part.intro)] if part.intro else [])]
        made += [text for line in part.lines for text in line.terminal]
    if report.own:
        made += [Text(f"\nChanges: {changed.counts(report.own)}", style="bold"), _table(report)]
    if report.pending:
        counts = changed.counts(report.pending)
        made.append(Text(f"\nAlready pending on the base branch: {counted(len(report.pending), 'change')} ({counts})"))
    return Group(*made)


def _table(report: Report) -> Table:
    table = Table(box=None)
    for heading in ("component", "change", "resource", "property", "before", "after"):
        table.add_column(heading, overflow="fold")
    for group in changed.components(report, report.own):
        for index, step in enumerate(group.steps):
            mark = Text(f"{SYMBOLS.get(step.operation, '?')} {step.operation}", style=STYLES.get(step.operation, ""))
            first = [Text(group.name if index == 0 else ""), mark, Text(changed.title(step))]
            found, more = changed.properties(step)
            for place, one in enumerate(found or [None]):
                own = first if place == 0 else [Text(""), Text(""), Text("")]
                cells = [Text(""), Text(""), Text("")]
                if one:
                    path = f"{one.path} (forces replacement)" if one.forces else one.path
                    cells = [
                        Text(path, style="bold red" if one.forces else ""),
                        Text(one.before or ""),
                        Text(one.after or ""),
                    ]
                table.add_row(*own, *cells)
            if more:
                table.add_row("", "", "", f"{more} more properties")
    return table
