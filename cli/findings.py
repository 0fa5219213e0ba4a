"""How commands hand over findings: the format and the file that were asked for, and the exit code."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from cli.output import show
from reports.findings import outputs
from reports.findings.outputs import Format
from reports.findings.report import Report

Form = Annotated[Format, typer.Option("--format", envvar="FORMAT")]
Output = Annotated[
    Path | None,
    typer.Option("--output", envvar="OUTPUT", help="A file for the format, a folder for all of them."),
]


def deliver(report: Report, form: str, output: Path | None) -> int:
    """Print or write the report; 1 where a mandatory finding stands, else 0.

    Raises:
        RuntimeError: all formats were asked for, and no folder for them.

    """
    if form == "all":
        _write_all(report, output)
        show(outputs.terminal(report))
        return int(report.blocking)
    text = outputs.FORMATS[form](report) if form in outputs.FORMATS else ""
    hand_over(outputs.terminal(report), text, output)
    return int(report.blocking)


def _write_all(report: Report, folder: Path | None) -> None:
    if folder is None or folder.is_file():
        raise RuntimeError(f"FORMAT=all: OUTPUT={folder or ''} is no folder; name one for the files of every format")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in outputs.files(report).items():
        (folder / name).write_text(text, encoding="utf-8")


def hand_over(table: RenderableType, text: str, output: Path | None) -> None:
    """``text``, where there is one, to its file or else printed; the table unless it would stand in its way."""
    if text and output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    elif text:
        sys.stdout.write(text)
    if not text or output:
        show(table)
