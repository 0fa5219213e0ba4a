"""what each environment runs, and whether they are within bounds; AGAINST=charts with the history that counts"""

from pathlib import Path
from typing import Annotated

import typer

from cli import promotion
from cli.output import refuse, show
from cli.promotion import Charts
from cli.target import ROOT
from lib.problems import FileError
from models.promotion import freight
from models.promotion.history import untried
from models.versions import checks
from reports import promotion as report

GROUP = "Verify"
Against = Annotated[
    Path | None, typer.Option("--against", envvar="AGAINST", help="Charts before the change, with their history.")
]


def run(charts: Charts = ROOT / "charts", against: Against = None) -> int:
    """Show; 1, with every reason, where an environment is too far from the one before, or runs what that never ran."""
    pipeline = freight.load(charts)
    show(report.skew(pipeline))
    sources, files, released = freight.read(charts, ROOT)
    problems = list(checks.apart(files, sources, checks.skew(files, released)))
    base = against or charts
    histories = {stage.name: promotion.history(base, stage.name) for stage in pipeline.stages}
    if against and not any(histories.values()):
        return refuse(f"skew: AGAINST={against} has no history of versions; name a clone of the charts' repository")
    problems += untried(pipeline, histories)
    return refuse(str(FileError(problems)), 1) if problems else 0
