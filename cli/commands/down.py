"""destroy STACK and stop the emulated account and cluster; protected resources refuse"""

from cli import repair
from cli.account import stop
from cli.options import SANDBOX, Place, Stack
from cli.outcome import closing
from cli.output import say, show
from cli.run import operation
from cli.signals import CUT_SHORT
from cli.target import Target, TargetError, working
from reports import preview as report
from sandbox.kept import REMOTE

GROUP = "Deploy"


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The command."""
    with working("down", stack, place) as target:
        return destroy(target)


def destroy(target: Target) -> int:
    """Destroy the stack; in the sandbox stop the emulated account as well.

    Raises:
        TargetError: the state lies in the account that would go with it.

    """
    if (target.folder / REMOTE).exists():
        raise TargetError(
            f"the state of {target.stack} lies in the emulated account's own bucket since `make bootstrap`: `make "
            "clean` removes both"
        )
    if repair.settled(target) is None:
        return 1
    code, runs = operation(target, "destroy", "--yes")
    for done in () if code in CUT_SHORT else runs[-1:]:
        show(report.terminal(done, changes=code != 0))
    if code:
        log, emulated = target.folder / "events.jsonl", target.name == "sandbox"
        say(closing(log, "down", target.stack, interrupted=code in CUT_SHORT, emulated=emulated), "yellow")
    if code == 0 and target.name == "sandbox":
        stop(target.folder, remove_cluster=True)
        # The account is empty: a new one starts faster than a replay. The tailnet keeps settings that nobody resets.
        for path in (*target.folder.glob("account.*"), *target.folder.glob("tailnet.*"), *target.folder.glob("kept/*")):
            path.unlink()
        (target.folder / "faults.txt").unlink(missing_ok=True)
    return code
