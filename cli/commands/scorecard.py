"""how far each clause is, by service and stack; FINDINGS=folder, JUNIT and COST=file, DATE, WRITE=yes, FORMAT, OUTPUT"""

from pathlib import Path
from typing import Annotated

import typer

from cli.evidence import Cost, Day, Findings, Junit, day, evidence
from cli.findings import Output, hand_over
from cli.output import note
from models.catalog.loader import load_catalog
from models.roadmap import trend
from models.roadmap.loader import load_ledger
from reports.scorecard import build, output

GROUP = "Look"
Form = Annotated[output.Format, typer.Option("--format", envvar="FORMAT")]
Write = Annotated[str, typer.Option("--write", envvar="WRITE", help="yes keeps the day in roadmap/scorecard.jsonl.")]


def run(
    findings: Findings = None,
    junit: Junit = None,
    cost: Cost = None,
    date: Day = "",
    write: Write = "",
    form: Form = "table",
    file: Output = None,
) -> int:
    """The command; 0 whatever the standing. RuntimeError or FileError where a file cannot be used."""
    today = day(date)
    given = evidence(findings, junit, cost)
    earlier = trend.load_trend()
    card = build.build(load_ledger(), load_catalog(today=today), given, today, earlier)
    if write == "yes":
        trend.TREND.write_text(trend.written(card.trend), encoding="utf-8")
        note(f"{trend.TREND.name}: {len(card.trend)} days, the last on {card.trend[-1].date}")
    elif write:
        raise RuntimeError(f"WRITE={write}: write yes, or leave it out")
    hand_over(output.terminal(card), output.FORMATS[form](card) if form in output.FORMATS else "", file)
    return 0
