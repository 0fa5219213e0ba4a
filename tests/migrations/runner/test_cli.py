"""``python -m migrations``: one line for each error, an exit code by what can be done about it, never a traceback."""

import shutil
import signal
from pathlib import Path

import pytest

from migrations.runner import cli, history


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The steps of core, to be changed; the process keeps its signal handlers."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    shutil.copytree(history.ROOT / "core", tmp_path / "core")
    return tmp_path


def test_commands_without_a_database(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They print what they did; what they refuse is on stderr."""
    at = ["--root", str(root)]
    assert cli.main(["check", *at]) == 0
    assert cli.main(["new", "add seats", "--database", "core", *at]) == 0
    assert cli.main(["deployed", "dev", "r0006", "--database", "core", *at]) == 0
    said = capsys.readouterr()
    assert said.out == f"core: 6 steps may run\n{root / 'core' / 'versions' / 'r0007_add_seats.py'}\n"
    assert cli.main(["check", "--database", "core", *at]) == 2
    assert cli.main(["upgrade", "--database", "none", *at]) == 2
    refused = capsys.readouterr().err.splitlines()
    assert "SELECT replace_this" in refused[0]
    assert refused[-1] == "there is no database 'none'; there are: core"


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (KeyboardInterrupt(), (4, "interrupted: the step that ran was rolled back; run it again")),
        (ValueError("hunter2"), (1, "a fault of this program; the step that ran was rolled back")),
    ],
)
def test_nothing_of_a_variable_is_shown(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    outcome: tuple[int, str],
) -> None:
    """An error that nobody thought of is named by type and place."""

    def fails(*_: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "run", fails)
    code, line = outcome
    assert cli.main(["check", "--root", str(root)]) == code
    error = capsys.readouterr().err
    assert line in error
    assert "hunter2" not in error
    assert error.count("\n") == 1


def test_sigterm_ends_it_as_ctrl_c_does() -> None:
    """So that the driver cancels the statement."""
    with pytest.raises(KeyboardInterrupt):
        cli._end(signal.SIGTERM, None)
