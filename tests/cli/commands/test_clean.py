"""``make clean``: nothing of the sandbox stays."""

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
