"""What is deployed, as the state holds it and as a refresh finds it in the account, and what the policies say of it."""

import json
import tempfile

from cli import repair
from cli.run import engine, operation
from cli.target import PACK, Target
from lib.printable import without_colours
from reports import events, log
from reports.events import Run
from reports.state import Export, Resource, resources

VALUES = "urn:pulumi:**aws:secretsmanager/secretVersion:SecretVersion::**"
REFRESH = ("refresh", "--preview-only", "--exclude", VALUES)
"""Look at the account and change nothing. Versions of secrets are left out: a rotation makes new ones, and to look at
one is to read its value, which is nobody's to compare and which the role that looks may not."""


def refreshed(target: Target) -> tuple[int, list[Run]]:
    """Exit code and runs of a refresh that changes nothing; what an earlier run lost is recorded first."""
    repair.caught_up(target)
    return operation(target, *REFRESH)


def managed(state: Export) -> Export:
    """The state without the resources that the stack only reads."""
    own = [entry for entry in resources(state) if not entry.get("external")]
    return {**state, "deployment": {**(state["deployment"] or {}), "resources": own}}


def as_seen(state: Export, seen: Run) -> Export:
    """The managed resources as the refresh ``seen`` found them in the account, without what is gone from there."""
    own = managed(state)
    fresh = {step.urn: step.new for step in seen.steps}
    gone = {step.urn for step in seen.steps if step.operation == "delete"}
    now = [_current(entry, fresh.get(entry["urn"]) or {}, gone) for entry in resources(own) if entry["urn"] not in gone]
    return {**own, "deployment": {**(own["deployment"] or {}), "resources": now}}


def _current(entry: Resource, new: log.State, gone: set[str]) -> Resource:
    made = entry.copy()
    if entry.get("custom"):
        made.update({"inputs": new.get("inputs") or {}} if "inputs" in new else {})
        made.update({"outputs": new.get("outputs") or {}} if "outputs" in new else {})
    if gone and entry.get("dependencies"):
        made["dependencies"] = [urn for urn in entry["dependencies"] or () if urn not in gone]
    if gone and entry.get("propertyDependencies"):
        edges = (entry["propertyDependencies"] or {}).items()
        made["propertyDependencies"] = {key: [urn for urn in urns or () if urn not in gone] for key, urns in edges}
    return made


def judged(target: Target, state: Export) -> Run:
    """What the policies say of a state, by the engine's own analysis; nothing is asked of the account.

    Raises:
        RuntimeError: the engine could not judge it; what it said.

    """
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=target.folder) as file:
        json.dump(state, file)
        file.flush()
        done = engine(target, "policy", "analyze", "--json", "--file", file.name, *PACK)
    runs = events.parse(done.stdout.splitlines(keepends=True))
    if runs and (done.returncode == 0 or runs[-1].blocking):
        return runs[-1]
    said = without_colours(done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
    if done.returncode:
        raise RuntimeError(f"the policies could not judge {target.stack}: {said}")
    return Run(preview=False, succeeded=True, seconds=0)
