"""``make rights`` where there is nothing to judge, or what cannot be read."""

from pathlib import Path

import pytest

from cli.commands import rights
from reports.rights.log import NAME


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sandbox's provider would have logged its calls."""
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path))
    (tmp_path / "dev").mkdir()
    return tmp_path / "dev" / NAME


def test_before_the_first_deployment_it_says_what_to_do(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No call is logged yet."""
    assert not log.exists()
    assert rights.run("dev") == 2
    said = capsys.readouterr().err
    assert said == "rights: no call for dev is logged yet; deploy it in the sandbox with `make up STACK=dev`\n"


def test_a_log_that_is_none_is_said(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line and the way out, without a traceback."""
    log.write_text("garbage\n{}\n")
    assert rights.run("dev") == 2
    assert f"rights: {log}:1: no entry of the log of calls" in capsys.readouterr().err


def test_a_log_without_roles_is_said(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A deployment that ended before the roles were made."""
    log.write_text("")
    assert rights.run("dev") == 2
    assert (
        "nationgraph-break-glass, nationgraph-deploy, nationgraph-preview: not among what is" in capsys.readouterr().err
    )
