"""How a case says what it expected."""

from collections.abc import Callable

from tests.e2e.rotation.support.world import World


def expect(**conditions: object) -> list[str]:
    """The names of the expectations that do not hold."""
    return [f"expected: {name.replace('_', ' ')}" for name, holds in conditions.items() if not holds]


def refused(world: World, *, kind: str, mended: Callable[[], None]) -> list[str]:
    """A rotation that fails for the reason ``kind`` and changes nothing; ``mended`` takes the fault away."""
    before = world.account.value(world.arn)
    outcome = world.rotate()
    found = expect(
        fails=not outcome.succeeded,
        says_why=f"RotationError: {kind}" in str(outcome.error),
        current_kept=world.account.value(world.arn) == before,
    )
    mended()
    return [*found, *world.faults()]
