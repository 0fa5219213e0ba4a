"""write an earlier line of SERVICE in ENVIRONMENT again: TO=previous or a commit of its history; DRY=yes"""

from typing import Annotated

import typer

from cli import promotion
from cli.output import refuse, say
from cli.promotion import PREVIOUS, Charts, Dry
from cli.target import ROOT
from models.promotion.freight import load
from models.versions.model import FIRST_THAT_MIGRATES

GROUP = "Catalog"
Service = Annotated[str, typer.Option("--service", envvar="SERVICE", help="The service.")]
Environment = Annotated[str, typer.Option("--environment", envvar="ENVIRONMENT", help="Where it is taken back.")]
To = Annotated[str, typer.Option("--to", envvar="TO", help="previous, or a commit in which the line was right.")]


def run(
    *,
    service: Service = "",
    environment: Environment = "",
    to: To = PREVIOUS,
    charts: Charts = ROOT / "charts",
    dry: Dry = False,
) -> int:
    """Edit one line. No verdict can stop it; 2 where environments would be too far apart, or there is no such line."""
    missing = [name for name, value in (("SERVICE", service), ("ENVIRONMENT", environment)) if not value]
    if missing:
        example = "make rollback SERVICE=billing ENVIRONMENT=production"
        return refuse(f"rollback: {' and '.join(missing)} not given; write {example}")
    pipeline = load(charts)
    stage = promotion.stage_of(pipeline, environment, "ENVIRONMENT")
    promotion.service_of(pipeline, service, stage)
    current = pipeline.stage(stage).freight(service)
    freight = promotion.earlier(charts, stage, current, to)
    if freight.key == current.key:
        say(f"{stage} runs {freight} already: nothing to write.")
        return 0
    if not freight.line_of(pipeline.stage(stage).versions[service]).sees_migrations:
        why = f"chart {freight.chart} is of a time when {service} migrated no database"
        return refuse(f"rollback: {why}; fix: write the image of {freight.origin} with chart {FIRST_THAT_MIGRATES}")
    if breach := pipeline.breach(stage, freight):
        fix = "take the neighbour along, or choose another commit"
        return refuse(f"rollback: {service} would be too far from its neighbours: {breach}; fix: {fix}")
    promotion.write(charts, pipeline, stage, [freight], dry=dry)
    say(f"{'would take' if dry else 'took'} {stage} back from {current} to {freight} of {freight.origin}")
    return 0
