"""The stand-in for the engine, and an emulated account that is only pretended."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

import sandbox.repair
from cli import locks
from tests.cli.support.programs import FakeEngine, fake_engine


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    """An engine that answers from files."""
    return fake_engine(tmp_path / "engine")


Account = Callable[[Mapping[str, list[str]]], None]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """Pretend that the account holds these ids for each type; all agree with any inputs."""
    monkeypatch.setattr(locks, "ORPHAN_SECONDS", 0)
    monkeypatch.setattr(sandbox.repair, "account", lambda _: None)

    def holds(ids: Mapping[str, list[str]]) -> None:
        def find(_api: Any, token: str, _inputs: Mapping[str, Any], taken: Collection[str]) -> list[str]:
            return [found for found in ids.get(token, []) if found not in taken]

        monkeypatch.setattr(sandbox.repair, "find", find)

    holds({})
    return holds
