"""``make lab``: what is started, what is said, and when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli import delivery_lab
from cli.commands import lab as command
from cli.target import Target
from sandbox import workspace
from sandbox.argocd import lab
from tests.cli.test_delivery_lab import application


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps, in their order; no process is started."""
    steps: list[str] = []

    @contextmanager
    def working(name: str, stack: str, place: str) -> Iterator[Target]:
        steps.append(f"{name} {stack} {place}")
        yield Target(name=place, stack=stack, folder=tmp_path, binary="", environment={})

    def step(name: str) -> Any:
        return lambda *_: steps.append(name)

    monkeypatch.setattr(command, "working", working)
    monkeypatch.setattr(workspace, "start_cluster", step("cluster"))
    monkeypatch.setattr(delivery_lab, "serve", step("repository"))
    monkeypatch.setattr(delivery_lab, "declare", step("objects"))
    monkeypatch.setattr(delivery_lab, "states", lambda _: {"billing": application()})
    monkeypatch.setattr(lab, "start", step("processes"))
    monkeypatch.setattr(lab, "memory_mib", lambda _: {"git": 20, "argocd/redis": 12})
    return steps


@pytest.mark.parametrize(("done", "code"), [(True, 0), (False, 1)])
def test_lab(
    started: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, done: bool, code: int
) -> None:
    """Table, memory and address are said either way; what is not healthy in time is a failure."""
    monkeypatch.setattr(delivery_lab, "settled", lambda *_: done)
    assert command.run("dev") == code
    assert started == ["lab dev sandbox", "cluster", "repository", "objects", "processes"]
    said = capsys.readouterr()
    assert "billing" in said.out
    assert "32 MiB resident in 2 processes" in said.out
    assert "git clone http://127.0.0.1:" in said.out
    assert ("not every service is healthy" in said.err) == (not done)
