"""What scorecard and review take as evidence, from files that other commands wrote."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from lib.problems import FileError
from models.roadmap.waiver import load_waivers
from reports.scorecard import evidence
from reports.scorecard.evidence import Evidence

Folder = Annotated[
    Path | None,
    typer.Option("--evidence", envvar="EVIDENCE", help="A folder: findings, costs, newer versions, a run of tests."),
]
Day = Annotated[str, typer.Option("--date", envvar="DATE", help="The day as of which it holds, as 2026-11-29; today.")]


def day(text: str) -> dt.date:
    """The day that was asked for, else today in UTC. RuntimeError where it is none."""
    try:
        return dt.date.fromisoformat(text) if text else dt.datetime.now(dt.UTC).date()
    except ValueError:
        raise RuntimeError(f"DATE={text}: is no day; write it as 2026-11-29") from None


def given(folder: Path | None) -> Evidence:
    """What the folder holds, and the waivers of this clone. RuntimeError where a file cannot be used.

    FileError where a waiver is malformed: what it excuses would be shown as something else.
    """
    file = load_waivers()
    if file.problems:
        raise FileError(file.problems)
    return evidence.load(folder, file.waivers)
