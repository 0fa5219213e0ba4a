"""what in the account differs from STACK's state, and what the policies say; changes neither; FORMAT=markdown, json"""

import sys
from typing import Annotated, Literal

import typer

from cli import deployed
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import resources
from cli.signals import CUT_SHORT
from cli.target import Target, working
from reports import drift as report
from reports import preview
from reports.findings import lines
from reports.findings.model import merged

GROUP = "Look"
FORMATS = {"markdown": report.markdown, "json": report.as_json}
Form = Annotated[Literal["table", "markdown", "json"], typer.Option("--format", envvar="FORMAT")]


def run(stack: Stack = SANDBOX, place: Place = "", form: Form = "table") -> int:
    """The command."""
    with working("drift", stack, place) as target:
        return compare(target, form)


def compare(target: Target, form: str = "table") -> int:
    """List the differences and what the policies say of the account; 1 where it is either drifted or refused."""
    known = resources(target)
    if not known:
        said = f"Nothing is deployed in {target.stack}, so that nothing can have drifted; deploy it with `make up`."
        sys.stdout.write(FORMATS[form](report.Drift(), target.stack)) if form in FORMATS else say(said)
        return 0
    code, runs = deployed.refreshed(target)
    if code or not runs:
        show(*(preview.terminal(run, changes=True) for run in runs if code not in CUT_SHORT))
        return code
    drift = report.read(runs[-1], known)
    seen = deployed.judged(target, deployed.as_seen(deployed.state(target), runs[-1]))
    findings = merged(seen.findings)
    if form in FORMATS:
        sys.stdout.write(FORMATS[form](drift, target.stack, findings))
    else:
        show(report.terminal(drift), *(text for finding in findings for text in lines.terminal(finding)))
        say(f"{report.summary(drift)}; policies {'refuse' if seen.blocking else 'allow'} the account.")
    return 1 if drift.changed or seen.blocking else 0
