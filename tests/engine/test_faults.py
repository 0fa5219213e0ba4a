"""Whatever breaks on the way, the next run repairs it, and nothing is left over or made twice."""

import json
import time
from collections.abc import Callable

import pytest

from cli import repair as commands
from sandbox import workspace
from sandbox.faults import chosen
from tests.engine.conftest import Platform
from tests.engine.support.blows import BLOWS, Blow, assert_adopted, strike, vpcs
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.engine
ROUNDS = 20
"""More rounds than the graph is deep: the tests end where a stack would never converge."""
ONE_IN = 1 if DEEP else 32
"""Of how many resources one meets the fault."""


def _quick(platform: Platform, verb: str) -> int:
    """A run that goes on beside what fails, without preview and policies, which other tests prove."""
    return platform.quick(verb, "--continue-on-error")[0]


def _repaired(platform: Platform, adopted: set[str]) -> int:
    """An ``up``; where a reply was lost, what nobody has heard of is adopted, and nothing is pending any more."""
    code = _quick(platform, "up")
    if code:
        target = platform.target()
        commands.record(target)
        pending = commands.pending(target)
        adopted |= set(commands.adoptable(target, pending))
        commands.settle(target, pending)
        assert commands.pending(target) == []
    return code


def _rounds(run: Callable[[], int]) -> int:
    """How often a run has to be repeated until it succeeds."""
    return next(number for number in range(1, ROUNDS) if run() == 0)


def _fired(platform: Platform) -> set[str]:
    return set((platform.folder / "sandbox" / "faults.txt").read_text().splitlines())


def _faulty(monkeypatch: pytest.MonkeyPatch, **fault: object) -> None:
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({**fault, "one_in": ONE_IN}))


def _meant(platform: Platform, operation: str) -> set[str]:
    """What is to fail: the operation on each of the stack's resources that are in the sample.

    Kubernetes' own provider knows no faults: ``test_kubernetes`` has a server that does.
    """
    emulated = [r["urn"] for r in platform.resources() if not r["type"].startswith("kubernetes:")]
    return {f"{operation} {urn}" for urn in emulated if chosen(urn, ONE_IN)}


@deep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("do", ["lose", "fail"] if DEEP else ["lose"])
def test_every_creation_and_every_deletion_fails_once(
    account_platform: Platform, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    """Made and never heard of, or not made: ``up`` converges within the depth of the graph; then ``destroy`` does.

    Each resource exists once in the end, or not at all.
    """
    platform = account_platform
    _faulty(monkeypatch, do=do, op="create")
    adopted: set[str] = set()
    rounds = _rounds(lambda: _repaired(platform, adopted) if do == "lose" else _quick(platform, "up"))
    names, depth = _meant(platform, "create"), platform.depth()
    failed = names & _fired(platform)
    print(
        f"creations, {do} once: {len(failed)} of {len(names)}, {len(adopted)} adopted, in {rounds} runs, depth {depth}"
    )
    assert failed == names != set()
    assert bool(adopted) == (do == "lose")
    assert rounds <= depth + 1
    assert platform.strays() == {}

    names = _meant(platform, "delete")
    _faulty(monkeypatch, do="fail", op="delete")
    rounds = _rounds(lambda: _quick(platform, "destroy"))
    failed = names & _fired(platform)
    print(f"refused once and gone: {len(failed)} of {len(names)}, in {rounds} runs, depth {depth}")
    assert failed == names != set()
    assert rounds <= depth + 1
    assert platform.resources() == []
    assert platform.strays() == {}


ALONE = pytest.mark.skipif(
    not DEEP, reason="one run after the other meets them in test_interruptions: make prove alone"
)


@deep
@ALONE
def test_provider_killed_between_side_effect_and_reply(platform: Platform) -> None:
    """After the repair nothing is made twice."""
    assert_adopted(platform)
    (vpc,) = vpcs(platform)
    healed = platform.run("up")
    assert healed.code == 0, healed.text
    assert vpcs(platform) == [vpc]
    assert platform.strays() == {}


@deep
@ALONE
@pytest.mark.parametrize("blow", BLOWS)
def test_interrupted_up_is_repaired_by_the_next(platform: Platform, blow: Blow) -> None:
    """After kill -9 of the engine, Ctrl-C, or kill -9 of the account in the middle of an ``up``, the next completes."""
    strike(platform, blow)
    healed = platform.run("up")
    assert healed.code == 0, healed.text
    assert platform.strays() == {}
    assert set(platform.run("preview").runs[-1].counts()) == {"same"}
    platform.stop()
    assert platform.running() == []


@deep
@ALONE
def test_account_comes_back_as_it_was(platform: Platform) -> None:
    """A killed account has the same resources under the same ids, and ``up`` finds nothing to do."""
    assert _quick(platform, "up") == 0
    platform.kill_account()
    while workspace.account_pid(platform.workspace()):
        time.sleep(0.02)
    again = platform.run("up")
    assert again.code == 0, again.text
    assert set(again.runs[-1].counts()) == {"same"}
    assert platform.run("drift").code == 0
    assert platform.strays() == {}
