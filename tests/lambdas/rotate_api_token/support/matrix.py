"""Every case of the matrix, with the issuer it is tried on."""

from collections.abc import Callable, Iterator

from tests.lambdas.rotate_api_token.support.cases import (
    abandoned_tokens,
    both_revoked,
    busy,
    current_revoked,
    down,
    duplicates,
    effect,
    given_up_while_creating,
    late_creation,
    out_of_time,
    pending_revoked,
    quick,
    refused_manager,
    reordered,
    rolled_back,
    strangers,
    swept_while_creating,
    two_at_once,
    within_grace,
)
from tests.lambdas.rotate_api_token.support.world import AFTER, BEFORE, LOSE, PASS, SETTINGS, World

OAUTH, AUTH, EVENTS = SETTINGS
Case = tuple[str, str, Callable[[World], None]]


def crash(number: int, act: str, *, given_up: bool) -> Callable[[World], None]:
    """Killed at the n-th effect of a rotation; then retried, or given up by an operator."""

    def run(at: World) -> None:
        at.plan = effect(number, act)
        outcomes = at.steps(at.rotate())
        assert outcomes[-1].killed, at.seen
        if given_up:
            at.abandon()
        at.plan = lambda *_: PASS
        if not given_up:
            version = at.version("AWSPENDING") or at.version("AWSCURRENT")
            assert [outcome.error for outcome in at.steps(str(version))] == [None] * 4
            assert at.living() == at.expected()

    return run


def lost_answer(number: int) -> Callable[[World], None]:
    """The n-th effect happens, and the function is told that it failed."""

    def run(at: World) -> None:
        at.plan = effect(number, LOSE)
        at.steps(at.rotate())

    return run


OTHERS = (duplicates, reordered, two_at_once, given_up_while_creating, pending_revoked, current_revoked, both_revoked,
          busy, down, out_of_time, refused_manager, strangers, quick, rolled_back, abandoned_tokens,
          within_grace, late_creation, swept_while_creating)  # fmt: skip
COUNT = 5
"""Effects of a rotation that ends the grace of the token before: create, store, revoke, two labels."""


def cases() -> Iterator[Case]:
    """Every crash, retried and given up; with the other issuers those after each effect; and everything else."""
    for number in range(1, COUNT + 1):
        for act in (BEFORE, AFTER):
            yield f"killed {act} effect {number}, retried", OAUTH, crash(number, act, given_up=False)
            yield f"killed {act} effect {number}, given up", OAUTH, crash(number, act, given_up=True)
        for issuer in (AUTH, EVENTS):
            yield f"killed after effect {number}, retried", issuer, crash(number, AFTER, given_up=False)
    for number in range(1, COUNT + 1):
        yield f"lost answer to effect {number}", (AUTH, EVENTS)[number % 2], lost_answer(number)
    for index, case in enumerate(OTHERS):
        for issuer in (OAUTH, EVENTS) if index % 2 else (OAUTH, AUTH):
            yield case.__name__.replace("_", " "), issuer, case
