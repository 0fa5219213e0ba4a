"""how far each clause is, by service and stack; EVIDENCE=folder, DATE=day, WRITE=yes keeps it, FORMAT, OUTPUT"""

from typing import Annotated

import typer

from cli.evidence import Day, Folder, day, given
from cli.findings import Output, hand_over
from cli.output import note
from models.catalog.loader import load_catalog
from models.roadmap import trend
from models.roadmap.loader import load_ledger
from reports.scorecard import build, output

GROUP = "Look"
Form = Annotated[output.Format, typer.Option("--format", envvar="FORMAT")]
Write = Annotated[str, typer.Option("--write", envvar="WRITE", help="yes keeps the day in roadmap/scorecard.jsonl.")]


def run(evidence: Folder = None, date: Day = "", write: Write = "", form: Form = "table", file: Output = None) -> int:
    """The command; 0 whatever the standing. RuntimeError or FileError where a file cannot be used."""
    if write not in ("", "yes"):
        raise RuntimeError(f"WRITE={write}: write yes, or leave it out")
    today = day(date)
    card = build.build(load_ledger(), load_catalog(today=today), given(evidence), today, trend.load_trend())
    if write:
        trend.TREND.write_text(trend.written(card.trend), encoding="utf-8")
        note(f"roadmap/{trend.TREND.name}: {today} is kept, line {[one.date for one in card.trend].index(today) + 1}")
    hand_over(output.terminal(card), output.FORMATS[form](card) if form in output.FORMATS else "", file)
    return 0
