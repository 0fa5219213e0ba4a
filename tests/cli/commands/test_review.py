"""``make review``: a document from files alone."""

import json
import re
import shlex
from pathlib import Path

import pytest

from cli import application as cli
from cli import registry
from cli.target import ROOT
from models.roadmap import trend
from reports.findings import outputs
from tests.reports.review.test_inputs import ISSUE
from tests.reports.scorecard.support.cards import finding, report

Captured = pytest.CaptureFixture[str]
DAY = "2026-11-29"


def run(*options: str) -> int:
    """The command's exit code."""
    return cli.main(["review", *options])


def test_the_review_is_written(tmp_path: Path, capsys: Captured) -> None:
    """With findings and feedback that were handed in, twice the same."""
    evidence, feedback, made = tmp_path / "evidence", tmp_path / "issues.json", tmp_path / "reviews" / "q.md"
    evidence.mkdir()
    (evidence / "dev.json").write_text(outputs.as_json(report("dev", finding("sec-07-flow-logs", "waived"))))
    feedback.write_text(json.dumps([ISSUE]))
    options = ("--evidence", str(evidence), "--feedback", str(feedback), "--date", DAY, "--output", str(made))
    assert run("--quarter", "2026-Q4", *options) == 0
    text = made.read_text(encoding="utf-8")
    assert text.startswith("# Review of 2026-Q4\n")
    assert "| sec-07-flow-logs | 1 | 1 | 100% |" in text
    assert "1 about simplicity" in text
    assert "q.md: written as of 2026-11-29" in capsys.readouterr().out
    assert run(*options) == 0
    assert made.read_text(encoding="utf-8") == text


def test_the_how_to_says_what_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of quarterly-review.md, as make hands their options over; what the others write is there already."""
    page = (ROOT / "docs" / "how-to" / "quarterly-review.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.+?)```", page, re.DOTALL)
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert {words[1] for words in commands if words[0] == "make"} <= {command.name for command in registry.commands()}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trend, "TREND", tmp_path / "scorecard.jsonl")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "production.json").write_text(outputs.as_json(report("production")))
    (tmp_path / "evidence" / "outdated.json").write_text("[]")
    (tmp_path / "feedback.json").write_text(json.dumps([ISSUE]))
    monkeypatch.setenv("DATE", DAY)
    for words in commands:
        if words[:2] in (["make", "scorecard"], ["make", "review"]):
            with monkeypatch.context() as environment:
                for name, value in (word.split("=", 1) for word in words[2:]):
                    environment.setenv(name, value)
                environment.setenv("OUTPUT", str(tmp_path / f"{words[1]}.out"))
                assert cli.main([words[1]]) == 0
    assert "<!doctype html>" in (tmp_path / "scorecard.out").read_text(encoding="utf-8")
    assert "this one" in (tmp_path / "review.out").read_text(encoding="utf-8")
    assert f'"date":"{DAY}"' in (tmp_path / "scorecard.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--quarter", "2026-Q5"), r"QUARTER=2026-Q5: is no quarter"),
        (("--quarter", "2027-Q1"), r"has not begun on 2026-11-29"),
        (("--feedback", "/nowhere.json"), r"/nowhere.json: cannot be read"),
    ],
)
def test_bad_input_is_one_line(options: tuple[str, ...], why: str, tmp_path: Path, capsys: Captured) -> None:
    """And no document is written."""
    made = tmp_path / "q.md"
    assert run("--date", DAY, "--output", str(made), *options) == 2
    assert re.search(why, capsys.readouterr().err)
    assert not made.exists()
