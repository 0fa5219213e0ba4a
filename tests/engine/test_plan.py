"""What is deployed is what was reviewed, or nothing, as deploy-what-was-reviewed.md says; on a tiny program."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import run
from cli.commands import up
from tests.engine.support.clones import STACK, Clone

pytestmark = pytest.mark.engine


def _reviewed(head: Clone) -> Path:
    """The plan that a preview leaves, kept as an artifact would be."""
    assert head.preview()[0] == 0
    left = head.folder.parent / f"plan-{STACK}.json"
    return left.rename(head.folder.parent / "reviewed.json")


def _bucket(head: Clone) -> list[dict[str, Any]]:
    return [entry for entry in run.resources(head.target()) if entry.get("custom") and "s3" in str(entry["type"])]


@pytest.fixture
def change(head: Clone) -> Clone:
    """A bucket whose violations were excused, named by its provider."""
    head.holds("open")
    head.waives()
    return head


def test_equal_previews_leave_equal_plans(change: Clone) -> None:
    """Byte by byte, although the provider invents another name each time."""
    logs, plans = [], []
    for _ in range(2):
        plans.append(_reviewed(change).read_bytes())
        logs.append((change.folder / "events.jsonl").read_text())
    assert plans[0] == plans[1]
    (step,) = json.loads(plans[0])["steps"]
    assert step["operation"] == "create"
    names = [
        event["resOutputsEvent"]["metadata"]["new"]["inputs"]["bucket"]
        for log in logs
        for event in map(json.loads, log.splitlines())
        if event.get("resOutputsEvent", {}).get("metadata", {}).get("type", "").startswith("aws:s3")
    ]
    assert len({*names}) == 2


def test_what_was_reviewed_is_deployed(change: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    """A change, then nothing at all: each by the plan of its own preview."""
    for inputs, said in (({"forceDestroy": True}, "1 operations"), ({"forceDestroy": True}, "0 operations")):
        change.holds("open", **inputs)
        assert up.deploy(change.target(), "", _reviewed(change)) == 0
        assert f"This is what was reviewed: {said}" in capsys.readouterr().out
    (bucket,) = _bucket(change)
    assert bucket["inputs"]["forceDestroy"] is True


def _another_value(plan: dict[str, Any]) -> None:
    plan["steps"][0]["values"]["forceDestroy"] = "0" * 32


def _one_less(plan: dict[str, Any]) -> None:
    plan["steps"] = []


EDITS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_another_value, "open (s3 Bucket): forceDestroy would have another value than was reviewed"),
    (_one_less, "open (s3 Bucket): not reviewed and now create"),
]


def test_a_plan_that_was_edited_after_review_does_not_deploy(change: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made, and resource and property are named."""
    change.holds("open", forceDestroy=True)
    file = _reviewed(change)
    text = file.read_text()
    for edit, said in EDITS:
        plan = json.loads(text)
        edit(plan)
        file.write_text(json.dumps(plan))
        assert up.deploy(change.target(), "", file) == 1
        assert f"This is not what was reviewed; nothing was changed.\n  {said}\n" in capsys.readouterr().out
    assert _bucket(change) == []


def test_a_program_or_an_account_that_changed_after_review_does_not_deploy(
    change: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value that was edited, and a change that somebody else has deployed meanwhile."""
    file = _reviewed(change)
    change.holds("open", forceDestroy=True)
    assert up.deploy(change.target(), "", file) == 1
    assert "open (s3 Bucket): forceDestroy would have another value" in capsys.readouterr().out
    assert up.deploy(change.target()) == 0
    change.holds("open")
    assert up.deploy(change.target(), "", file) == 1
    assert "open (s3 Bucket): reviewed as create, now update" in capsys.readouterr().out


def test_a_preview_that_is_refused_leaves_no_plan(head: Clone) -> None:
    """Not even that of the preview before."""
    head.holds()
    assert head.preview()[0] == 0
    assert (head.folder.parent / f"plan-{STACK}.json").exists()
    head.holds("open")
    assert head.preview()[0] != 0
    assert not (head.folder.parent / f"plan-{STACK}.json").exists()
