"""``python -m cli.documents [--check]``: the tables of commands in the documents, from ``cli/commands``."""

import sys
from pathlib import Path

from cli import registry
from cli.target import ROOT
from lib.markers import Markers

DOCUMENTS = ("README.md", "onboarding.md")
MARKERS = Markers.of("commands", "python -m cli.documents")


def table(commands: list[registry.Command]) -> str:
    """One row a command, in the order of help."""
    rows = [f"| {command.group} | `make {command.name}` | {command.summary} |" for command in commands]
    return "\n".join(["| For | Command | What it does |", "| --- | --- | --- |", *rows])


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the tables, or with ``--check`` say which document is out of date; 1 where one is."""
    stale = False
    for name in DOCUMENTS:
        path = root / name
        current = path.read_text(encoding="utf-8")
        fresh = MARKERS.place(current, name, table(registry.commands()))
        if current != fresh and "--check" in arguments:
            sys.stderr.write(f"{name}: its table of commands is out of date; run python -m cli.documents\n")
            stale = True
        elif current != fresh:
            path.write_text(fresh, encoding="utf-8")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
