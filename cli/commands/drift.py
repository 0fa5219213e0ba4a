"""what in the account differs from STACK's state, and what the policies say; FORMAT=markdown, json, OUTPUT=file"""

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from cli import repair
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import engine, operation, resources
from cli.signals import CUT_SHORT
from cli.target import PACK, Target, working
from lib.printable import without_colours
from reports import drift as report
from reports import preview
from reports.change import change
from reports.dangers import Danger
from reports.events import Run
from reports.state import Export, exported

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
    known = resources(target)
    if not known:
        said = f"Nothing is deployed in {target.stack}, so that nothing can have drifted; deploy it with `make up`."
        _hand_over(form, output, Seen(report.Drift()), target.stack) if form != "table" or output else say(said)
        return 0
    repair.caught_up(target)
    code, runs = operation(target, "refresh", "--preview-only")
    if code or not runs:
        show(*(preview.terminal(run, changes=True) for run in runs if code not in CUT_SHORT))
        return code
    drift = report.read(runs[-1], known)
    refusal = _refusal(target, runs[-1])
    with (target.folder / "events.jsonl").open(errors="replace") as log:
        found = report.dangers_of(drift, change(target.stack, runs[-1], known, log))
    _hand_over(form, output, Seen(drift, refusal, found), target.stack)
    if form == "table":
        show(report.terminal(drift), *(Text(f"dangerous: {danger.sentence}", style="bold red") for danger in found))
        if refusal:
            say(refusal, "red")
        say(f"{report.summary(drift)}; policies {'refuse' if refusal else 'allow'} the account.")
    return 1 if drift.changed or refusal else 0


@dataclass(frozen=True)
class Seen:
    """The drift, what the policies say of it, where they were asked, and what is dangerous in it."""

    drift: report.Drift
    refusal: str | None = None
    dangers: Sequence[Danger] = ()


def _hand_over(form: str, output: Path | None, seen: Seen, stack: str) -> None:
    """Print the format that was asked for; the file gets Markdown, none where there is nothing to do."""
    markdown = report.markdown(seen.drift, stack, seen.refusal, seen.dangers)
    if output:
        output.write_text(markdown if seen.drift.changed or seen.refusal else "", encoding="utf-8")
    elif form == "markdown":
        sys.stdout.write(markdown)
    if form == "json":
        sys.stdout.write(report.as_json(seen.drift, stack, seen.refusal))


def _refusal(target: Target, seen: Run) -> str:
    """What the policies say of the account as the refresh saw it; empty where they allow it."""
    state = exported(engine(target, "stack", "export", "--stack", target.stack).stdout)
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=target.folder) as file:
        json.dump(_as_seen(state, seen), file)
        file.flush()
        analysed = engine(target, "policy", "analyze", "--file", file.name, *PACK)
    if not analysed.returncode:
        return ""
    said = without_colours(analysed.stdout or analysed.stderr).strip()
    return said or f"pulumi policy analyze ended with exit code {analysed.returncode}"


def _as_seen(state: Export, seen: Run) -> Export:
    """The exported state with each resource as the refresh saw it, without those that are only read."""
    fresh = {step.urn: step.new for step in seen.steps}
    deployment = state["deployment"] or {}
    managed = [entry for entry in deployment.get("resources") or [] if not entry.get("external")]
    for entry in managed:
        new = fresh.get(entry["urn"])
        if new and entry.get("custom"):
            entry.update({"inputs": new.get("inputs") or {}} if "inputs" in new else {})
            entry.update({"outputs": new.get("outputs") or {}} if "outputs" in new else {})
    return {**state, "deployment": {**deployment, "resources": managed}}
