"""charts/ as a git repository of its own with one commit, in OUTPUT: an empty folder, a new one or an earlier export"""

from pathlib import Path
from typing import Annotated

import typer

from cli.charts_repository import CHARTS, command

GROUP = "Catalog"
Output = Annotated[Path | None, typer.Option("--output", envvar="OUTPUT", help="Where the repository is made.")]


def run(output: Output = None) -> int:
    """Export; 2, and nothing is written, where the folder holds something else."""
    return command("export-charts", output, CHARTS, "nationgraph-services")
