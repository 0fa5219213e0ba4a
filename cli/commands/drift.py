"""what in the account differs from STACK's state, and whether the policies allow it; changes neither"""

import json
import tempfile
from pathlib import Path

from cli import repair
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import engine, operation, resources
from cli.signals import CUT_SHORT
from cli.target import PACK, Target, working
from reports import preview as report

GROUP = "Look"


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The command."""
    with working("drift", stack, place) as target:
        return compare(target)


def compare(target: Target) -> int:
    """List the differences and what the policies say of the account; 1 where it is either drifted or refused."""
    if not resources(target):
        say(f"Nothing is deployed in {target.stack}, so that nothing can have drifted; deploy it with `make up`.")
        return 0
    repair.caught_up(target)
    code, runs = operation(target, "refresh", "--preview-only")
    if code or not runs:
        show(*(report.terminal(run, changes=True) for run in runs if code not in CUT_SHORT))
        return code
    changed = [step for step in runs[-1].steps if step.operation in ("update", "delete")]
    for step in changed:
        say(f"drift: {step.operation} {step.name} ({step.type}): {', '.join(step.keys)}", "yellow")
    exported = json.loads(engine(target, "stack", "export", "--stack", target.stack).stdout)
    drifted = _with_drift(exported, target.folder / "events.jsonl")
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=target.folder) as file:
        json.dump(drifted, file)
        file.flush()
        analysed = engine(target, "policy", "analyze", "--file", file.name, *PACK)
    if analysed.returncode:
        say(analysed.stdout or analysed.stderr, "red")
    say(f"{len(changed)} resources have drifted; policies {'refuse' if analysed.returncode else 'allow'} the account.")
    return 1 if changed or analysed.returncode else 0


def _with_drift(exported: dict[str, object], log: Path) -> dict[str, object]:
    """The exported state with each resource as the refresh saw it."""
    seen = {}
    for line in log.open():
        metadata = json.loads(line).get("resOutputsEvent", {}).get("metadata", {})
        if metadata.get("new"):
            seen[metadata["urn"]] = metadata["new"]
    deployment: dict[str, list[dict[str, object]]] = exported["deployment"]  # type: ignore[assignment]
    for resource in deployment["resources"]:
        fresh = seen.get(str(resource["urn"]))
        if fresh and resource.get("custom") and not str(resource["type"]).startswith("pulumi:"):
            resource.update({key: fresh[key] for key in ("inputs", "outputs") if key in fresh})
    return exported
