"""render every service of STACK, lint it and judge it by schema; OUTPUT=folder, CHARTS and AGAINST=other charts"""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Stack
from cli.output import refuse
from cli.programs import python
from stacks.environments import ENVIRONMENTS

GROUP = "Verify"
Output = Annotated[Path | None, typer.Option("--output", envvar="OUTPUT", help="A folder for one file a service.")]
Charts = Annotated[
    Path | None, typer.Option("--charts", envvar="CHARTS", help="Another folder that is laid out as charts/.")
]
Against = Annotated[
    Path | None, typer.Option("--against", envvar="AGAINST", help="Charts with which to compare, as Markdown.")
]


def run(stack: Stack = "production", output: Output = None, charts: Charts = None, against: Against = None) -> int:
    """The command; 1 where something is refused."""
    if stack not in ENVIRONMENTS:
        return refuse(f"render: STACK={stack!r} is no environment; use one of {', '.join(ENVIRONMENTS)}")
    given = {"--output": output, "--charts": charts, "--against": against}
    options = [text for name, path in given.items() if path for text in (name, str(path.absolute()))]
    return python("reports.charts", "--environment", stack, *options)
