"""what in the account differs from STACK's state, and what the policies say; changes neither; FORMAT=markdown, json"""

import json
import sys
import tempfile
from typing import Annotated, Literal

import typer

from cli import repair
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import engine, operation, resources
from cli.signals import CUT_SHORT
from cli.target import PACK, Target, working
from lib.printable import without_colours
from reports import drift as report
from reports import preview
from reports.events import Run
from reports.state import Export, exported

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
    repair.caught_up(target)
    code, runs = operation(target, "refresh", "--preview-only")
    if code or not runs:
        show(*(preview.terminal(run, changes=True) for run in runs if code not in CUT_SHORT))
        return code
    drift = report.read(runs[-1], known)
    refusal = _refusal(target, runs[-1])
    if form in FORMATS:
        sys.stdout.write(FORMATS[form](drift, target.stack, refusal))
    else:
        show(report.terminal(drift))
        if refusal:
            say(refusal, "red")
        say(f"{report.summary(drift)}; policies {'refuse' if refusal else 'allow'} the account.")
    return 1 if drift.changed or refusal else 0


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
