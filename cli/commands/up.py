"""deploy STACK with the policy pack enforced; PLAN=file: only as reviewed; an interrupted run is settled first"""

from collections.abc import Sequence
from pathlib import Path

from cli import exports, gate, plan, repair
from cli.options import SANDBOX, Place, Policy, Reviewed, Stack
from cli.outcome import closing
from cli.output import say, show
from cli.run import operation, resources
from cli.signals import CUT_SHORT
from cli.target import ROOT, Target, working
from lib.printable import one_line
from reports import preview as report
from reports.events import Run
from reports.values import text
from stacks.files import read

GROUP = "Deploy"


def run(stack: Stack = SANDBOX, place: Place = "", policy: Policy = "", reviewed: Reviewed = None) -> int:
    """The command."""
    with working("up", stack, place) as target:
        return deploy(target, policy, reviewed)


def deploy(target: Target, policy: str = "", reviewed: Path | None = None, *, command: str = "up") -> int:
    """Deploy, and say what there is now or what was left open; the engine's exit code. ``command`` is run again.

    Where a ``reviewed`` plan is given and the deployment would be another one, nothing is changed.
    """
    if repair.settled(target) is None:
        return 1
    pack = gate.pack(target, policy)
    if reviewed and (code := plan.agrees(target, reviewed, pack)):
        return code
    previewed = ["--skip-preview"] if reviewed else []
    with exports.around(target):
        return _deploy(target, command, [*previewed, *pack])


def _deploy(target: Target, command: str, arguments: Sequence[str]) -> int:
    code, runs = operation(target, "up", "--yes", "--continue-on-error", *arguments)
    for done in () if code in CUT_SHORT else runs[-1:] if code == 0 else runs:
        show(report.terminal(done, changes=code != 0))
    if code:
        repair.record(target)
        left = repair.pending(target)
        if left:
            say(
                f"Left open:\n{repair.describe(left)}\nThe next `make {command}` or `make repair` settles it.", "yellow"
            )
        log, emulated = target.folder / "events.jsonl", target.name == "sandbox"
        said = closing(log, command, target.stack, interrupted=code in CUT_SHORT, emulated=emulated)
        say(said, "yellow")
        return code
    _outputs(target, runs[-1])
    return 0


def _outputs(target: Target, done: Run) -> None:
    for key, value in sorted(done.outputs.items()):
        say(f"  {one_line(key)}: {text(value, key)}")
    endpoint = target.environment.get("SANDBOX_AWS_ENDPOINT")
    if endpoint:
        region = read(ROOT / "stacks" / f"Pulumi.{target.stack}.yaml").config["aws:region"]
        say("Look around with boto3 or the AWS CLI, for example `aws ec2 describe-vpcs`, after")
        variables = f"AWS_ENDPOINT_URL={endpoint} AWS_DEFAULT_REGION={region}"
        say(f"  export {variables} AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox")
    own = [entry for entry in resources(target) if entry.get("custom") and not str(entry["type"]).startswith("pulumi:")]
    say(f"{len(own)} resources in the state of {target.stack}.")
