"""who can reach what in STACK, hop by hop; FORMAT=markdown, json or html, STATE and AGAINST=exported states"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import SANDBOX, Place, Stack
from cli.output import show
from cli.run import resources
from cli.stated import exported_resources
from cli.target import working
from lib.problems import FileError
from reports import page, pods, reach
from reports.state import Entry
from toolchain.helm import UnavailableError

GROUP = "Look"
FORMATS = {"markdown": reach.markdown, "json": reach.as_json}


Form = Annotated[Literal["table", "markdown", "json", "html"], typer.Option("--format", envvar="FORMAT")]
State = Annotated[
    Path | None, typer.Option("--state", envvar="STATE", help="An exported state to read instead of the stack's own.")
]
Against = Annotated[
    Path | None,
    typer.Option("--against", envvar="AGAINST", help="An exported state to compare with (`pulumi stack export`)."),
]


def run(
    stack: Stack = SANDBOX, place: Place = "", form: Form = "table", state: State = None, against: Against = None
) -> int:
    """Print it; 1 where a path is not granted. RuntimeError where a state, or the charts, cannot be read."""
    if state:
        entries = exported_resources(state)
    else:
        with working("reach", stack, place, falls_back=True) as target:
            entries = resources(target)
    services = _services(entries)
    rows = reach.rows_of(entries, services)
    other = reach.rows_of(exported_resources(against), services) if against else None
    if form == "html":
        sys.stdout.write(page.render_state(entries, rows, other))
    elif form in FORMATS:
        sys.stdout.write(FORMATS[form](rows, other))
    else:
        show(reach.terminal(rows, other))
    return int(any(row.granted == "no" for row in rows))


def _services(entries: Sequence[Entry]) -> pods.Services | None:
    try:
        return pods.deployed(entries)
    except (FileError, UnavailableError) as error:
        raise RuntimeError(f"the services of the stack cannot be told apart: {error}") from error
