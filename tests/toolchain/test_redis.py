"""Redis is the one of PATH, else Debian's."""

from pathlib import Path

import pytest

from tests.toolchain.test_engine import script
from toolchain import debian, redis


def test_of_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the PATH on which it was found."""
    own = script(tmp_path / "redis-server", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis.server() == (own, {"PATH": str(tmp_path)})


def test_of_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked, with its libraries."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "unpacked", lambda name: tmp_path / name)
    (tmp_path / "redis-server" / "usr" / "bin").mkdir(parents=True)
    program, variables = redis.server()
    assert program == tmp_path / "redis-server" / "usr" / "bin" / "redis-server"
    assert variables["PATH"].startswith(str(program.parent))
