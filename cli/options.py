"""Options that several commands take. ``make`` hands them over in the environment: no shell reads their text."""

from typing import Annotated

import typer

from stacks.environments import ENVIRONMENTS

SANDBOX = "sandbox"
Stack = Annotated[str, typer.Option(envvar="STACK", help=f"The stack: {', '.join(ENVIRONMENTS)}.", show_default=True)]
Place = Annotated[
    str, typer.Option("--target", envvar="TARGET", help="Where the stack runs: sandbox (the emulated account) or aws.")
]
