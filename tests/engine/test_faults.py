"""Whatever breaks on the way, the next run repairs it, and nothing is left over or made twice."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli import repair as commands
from cli.run import operation
from sandbox import workspace
from sandbox.faults import chosen
from tests.engine.conftest import Platform
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.engine
ROUNDS = 20
"""More rounds than the graph is deep: the tests end where a stack would never converge."""
ONE_IN = 1 if DEEP else 16
"""Of how many resources one meets the fault."""


def _bare(platform: Platform, verb: str, **environment: str) -> int:
    """A run without preview and policies, which other tests prove: these tests need many."""
    target = platform.target()
    changed = replace(target, environment={**target.environment, **environment})
    code, _ = operation(changed, verb, "--yes", "--skip-preview", "--continue-on-error")
    return code


def _bare_up(platform: Platform) -> int:
    """With one checkpoint at its end: where the engine lives on, those between cost a third of the time."""
    return _bare(platform, "up", PULUMI_SKIP_CHECKPOINTS="true")


def _bare_down(platform: Platform) -> int:
    """The same for ``destroy``."""
    return _bare(platform, "destroy", PULUMI_SKIP_CHECKPOINTS="true")


def _fired(platform: Platform) -> set[str]:
    return set((platform.folder / "sandbox" / "faults.txt").read_text().splitlines())


def _faulty(monkeypatch: pytest.MonkeyPatch, **fault: object) -> None:
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({**fault, "one_in": ONE_IN}))


def _meant(platform: Platform, operation: str) -> set[str]:
    """What is to fail: the operation on each of the stack's resources that are in the sample."""
    return {f"{operation} {r['urn']}" for r in platform.resources() if chosen(r["urn"], ONE_IN)}


def _rounds(run: Callable[[Platform], int], platform: Platform) -> int:
    """How often a run has to be repeated until it succeeds."""
    return next(number for number in range(1, ROUNDS) if run(platform) == 0)


@deep
def test_every_creation_and_every_deletion_fails_once(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated, ``up`` converges within the depth of the graph, all resources exist once; ``destroy`` too, and none."""
    _faulty(monkeypatch, do="fail", op="create")
    rounds = _rounds(_bare_up, platform)
    names, depth = _meant(platform, "create"), platform.depth()
    failed = names & _fired(platform)
    print(f"failed once and converged: {len(failed)} of {len(names)}, in {rounds} runs, depth {depth}")
    assert failed == names != set()
    assert rounds <= depth + 1
    assert platform.strays() == {}

    names = _meant(platform, "delete")
    _faulty(monkeypatch, do="fail", op="delete")
    rounds = _rounds(_bare_down, platform)
    failed = names & _fired(platform)
    print(f"refused once and gone: {len(failed)} of {len(names)}, in {rounds} runs, depth {depth}")
    assert failed == names != set()
    assert rounds <= depth + 1
    assert platform.resources() == []
    assert platform.strays() == {}


@deep
def test_every_reply_is_lost_once(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made and never heard of: each is named as pending, adopted by ``repair``, and exists once."""
    _faulty(monkeypatch, do="lose", op="create")
    adopted: set[str] = set()
    rounds = 1
    while _bare(platform, "up") and rounds < ROUNDS:
        rounds += 1
        target = platform.target()
        commands.record(target)
        pending = commands.pending(target)
        adopted |= set(commands.adoptable(target, pending))
        commands.settle(target, pending)
        assert commands.pending(target) == []
    names = _meant(platform, "create")
    lost = names & _fired(platform)
    print(f"reply lost and repaired: {len(lost)} of {len(names)}, {len(adopted)} adopted, in {rounds} runs")
    assert lost == names
    assert rounds <= platform.depth() + 1
    assert platform.strays() == {}


def test_provider_killed_between_side_effect_and_reply(platform: Platform) -> None:
    """The next run says exactly what is pending; ``repair`` adopts it; nothing is made twice."""
    fault = json.dumps({"do": "kill", "op": "create", "match": "*::network-vpc"})
    broken = platform.run("up", SANDBOX_FAULTS=fault)
    assert broken.code != 0
    (vpc,) = _vpcs(platform)
    assert "creating: network-vpc (aws:ec2/vpc:Vpc)" in broken.text
    said = platform.run("repair")
    assert said.code == 0, said.text
    assert "creating: network-vpc (aws:ec2/vpc:Vpc)" in said.text
    assert f"creating network-vpc: adopted as {vpc}" in said.text
    assert "Nothing is open." in platform.run("repair").text
    healed = platform.run("up")
    assert healed.code == 0, healed.text
    assert _vpcs(platform) == [vpc]
    assert platform.strays() == {}


def _vpcs(platform: Platform) -> list[str]:
    found = platform.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    return [vpc["VpcId"] for vpc in found]


def _kill_engine(platform: Platform, _group: int) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            mine = str(platform.folder).encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if mine and words[0].endswith(b"/pulumi"):
            os.kill(int(process.name), signal.SIGKILL)
            return
    pytest.fail("no engine runs")


def _interrupt(_platform: Platform, group: int) -> None:
    os.killpg(group, signal.SIGINT)


def _kill_account(platform: Platform, _group: int) -> None:
    platform.kill_account()


Blow = Callable[[Platform, int], None]
BLOWS: tuple[Blow, ...] = (_kill_engine, _interrupt, _kill_account)


def _struck(platform: Platform, blow: Blow) -> None:
    """An ``up`` that is hit when it has changed the account sixty times."""
    journal = platform.folder / "sandbox" / "account.jsonl"

    def changes() -> int:
        return len(journal.read_bytes().splitlines()) if journal.exists() else 0

    before, deadline = changes(), time.monotonic() + 120
    child = platform.start("up", SANDBOX_LATENCY="0.003")
    while changes() < before + 60:
        assert child.poll() is None, child.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    blow(platform, child.pid)
    child.communicate(timeout=300)
    assert child.returncode != 0


@deep
@pytest.mark.parametrize("blows", [(blow,) for blow in BLOWS] if DEEP else [BLOWS])
def test_interrupted_up_is_repaired_by_the_next(platform: Platform, blows: tuple[Blow, ...]) -> None:
    """After kill -9 of the engine, Ctrl-C, or kill -9 of the account in the middle of an ``up``, the next completes."""
    for blow in blows:
        _struck(platform, blow)
    healed = platform.run("up")
    assert healed.code == 0, healed.text
    assert platform.strays() == {}
    assert set(platform.run("preview").runs[-1].counts()) == {"same"}
    platform.stop()
    assert platform.running() == []


@deep
@pytest.mark.skipif(not DEEP, reason="an interrupted up has its account killed as well: make prove tries it alone")
def test_account_comes_back_as_it_was(platform: Platform) -> None:
    """A killed account has the same resources under the same ids, and ``up`` finds nothing to do."""
    assert _bare_up(platform) == 0
    platform.kill_account()
    while workspace.account_pid(platform.workspace()):
        time.sleep(0.02)
    again = platform.run("up")
    assert again.code == 0, again.text
    assert set(again.runs[-1].counts()) == {"same"}
    assert platform.run("drift").code == 0
    assert platform.strays() == {}
