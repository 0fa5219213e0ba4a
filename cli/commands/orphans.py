"""what runs in the cluster of ENVIRONMENT (KUBECONFIG) and no line of CHARTS=charts names, so that nobody updates it"""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Kubeconfig, leads_to_cluster
from cli.output import refuse, say, show
from cli.target import ROOT
from components.argocd.projects import KINDS
from lib.problems import FileError
from models.versions.loader import read_versions
from reports import orphans
from stacks.environments import ENVIRONMENTS

GROUP = "Look"
Environment = Annotated[str, typer.Option("--environment", envvar="ENVIRONMENT", help=", ".join(ENVIRONMENTS))]
Charts = Annotated[Path, typer.Option("--charts", envvar="CHARTS", help="A folder that is laid out as charts/.")]


def run(environment: Environment = "", kubeconfig: Kubeconfig = None, charts: Charts = ROOT / "charts") -> int:
    """0 where there are none, 1 with one row for each, 2 where cluster or file cannot be read."""
    if environment not in ENVIRONMENTS:
        return refuse(f"orphans: ENVIRONMENT={environment!r} is none of {', '.join(ENVIRONMENTS)}")
    cluster = leads_to_cluster("orphans", kubeconfig)
    file = read_versions(ENVIRONMENTS[environment].versions, charts)
    if file.problems:
        return refuse(str(FileError(file.problems)))
    lines = file.places()
    applications, objects = orphans.fetch(cluster, KINDS)
    found = orphans.orphans(applications, objects, lines)
    if not found:
        say(f"{environment}: {len(lines)} lines, {len(applications)} Applications, no orphans.")
        return 0
    show(orphans.table(found, environment))
    say("Nothing of this is deleted by itself. docs/how-to/remove-a-service.md has the steps.")
    return 1
