"""what Argo CD (KUBECONFIG) and Prometheus (PROMETHEUS=url) say of each service in ENVIRONMENT, to OUTPUT=file"""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Kubeconfig, leads_to_cluster
from cli.output import note, refuse
from cli.target import ROOT
from models.promotion.verdicts import SloResult, written
from models.services.loader import read_services
from reports.verdicts import applications, slos
from stacks.environments import PROMOTION

GROUP = "Look"
Environment = Annotated[str, typer.Option("--environment", envvar="ENVIRONMENT", help=", ".join(PROMOTION))]
Output = Annotated[Path | None, typer.Option("--output", envvar="OUTPUT", help="A file; without it, the terminal.")]
Prometheus = Annotated[str, typer.Option("--prometheus", envvar="PROMETHEUS", help="A server, or a workspace of AWS.")]


def run(
    environment: Environment = "", output: Output = None, kubeconfig: Kubeconfig = None, prometheus: Prometheus = ""
) -> int:
    """Write them; 0 also where services have none, 2 where cluster or Prometheus does not answer."""
    if environment not in PROMOTION:
        return refuse(f"verdicts: ENVIRONMENT={environment!r} is none of {', '.join(PROMOTION)}")
    cluster = leads_to_cluster("verdicts", kubeconfig)
    services = read_services(ROOT / "catalog" / "services").values
    now = dt.datetime.now(dt.UTC)
    found, notes = applications.verdicts(applications.fetch(cluster), environment)
    rates = slos.burn_rates(prometheus) if prometheus else {}
    notes += [] if prometheus else ["PROMETHEUS not given: no service that has an SLO is verified"]
    notes += [f"{name}: an application of no service of the catalog" for name in found.keys() - services.keys()]
    known = {
        name: verdict.model_copy(
            update={
                "slos": tuple(
                    SloResult(name=slo.name, burnRate=rates[name, slo.name])
                    for slo in services[name].slos
                    if (name, slo.name) in rates
                )
            }
        )
        for name, verdict in found.items()
        if name in services
    }
    text = written(environment, now, known.values())
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
    for line in sorted(notes):
        note(line)
    note(f"{len(known)} of {len(services)} services have a verdict in {environment}")
    return 0
