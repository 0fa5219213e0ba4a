"""settle what an interrupted run of STACK left open"""

from cli import repair
from cli.locks import unlock
from cli.options import SANDBOX, Place, Stack
from cli.output import say
from cli.target import Target, working

GROUP = "Deploy"


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The command."""
    with working("repair", stack, place) as target:
        return settle(target)


def settle(target: Target) -> int:
    """Say what is open, and settle it."""
    unlock(target)
    repair.caught_up(target)
    left = repair.pending(target)
    if left:
        say(f"{len(left)} operations are open.\n{repair.describe(left)}")
        repair.settle(target, left)
    elif not repair.read_again(target):
        say("Nothing is open.")
    return 0
