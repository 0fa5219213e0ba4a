"""What scorecard and review take as evidence, from files that other commands wrote."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from models.roadmap.waiver import load_waivers
from reports.scorecard import evidence as read
from reports.scorecard.evidence import Evidence

Findings = Annotated[
    Path | None,
    typer.Option("--findings", envvar="FINDINGS", help="A folder of what audit and policy-charts wrote as JSON."),
]
Junit = Annotated[Path | None, typer.Option("--junit", envvar="JUNIT", help="The last run of tests, as JUnit's XML.")]
Cost = Annotated[Path | None, typer.Option("--cost", envvar="COST", help="What make cost wrote as JSON.")]
Day = Annotated[str, typer.Option("--date", envvar="DATE", help="The day as of which it holds, as 2026-11-29; today.")]


def day(text: str) -> dt.date:
    """The day that was asked for, else today in UTC. RuntimeError where it is none."""
    try:
        return dt.date.fromisoformat(text) if text else dt.datetime.now(dt.UTC).date()
    except ValueError:
        raise RuntimeError(f"DATE={text}: is no day; write it as 2026-11-29") from None


def evidence(findings: Path | None, junit: Path | None, cost: Path | None) -> Evidence:
    """What the files hold, and the waivers of this clone. RuntimeError where one cannot be used."""
    return Evidence(
        reports=read.findings(findings) if findings else {},
        waivers=load_waivers().waivers,
        tests=read.tests(junit) if junit else None,
        cost=read.costs(cost) if cost else {},
    )
