"""what in the account differs from STACK's state, and what the policies say; FORMAT=markdown, json, OUTPUT=file"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from cli import deployed
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import export
from cli.signals import CUT_SHORT
from cli.target import Target, working
from reports import drift as report
from reports import preview
from reports.change import change
from reports.dangers import Danger
from reports.findings import lines
from reports.findings.model import Finding, merged
from reports.state import resources

GROUP = "Look"
Output = Annotated[
    Path | None,
    typer.Option("--output", envvar="OUTPUT", help="A file for the Markdown, empty where nothing has drifted."),
]
Form = Annotated[Literal["table", "markdown", "json"], typer.Option("--format", envvar="FORMAT")]


def run(stack: Stack = SANDBOX, place: Place = "", form: Form = "table", output: Output = None) -> int:
    """The command."""
    with working("drift", stack, place) as target:
        return compare(target, form, output)


def compare(target: Target, form: str = "table", output: Path | None = None) -> int:
    """List the differences and what the policies say of the account; 1 where it is either drifted or refused."""
    if output:
        output.unlink(missing_ok=True)  # what a run leaves behind that failed is no report
    state = export(target)
    known = resources(state)
    if not known:
        said = f"Nothing is deployed in {target.stack}, so that nothing can have drifted; deploy it with `make up`."
        _hand_over(form, output, Seen(report.Drift()), target.stack) if form != "table" or output else say(said)
        return 0
    code, runs = deployed.refreshed(target)
    if code or not runs:
        show(*(preview.terminal(run, changes=True) for run in runs if code not in CUT_SHORT))
        return code
    drift = report.read(runs[-1], known)
    seen = deployed.judged(target, deployed.as_seen(state, runs[-1]))
    findings = merged(seen.findings)
    found = report.dangers_of(drift, change(target.stack, runs[-1], known))
    _hand_over(form, output, Seen(drift, findings, found), target.stack)
    if form == "table":
        show(*(Text(f"dangerous: {danger.sentence}", style="bold red") for danger in found), report.terminal(drift))
        show(*(text for finding in findings for text in lines.terminal(finding)))
        say(f"{report.summary(drift)}; policies {'refuse' if seen.blocking else 'allow'} the account.")
    return 1 if drift.changed or seen.blocking else 0


@dataclass(frozen=True)
class Seen:
    """The drift, what the policies say of it, where they were asked, and what is dangerous in it."""

    drift: report.Drift
    findings: Sequence[Finding] | None = None
    dangers: Sequence[Danger] = ()

    @property
    def clean(self) -> bool:
        """Whether there is nothing that somebody has to do."""
        return not self.drift.changed and not any(finding.blocks for finding in self.findings or ())


def _hand_over(form: str, output: Path | None, seen: Seen, stack: str) -> None:
    """Print the format that was asked for; the file gets Markdown, which is empty where there is nothing to do."""
    markdown = report.markdown(seen.drift, stack, seen.findings, seen.dangers)
    if output:
        output.write_text("" if seen.clean else markdown, encoding="utf-8")
    elif form == "markdown":
        sys.stdout.write(markdown)
    if form == "json":
        sys.stdout.write(report.as_json(seen.drift, stack, seen.findings))
