"""``make cost``: of every environment, of one stack, or of a state that a person exported."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli import application as cli
from cli import costs
from reports.cost.estimate import estimate
from reports.cost.model import Estimate
from tests.cli.commands.test_reach import saved
from tests.reports.cost.support.entries import NAT, REGION, entry

Captured = pytest.CaptureFixture[str]
UNPRICED = entry("aws:ec2/dedicatedHost:DedicatedHost", "host")


def run(*options: str) -> int:
    """The command's exit code."""
    return cli.main(["cost", *options])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks whose programs would run; each declares one NAT gateway."""
    stacks: list[str] = []

    def declared(names: Sequence[str]) -> dict[str, Estimate]:
        stacks.extend(names)
        return {name: estimate([entry(NAT, "nat")], REGION) for name in names}

    monkeypatch.setattr(costs, "declared", declared)
    return stacks


def test_every_environment_without_a_stack(asked: list[str], capsys: Captured) -> None:
    """In the account that each is deployed to."""
    assert run("--format", "json") == 0
    assert asked == list(costs.ACCOUNTS)
    assert list(json.loads(capsys.readouterr().out)["stacks"]) == list(costs.ACCOUNTS)


def test_one_stack(asked: list[str], capsys: Captured) -> None:
    """Item by item: 730 hours of a gateway at 0.052."""
    assert run("--stack", "dev") == 0
    assert asked == ["dev"]
    assert "37.96" in capsys.readouterr().out


def test_an_unknown_stack_runs_nothing(asked: list[str], capsys: Captured) -> None:
    """The stacks that there are, instead."""
    assert run("--stack", "develop") == 2
    assert not asked
    assert re.search(r"develop.*dev", capsys.readouterr().err)


def test_a_state_is_priced_as_it_is(asked: list[str], tmp_path: Path, capsys: Captured) -> None:
    """No program runs; what has no price is named and not counted as nothing."""
    provider = entry("pulumi:providers:aws", "frankfurt", {"region": REGION})
    nat = entry(NAT, "nat", provider=f"{provider['urn']}::{provider['id']}")
    path = saved(tmp_path / "mine.json", [provider, nat, UNPRICED])
    assert run("--state", str(path), "--format", "markdown") == 0
    text = capsys.readouterr().out
    assert not asked
    assert "mine.json" in text
    assert "37.96" in text
    assert "not priced: `1 x aws:ec2/dedicatedHost:DedicatedHost" in text


@pytest.mark.parametrize("text", [None, "{", "[]", '{"deployment": null}'])
def test_what_is_no_state_is_named(tmp_path: Path, text: str | None, capsys: Captured) -> None:
    """In one line, with the command that writes one."""
    path = tmp_path / "state.json"
    if text is not None:
        path.write_text(text)
    assert run("--state", str(path)) == 2
    assert re.search(r"state\.json: .*pulumi stack export", capsys.readouterr().err)
