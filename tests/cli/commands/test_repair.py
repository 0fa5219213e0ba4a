"""``make repair``: what is open, and that it is settled."""

import pytest

from cli.commands import repair
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
