"""edit the versions of TO by what VERDICTS verify in the environment before; SERVICE=one of them, DRY=yes"""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import promotion
from cli.output import refuse, say, show
from cli.promotion import Charts, Dry, RefusedError
from cli.target import ROOT
from models.promotion.decide import decide
from models.promotion.freight import load
from models.promotion.verdicts import COMMAND, load_verdicts
from reports import promotion as report

GROUP = "Catalog"
To = Annotated[str, typer.Option("--to", envvar="TO", help="The environment whose file is edited.")]
Service = Annotated[str, typer.Option("--service", envvar="SERVICE", help="One service; all without it.")]
File = Annotated[Path | None, typer.Option("--verdicts", envvar="VERDICTS", help="What make verdicts wrote.")]
Form = Annotated[Literal["table", "markdown"], typer.Option("--format", envvar="FORMAT")]


def run(  # noqa: PLR0913 - one for each option
    *,
    to: To = "",
    service: Service = "",
    verdicts: File = None,
    charts: Charts = ROOT / "charts",
    dry: Dry = False,
    form: Form = "table",
) -> int:
    """Edit; 0 also where everything is held back, 2 where a file is wrong: then nothing is written."""
    if not to or verdicts is None:
        return refuse("promote: TO or VERDICTS not given; write make promote TO=staging VERDICTS=dev.json")
    pipeline = load(charts)
    stage = promotion.stage_of(pipeline, to, "TO")
    source = pipeline.before(stage)
    if source is None:
        raise RefusedError(f"TO={to}: it is the first; its lines come from releases, by pull request")
    if service:
        promotion.service_of(pipeline, service, source.name)
    if not verdicts.is_file():
        return refuse(f"promote: VERDICTS={verdicts} is no file; {COMMAND.format(source.name)} writes one")
    now = dt.datetime.now(dt.UTC)
    known = load_verdicts(verdicts, source.name, pipeline.services, now)
    decision = decide(pipeline, known, stage, now, service)
    promotion.write(charts, pipeline, stage, [move.freight for move in decision.moves], dry=dry)
    if form == "markdown":
        sys.stdout.write(report.markdown(decision, stage))
        return 0
    if decision.moves or decision.held:
        show(report.terminal(decision, stage))
    say(report.summary(decision, stage, dry=dry))
    return 0
