"""What each make target does. Every command returns the exit code."""

import json
import shutil
import tempfile
from pathlib import Path

from cli import repair
from cli.run import console, engine, operation, state
from cli.target import ROOT, Target, folder_of
from reports import preview as report
from reports import reach
from reports.events import Run
from reports.state import planned
from stacks.files import read

PACK = ("--policy-pack", str(ROOT / "policy"))


def up(target: Target) -> int:
    """Deploy the stack with the policy pack enforced; an interrupted run is settled first."""
    if not _settled(target):
        return 1
    code, runs = operation(target, "up", "--yes", "--continue-on-error", *PACK)
    for run in runs[-1:] if code == 0 else runs:
        console.print(report.terminal(run, changes=code != 0))
    if code:
        repair.record(target)
        left = repair.pending(target)
        if left:
            console.print(
                f"Left open:\n{repair.describe(left)}\nThe next `make up` or `make repair` settles it.", style="yellow"
            )
        return code
    _outputs(target, runs[-1])
    return 0


def preview(target: Target) -> int:
    """What ``up`` would change, as text here and as Markdown in ``preview.md`` for the pull request."""
    if not _settled(target):
        return 1
    code, runs = operation(target, "preview", *PACK)
    for run in runs:
        console.print(report.terminal(run, changes=True))
        path = target.folder.parent / "preview.md"
        path.write_text(report.markdown(run, target.stack) + _reach(target))
        console.print(f"Markdown: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return code or any(bool(run.blocking) for run in runs)


def _reach(target: Target) -> str:
    """Who can reach what after the previewed change and could not before, or the other way round; Markdown."""
    before = _resources(target)
    if not before:
        return ""
    with (target.folder / "events.jsonl").open() as log:
        rows = reach.rows_of(before), reach.rows_of(planned(before, log))
    for line in reach.told(*rows):
        console.print(line)
    lines = reach.changes(*rows)
    return "\n".join(["", *lines, ""]) if lines else ""


def down(target: Target) -> int:
    """Destroy the stack; in the sandbox stop the emulated account as well. Protected resources refuse."""
    if not _settled(target):
        return 1
    code, runs = operation(target, "destroy", "--yes")
    for run in runs[-1:]:
        console.print(report.terminal(run, changes=code != 0))
    if code == 0 and target.name == "sandbox":
        _stop(target.folder)
        # The account is empty: a new one starts faster than a replay. The tailnet keeps settings that nobody resets.
        for path in (*target.folder.glob("account.*"), *target.folder.glob("tailnet.*")):
            path.unlink()
        (target.folder / "faults.txt").unlink(missing_ok=True)
    return code


def settle(target: Target) -> int:
    """``make repair``: say what an interrupted run left open, and settle it."""
    repair.unlock(target)
    left = repair.pending(target)
    console.print(f"{len(left)} operations are open." if left else "Nothing is open.")
    if left:
        console.print(repair.describe(left), highlight=False)
        repair.settle(target, left)
    return 0


def drift(target: Target) -> int:
    """What in the account differs from the state, and whether the policies allow it. Changes neither."""
    code, runs = operation(target, "refresh", "--preview-only")
    if code:
        console.print(*(report.terminal(run, changes=True) for run in runs))
        return code
    changed = [step for step in runs[-1].steps if step.operation in ("update", "delete")]
    for step in changed:
        console.print(f"drift: {step.operation} {step.name} ({step.type}): {', '.join(step.keys)}", style="yellow")
    exported = json.loads(engine(target, "stack", "export", "--stack", target.stack).stdout)
    drifted = _with_drift(exported, target.folder / "events.jsonl")
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=target.folder) as file:
        json.dump(drifted, file)
        file.flush()
        analysed = engine(target, "policy", "analyze", "--file", file.name, *PACK)
    if analysed.returncode:
        console.print(analysed.stdout or analysed.stderr, style="red", markup=False, highlight=False)
    console.print(
        f"{len(changed)} resources have drifted; policies {'refuse' if analysed.returncode else 'allow'} the account."
    )
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
            resource.update(inputs=fresh["inputs"], outputs=fresh["outputs"])
    return exported


def clean(_target: None = None) -> int:
    """Stop every emulated account of this clone and remove ``.sandbox/``. AWS is not touched."""
    folder = folder_of("-").parent
    for account in folder.glob("*/account.pid"):
        _stop(account.parent)
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _stop(folder: Path) -> None:
    from sandbox import workspace  # noqa: PLC0415 - AWS does without the sandbox

    workspace.stop_account(workspace.Workspace(project=ROOT, stack=folder.name, folder=folder))


def _settled(target: Target) -> bool:
    """Whether nothing is open; in the sandbox what is open is settled, on AWS a person decides."""
    if target.name == "sandbox":
        repair.unlock(target)
    left = repair.pending(target)
    if not left:
        return True
    console.print(f"An earlier run was interrupted. Open:\n{repair.describe(left)}", style="yellow", highlight=False)
    if target.name == "aws":
        console.print(f"Settle it first: make repair STACK={target.stack}", style="red")
        return False
    repair.settle(target, left)
    return True


def _outputs(target: Target, run: Run) -> None:
    for key, value in sorted(run.outputs.items()):
        console.print(f"  {key}: {value}", highlight=False, markup=False)
    endpoint = target.environment.get("SANDBOX_AWS_ENDPOINT")
    if endpoint:
        region = read(ROOT / "stacks" / f"Pulumi.{target.stack}.yaml").config["aws:region"]
        console.print(
            "Look around with boto3 or the AWS CLI, for example `aws ec2 describe-vpcs`, after", highlight=False
        )
        variables = f"AWS_ENDPOINT_URL={endpoint} AWS_DEFAULT_REGION={region}"
        console.print(
            f"  export {variables} AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox",
            highlight=False,
            soft_wrap=True,
        )
    total = len(
        [entry for entry in _resources(target) if entry.get("custom") and not str(entry["type"]).startswith("pulumi:")]
    )
    console.print(f"{total} resources in the state of {target.stack}.")


def _resources(target: Target) -> list[dict[str, object]]:
    found = state(target).get("resources") or []
    return list(found) if isinstance(found, list) else []
