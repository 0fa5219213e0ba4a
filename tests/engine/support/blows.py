"""What strikes a run in the middle: each leaves a stack that the next run repairs."""

import json
import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.engine.conftest import Platform


def vpcs(platform: Platform) -> list[str]:
    """The networks that are not the account's own."""
    found = platform.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    return [vpc["VpcId"] for vpc in found]


def kill_engine(platform: Platform, _group: int) -> None:
    """As the kernel would, where memory is short."""
    for number, command in platform.processes():
        if command.split()[0].endswith("/pulumi"):
            os.kill(number, signal.SIGKILL)
            return
    pytest.fail("no engine runs")


def _interrupt(_platform: Platform, group: int) -> None:
    os.killpg(group, signal.SIGINT)


def _kill_account(platform: Platform, _group: int) -> None:
    platform.kill_account()


Blow = Callable[[Platform, int], None]
BLOWS: tuple[Blow, ...] = (kill_engine, _kill_account, _interrupt)


def strike(platform: Platform, blow: Blow) -> None:
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


def assert_adopted(platform: Platform) -> None:
    """A provider killed between side effect and reply: it is said what is pending, and ``repair`` adopts it."""
    fault = json.dumps({"do": "kill", "op": "create", "match": "*::network-vpc"})
    broken = platform.run("up", SANDBOX_FAULTS=fault)
    assert broken.code != 0
    (vpc,) = vpcs(platform)
    assert "creating: network-vpc (aws:ec2/vpc:Vpc)" in broken.text
    said = platform.run("repair")
    assert said.code == 0, said.text
    assert "creating: network-vpc (aws:ec2/vpc:Vpc)" in said.text
    assert f"creating network-vpc: adopted as {vpc}" in said.text
    assert "Nothing is open." in platform.run("repair").text
