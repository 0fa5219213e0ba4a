"""migrations/ as a git repository of its own with one commit, in OUTPUT, as export-charts does"""

from pathlib import Path
from typing import Annotated

import typer

from cli.charts_repository import MIGRATIONS, command

GROUP = "Catalog"
Output = Annotated[Path | None, typer.Option("--output", envvar="OUTPUT", help="Where the repository is made.")]


def run(output: Output = None) -> int:
    """Export; 2, and nothing is written, where the folder holds something else."""
    return command("export-migrations", output, MIGRATIONS, "nationgraph-migrations")
