"""Options that several commands take. ``make`` hands them over in the environment: no shell reads their text."""

from typing import Annotated

import typer

SANDBOX = "sandbox"
Stack = Annotated[
    str, typer.Option(envvar="STACK", help="The stack: sandbox, dev, staging or production.", show_default=True)
]
Place = Annotated[
    str, typer.Option("--target", envvar="TARGET", help="Where the stack runs: sandbox (the emulated account) or aws.")
]
