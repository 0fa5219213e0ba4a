"""settle what an interrupted run of STACK left open"""

from cli import repair
from cli.options import SANDBOX, Place, Stack
from cli.output import say
from cli.target import Target, choose, open_target

GROUP = "Deploy"


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The command."""
    return settle(open_target(choose("repair", stack, place), stack))


def settle(target: Target) -> int:
    """Say what is open, and settle it."""
    repair.unlock(target)
    left = repair.pending(target)
    say(f"{len(left)} operations are open." if left else "Nothing is open.")
    if left:
        say(repair.describe(left))
        repair.settle(target, left)
    return 0
