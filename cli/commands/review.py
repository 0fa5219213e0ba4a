"""write the review of QUARTER to docs/reviews; EVIDENCE, DATE as scorecard, FEEDBACK=issues of engineers, OUTPUT"""

from pathlib import Path
from typing import Annotated

import typer

from cli.evidence import Day, Folder, day, given
from cli.output import say
from cli.target import ROOT
from models.catalog.loader import load_catalog
from models.prices.loader import load_prices
from models.roadmap.loader import load_ledger
from models.roadmap.trend import load_trend
from reports.pins import pins
from reports.review import inputs
from reports.review.build import document
from reports.review.model import FOLDER, Inputs, Quarter
from reports.review.owners import Owners
from reports.scorecard import build

GROUP = "Look"
Named = Annotated[str, typer.Option("--quarter", envvar="QUARTER", help="As 2026-Q4; else the one of yesterday.")]
Feedback = Annotated[
    Path | None, typer.Option("--feedback", envvar="FEEDBACK", help="What gh issue list wrote as JSON.")
]
Output = Annotated[
    Path | None, typer.Option("--output", envvar="OUTPUT", help="Another file than docs/reviews/QUARTER.md.")
]


def run(
    named: Named = "", evidence: Folder = None, feedback: Feedback = None, date: Day = "", output: Output = None
) -> int:
    """The command; 0. RuntimeError or FileError where a file cannot be used."""
    today = day(date)
    quarter = Quarter.parse(named, today)
    known, catalog = given(evidence), load_catalog(today=today)
    made = document(
        Inputs(
            quarter=quarter,
            today=today,
            card=build.build(load_ledger(), catalog, known, today, load_trend()),
            evidence=known,
            catalog=catalog,
            prices=load_prices(),
            owners=Owners.load(),
            pins=pins(ROOT),
            feedback=inputs.issues(feedback) if feedback else None,
            incidents=_incidents(ROOT / "catalog" / "incidents"),
        )
    )
    path = output or ROOT / FOLDER / f"{quarter}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made, encoding="utf-8")
    say(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}: written as of {today}")
    return 0


def _incidents(folder: Path) -> int:
    """How many records there are."""
    return len(list(folder.glob("*.yaml")))
