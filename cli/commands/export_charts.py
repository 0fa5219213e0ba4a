"""charts/ as a git repository of its own with one commit, in OUTPUT: an empty folder, a new one or an earlier export"""

from pathlib import Path
from typing import Annotated

import typer

from cli.charts_repository import NotExportedError, export
from cli.output import refuse, say

GROUP = "Catalog"
Output = Annotated[Path | None, typer.Option("--output", envvar="OUTPUT", help="Where the repository is made.")]


def run(output: Output = None) -> int:
    """Export; 2, and nothing is written, where the folder holds something else."""
    if output is None:
        return refuse("export-charts: OUTPUT not given; write make export-charts OUTPUT=../nationgraph-services")
    try:
        commit = export(output.absolute())
    except NotExportedError as error:
        return refuse(f"export-charts: {error}")
    say(f"exported to {output}: commit {commit[:12]} on main")
    return 0
