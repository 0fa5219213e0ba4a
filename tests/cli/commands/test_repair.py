"""``make repair``: what is open, and that it is settled."""

import pytest

from cli.commands import repair
from cli.target import UNREAD
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, pending

Captured = pytest.CaptureFixture[str]


def test_repair(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """Says what is open, and that nothing is where nothing is."""
    assert repair.settle(engine.target()) == 0
    assert "Nothing is open." in capsys.readouterr().out
    engine.holds([], [pending("network-vpc")])
    assert repair.settle(engine.target()) == 0
    said = capsys.readouterr().out
    assert "1 operations are open.\n  creating: network-vpc" in said
    assert "creating network-vpc: nothing was made; dropped" in said


def test_a_state_that_was_not_read_is_read(engine: FakeEngine, account: Account, capsys: Captured) -> None:
    """Nothing is open where an earlier repair was cut short, and yet there is something to do."""
    target = engine.target()
    (target.folder / UNREAD).touch()
    for said, refreshes in (("every resource is read again", 1), ("Nothing is open.", 1)):
        assert repair.settle(target) == 0
        assert said in capsys.readouterr().out
        assert engine.verbs.count("refresh") == refreshes
