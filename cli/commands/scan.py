"""secrets in history, insecure code, workflows, vulnerable dependencies; REPOSITORY=path for another one"""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.programs import python
from cli.target import ROOT

GROUP = "Verify"
Repository = Annotated[Path, typer.Option(envvar="REPOSITORY", help="The repository to scan.")]
Complete = Annotated[bool, typer.Option(help="Fail where a scanner had to leave something out, as in CI.")]


def run(repository: Repository = ROOT, complete: Complete = False) -> int:  # noqa: FBT002 - an option of the command
    """The command."""
    strict = ["--complete"] if complete or os.environ.get("CI") else []
    return python("reports.scan.scan", "--repository", str(repository), *strict)
