"""The commands for charts hand their options on, and say what is missing."""

from pathlib import Path

import pytest

from cli import application as cli
from cli.commands import charts, policy_charts, release_chart, render
from cli.target import ROOT
from models.charts import checksums

Calls = list[tuple[str, ...]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is run, which always fails with 1."""
    made: Calls = []

    def python(*arguments: str) -> int:
        made.append(arguments)
        return 1

    for module in (charts, render, policy_charts):
        monkeypatch.setattr(module, "python", python)
    return made


def test_charts_are_written_by_the_model(calls: Calls) -> None:
    """And its exit code comes back."""
    assert cli.main(["charts"]) == 1
    assert calls == [("models.charts",)]


def test_rendering_takes_absolute_folders(calls: Calls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The program runs in another folder than the user."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["render", "--stack", "dev", "--output", "out", "--charts", "a", "--against", "/b"]) == 1
    folders = ["--output", str(tmp_path / "out"), "--charts", str(tmp_path / "a"), "--against", "/b"]
    assert calls == [("reports.charts", "--environment", "dev", *folders)]
    assert cli.main(["render", "--stack", "devv"]) == 2


def test_policies_render_first_where_nothing_is_named(calls: Calls) -> None:
    """And judge nothing where that fails."""
    assert cli.main(["policy-charts", "--stack", "dev"]) == 1
    assert calls == [("reports.charts", "--environment", "dev", "--output", str(ROOT / ".sandbox" / "charts"))]


def test_a_release_is_entered_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a version that is given and exists."""
    (tmp_path / "1.0.0").mkdir()
    (tmp_path / "1.0.0" / "Chart.yaml").write_text("version: 1.0.0\n")
    release = checksums.release
    monkeypatch.setattr(release_chart.checksums, "release", lambda version: release(version, tmp_path))
    assert cli.main(["release-chart"]) == 2
    assert cli.main(["release-chart", "--version", "1.0.0"]) == 0
    assert "released 1.0.0: 1 files" in capsys.readouterr().out
    assert cli.main(["release-chart", "--version", "1.0.0"]) == 2
    assert "is released already" in capsys.readouterr().err
