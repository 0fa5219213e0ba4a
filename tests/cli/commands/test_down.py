"""``make down``: what is destroyed and what stays."""

from collections.abc import Callable

import pytest

from cli.commands import down, preview, up
from cli.target import Target, TargetError
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, done, events, pending

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(("name", "code", "kept"), [("sandbox", 0, False), ("sandbox", 255, True), ("aws", 0, True)])
def test_down(engine: FakeEngine, account: Account, name: str, code: int, *, kept: bool) -> None:
    """An account that is empty is not needed again; a refused destroy keeps it, and AWS has none."""
    engine.does("destroy", events(done("network-vpc", "delete")), code=code)
    target = engine.target(name)
    for file in ("account.jsonl", "account.port", "faults.txt"):
        (target.folder / file).touch()
    assert down.destroy(target) == code
    assert engine.calls[-1][0] == "destroy"
    assert [(target.folder / file).exists() for file in ("account.jsonl", "account.port", "faults.txt")] == [kept] * 3


@pytest.mark.parametrize("command", [up.deploy, preview.preview, down.destroy])
def test_aws_refuses_to_go_on(engine: FakeEngine, capsys: Captured, command: Callable[[Target], int]) -> None:
    """Nothing is changed on top of what is open; the operations and the way on are named."""
    engine.holds([], [pending("network-vpc")])
    assert command(engine.target("aws", "production")) == 1
    assert engine.verbs == ["stack export"]
    said = capsys.readouterr().out
    assert "creating: network-vpc (aws:ec2/vpc:Vpc)" in said
    assert "make repair STACK=production" in said


def test_a_state_in_the_account_itself(engine: FakeEngine, account: Account) -> None:
    """What keeps it cannot be destroyed by it: nothing is begun."""
    target = engine.target()
    (target.folder / "remote.json").write_text("{}")
    with pytest.raises(TargetError, match="the state of dev lies in the emulated account's own bucket"):
        down.destroy(target)
    assert engine.calls == []
