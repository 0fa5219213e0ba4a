"""who can reach what in STACK, hop by hop; FORMAT=markdown or json, STATE and AGAINST=exported states"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.options import SANDBOX, Place, Stack
from cli.output import show
from cli.run import resources
from cli.target import working
from reports import reach

GROUP = "Look"
FORMATS = {"markdown": reach.markdown, "json": reach.as_json}


Form = Annotated[Literal["table", "markdown", "json"], typer.Option("--format", envvar="FORMAT")]
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
    """Print it; 1 where a path is not granted. RuntimeError where a state cannot be read."""
    if state:
        rows = reach.rows_of(_exported(state))
    else:
        with working("reach", stack, place, falls_back=True) as target:
            rows = reach.rows_of(resources(target))
    other = reach.rows_of(_exported(against)) if against else None
    if form in FORMATS:
        sys.stdout.write(FORMATS[form](rows, other))
    else:
        show(reach.terminal(rows, other))
    return int(any(row.granted == "no" for row in rows))


def _exported(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        resources: list[dict[str, Any]] = document["deployment"].get("resources") or []
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RuntimeError(f"{path}: not an exported state ({error}); write one with `pulumi stack export`") from error
    return resources
