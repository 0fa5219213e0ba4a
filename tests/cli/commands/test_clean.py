"""``make clean``: nothing of the sandbox stays."""

from pathlib import Path

import pytest

from cli.commands import clean
from tests.cli.support.programs import FakeEngine


def test_clean(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stack's folder is removed; doing it twice is no error."""
    folder = engine.target().folder
    (folder / "account.pid").write_text("4194304")
    monkeypatch.setenv("SANDBOX_FOLDER", str(folder.parent))
    assert clean.run() == 0
    assert not folder.parent.exists()
    assert clean.run() == 0
    assert engine.calls == []


def test_an_account_whose_journal_is_gone_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs is told by processes, not by files."""
    stopped: list[Path] = []
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev.lock").touch()
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path))
    monkeypatch.setattr(clean, "stop", stopped.append)
    assert clean.run() == 0
    assert stopped == [tmp_path / "dev"]
