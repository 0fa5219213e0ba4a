"""a new service NAME of TEAM: its file, runbook and first line in charts/versions, valid as they are"""

from typing import Annotated

import typer

from cli.new_service import create
from cli.output import refuse, say
from cli.target import ROOT

GROUP = "Catalog"
Name = Annotated[str, typer.Option("--name", envvar="NAME", help="Its name: lower-case letters, digits, dashes.")]
Team = Annotated[str, typer.Option("--team", envvar="TEAM", help="The team that owns it, a file of catalog/teams.")]


def run(name: Name = "", team: Team = "") -> int:
    """Write it and say what to do next; 2, and nothing is written, where name or team cannot be."""
    missing = [option for option, value in (("NAME", name), ("TEAM", team)) if not value]
    if missing:
        return refuse(f"{' and '.join(missing)} not given; write make service NAME=invoices TEAM=payments")
    for path in create(ROOT, name, team).paths:
        say(f"wrote {path}")
    say(f"next: say in catalog/services/{name}.yaml what it does and needs; its first image gives dev a digest")
    return 0
