"""``make reach``: who can reach what, from the stack's state, and what differs from another state."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cli import target
from cli.run import console, state
from reports import reach

FORMATS = {"markdown": reach.markdown, "json": reach.as_json}


def options(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    parser.add_argument("--format", choices=["table", *FORMATS], default="table")
    parser.add_argument("--state", type=Path, help="an exported state to read instead of the stack's own")
    parser.add_argument("--against", type=Path, help="an exported state to compare with (`pulumi stack export`)")


def run(name: str, stack: str, given: argparse.Namespace) -> int:
    """Print it; 1 where a path is not granted. RuntimeError where a state cannot be read."""
    own = _exported(given.state) if given.state else state(target.open_target(name, stack)).get("resources") or []
    rows = reach.rows_of(own if isinstance(own, list) else [])
    against = reach.rows_of(_exported(given.against)) if given.against else None
    if given.format in FORMATS:
        sys.stdout.write(FORMATS[given.format](rows, against))
    else:
        console.print(reach.terminal(rows, against))
    return int(any(row.granted == "no" for row in rows))


def _exported(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        resources: list[dict[str, Any]] = document["deployment"].get("resources") or []
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RuntimeError(f"{path}: not an exported state ({error}); write one with `pulumi stack export`") from error
    return resources
