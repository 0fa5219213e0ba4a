"""SEC-02: no token that AWSCURRENT names is ever dead, whatever happens to the function, and none is left behind.

After every single exchange of the function, with Secrets Manager or with the issuer, the consumer reads AWSCURRENT and
its token must work. Each case ends with a rotation that succeeds, after which exactly the current token lives, beside
the previous one within its grace.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambdas.rotate_api_token.support.cases import settle
from tests.lambdas.rotate_api_token.support.matrix import OAUTH, cases
from tests.lambdas.rotate_api_token.support.world import AFTER, EFFECTS, LOSE, PASS, SETTINGS, STEPS, World, world
from tests.support.depth import deep, in_sample


@pytest.fixture(scope="module")
def one() -> Iterator[World]:
    """Servers and lanes for all cases of this module."""
    with world() as made:
        yield made


def _tried(name: str) -> bool:
    """One case in four around an effect, and a share of the others."""
    return in_sample(name, 4 if "effect" in name else 16)


@deep
@pytest.mark.parametrize("issuer", [*SETTINGS])
def test_matrix(one: World, issuer: str) -> None:
    """Print every case, and N of N."""
    failed, chosen = [], [case for case in cases() if case[1] == issuer and _tried(case[0])]
    for name, _, run in chosen:
        one.begin(issuer, previous="effect" in name)
        try:
            run(one)
            assert one.dead == [], one.dead
            settle(one)
            assert one.dead == [], one.dead
        except AssertionError as error:
            failed.append(f"{name}: {str(error).splitlines()[:1]} {one.outputs[-300:]}")
        print(f"{'failed' if failed and failed[-1].startswith(name) else 'passed'}  {issuer}: {name}")
    print(f"rotation of {issuer}: {len(chosen) - len(failed)} of {len(chosen)} cases passed")
    assert failed == []


@pytest.mark.parametrize("issuer", [*SETTINGS])
def test_effects_are_all_there_are(one: World, issuer: str) -> None:
    """An undisturbed rotation has the effects that the matrix crashes at, in their order."""
    one.begin(issuer, previous=True)
    assert [outcome.error for outcome in one.steps(one.rotate())] == [None] * 4
    made = [name for name in one.seen if name.startswith(EFFECTS)]
    assert [name.split()[0] for name in made] == [
        "POST", "PutSecretValue", "DELETE", "UpdateSecretVersionStage", "UpdateSecretVersionStage",
    ]  # fmt: skip


def test_from_nothing(one: World) -> None:
    """A value that stands in for the first one is replaced; so is a token that manages itself."""
    for issuer in SETTINGS:
        one.begin(issuer, current="placeholder")
        settle(one)
    one.begin(OAUTH, own=True)
    for _ in range(2):
        settle(one)
    assert one.dead == []


CALLS = st.sampled_from([*STEPS, "sweepSecret"])
DEEDS = st.one_of(
    st.tuples(CALLS, st.integers(0, 1), st.integers(0, 16), st.sampled_from([AFTER, LOSE])),
    st.sampled_from([("rotate",), ("abandon",), ("wait",)]),
)  # fmt: skip


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "8")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from([*SETTINGS]), st.lists(DEEDS, min_size=3, max_size=12))
def test_any_interleaving(one: World, issuer: str, deeds: list[tuple[str | int, ...]]) -> None:
    """Steps of the newest two versions in any order, killed or deceived at any exchange, given up, days apart.

    ``EXAMPLES=500`` looks longer.
    """
    one.begin(issuer)
    versions = [one.rotate()]
    for deed in deeds:
        if deed[0] == "rotate":
            versions.append(one.rotate())
        elif deed[0] == "abandon":
            one.abandon()
        elif deed[0] == "wait":
            one.old(25)
        else:
            step, back, number, act = str(deed[0]), int(deed[1]), int(deed[2]), str(deed[3])
            start = len(one.seen)
            one.plan = lambda n, _, at=start + number, act=act: act if n == at else PASS  # type: ignore[misc]
            one.call(step, versions[-1 - back % len(versions)])
        assert one.dead == []
    settle(one)
    assert one.dead == []
