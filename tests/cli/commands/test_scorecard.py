"""``make scorecard``: from files alone, kept where asked."""

import json
import re
from pathlib import Path

import pytest

from cli import application as cli
from models.roadmap import trend
from reports.cost.model import Estimate
from reports.cost.output import as_json as costs
from reports.findings import outputs
from tests.reports.scorecard.support.cards import report

Captured = pytest.CaptureFixture[str]
DAY = "2026-11-29"


def run(*options: str) -> int:
    """The command's exit code."""
    return cli.main(["scorecard", *options])


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trend of its own."""
    path = tmp_path / "scorecard.jsonl"
    monkeypatch.setattr(trend, "TREND", path)
    monkeypatch.setattr(trend.load_trend, "__defaults__", (path,))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Findings and costs."""
    path = tmp_path / "evidence"
    path.mkdir()
    (path / "dev.json").write_text(outputs.as_json(report("dev")))
    (path / "cost.json").write_text(costs({"dev": Estimate()}))
    return path


def test_it_judges_by_what_it_is_given(folder: Path, kept: Path, capsys: Captured) -> None:
    """The stack that has a report, and no other; nothing is written."""
    assert run("--evidence", str(folder), "--date", DAY, "--format", "json") == 0
    network = json.loads(capsys.readouterr().out)["clauses"]["SEC-07"]
    assert network["stacks"]["dev"]["standing"] in ("built", "proven")
    assert network["stacks"]["production"]["standing"] == "not judged"
    assert not kept.exists()


def test_a_day_is_kept_once(folder: Path, kept: Path) -> None:
    """Written twice it is one line; another day is another one."""
    for day in (DAY, DAY, "2026-11-22"):
        assert run("--evidence", str(folder), "--date", day, "--write", "yes") == 0
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [line["date"] for line in lines] == ["2026-11-22", DAY]
    assert lines[1]["cost"] == {"dev": "0.00"}
    assert sum(lines[1]["clauses"].values()) == 29


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_file_is_written_and_the_table_printed(form: str, kept: Path, tmp_path: Path, capsys: Captured) -> None:
    """As with every report."""
    path = tmp_path / "out" / "scorecard"
    assert run("--date", DAY, "--format", form, "--output", str(path)) == 0
    assert "SEC-07" in path.read_text(encoding="utf-8")
    assert "29 clauses on 2026-11-29" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--date", "soon"), r"DATE=soon: is no day"),
        (("--write", "no"), r"WRITE=no: write yes"),
        (("--evidence", "/nowhere"), r"/nowhere: holds no"),
        (("--format", "pdf"), r"pdf"),
    ],
)
def test_bad_input_is_one_line(options: tuple[str, ...], why: str, kept: Path, capsys: Captured) -> None:
    """With what to write instead, and nothing is kept."""
    assert run(*options) == 2
    assert re.search(why, capsys.readouterr().err)
    assert not kept.exists()


def test_a_trend_that_is_broken_is_named(kept: Path, capsys: Captured) -> None:
    """And left as it is."""
    kept.write_text("{\n")
    assert run("--date", DAY, "--write", "yes") == 2
    assert "scorecard.jsonl:1" in capsys.readouterr().err
    assert kept.read_text() == "{\n"
