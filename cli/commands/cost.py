"""what every environment costs a month, idle, by list prices; STACK=one item by item, STATE=exported state, FORMAT"""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import costs
from cli.output import show
from cli.stated import exported_resources
from cli.target import ROOT, TargetError
from lib.problems import lines
from models.everything import problems
from reports.cost import output
from reports.cost.estimate import estimate
from stacks.environments import ENVIRONMENTS, unknown_stack

GROUP = "Look"
FORMATS = {"markdown": output.markdown, "json": output.as_json}
Form = Annotated[Literal["table", "markdown", "json"], typer.Option("--format", envvar="FORMAT")]
One = Annotated[str, typer.Option("--stack", envvar="STACK", help=f"One of {', '.join(ENVIRONMENTS)}; else all.")]
State = Annotated[Path | None, typer.Option("--state", envvar="STATE", help="An exported state to price instead.")]


def run(stack: One = "", form: Form = "table", state: State = None) -> int:
    """The command; 0. RuntimeError where a file, a program or a state cannot be used."""
    unknown = unknown_stack(stack) if stack else None
    wrong = (unknown,) if unknown else problems(ROOT)
    if wrong:
        raise TargetError(lines(wrong))
    if state:
        made = {state.name: estimate(exported_resources(state))}
    else:
        made = dict(costs.declared([stack] if stack else costs.ACCOUNTS))
    if form in FORMATS:
        sys.stdout.write(FORMATS[form](made))
    else:
        show(output.terminal(made))
    return 0
