"""How a failed run ends, and what a running one waits for."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import outcome, phases
from tests.cli.support.programs import URN, VPC, done, events, failed

Captured = pytest.CaptureFixture[str]


def begun(name: str, operation: str = "create", type_: str = VPC) -> dict[str, Any]:
    """An operation that the engine has started."""
    return {"resourcePreEvent": {"metadata": {"op": operation, "urn": URN.format(type_, name), "type": type_}}}


def test_one_fails_and_one_succeeds(tmp_path: Path) -> None:
    """Both are counted, the preview and components are not; names, and the next command."""
    log = tmp_path / "events.jsonl"
    component = done("network", "create", "nationgraph:network:Network")
    preview = events(done("a", "create"), done("b", "create"), preview=True)
    log.write_text(preview + events(done("a", "create"), component, *failed("b", "AccessDenied"), result="failed"))
    said = outcome.closing(log, "up", "dev")
    assert said.startswith("1 created, 1 failed: b.\n")
    assert said.endswith("then `make up STACK=dev`.")


@pytest.mark.parametrize("text", ["", '{"half', "[]\n", "\x00\n"])
def test_nothing_was_done(tmp_path: Path, text: str) -> None:
    """Also where the log was cut or never written."""
    log = tmp_path / "events.jsonl"
    assert outcome.closing(log, "up", "sandbox").startswith("Nothing was changed.")
    log.write_text(text)
    assert outcome.closing(log, "down", "sandbox").endswith("then `make down`.")


def test_an_interrupted_run_needs_nothing_mended(tmp_path: Path) -> None:
    """It says what was done and how to go on."""
    log = tmp_path / "events.jsonl"
    log.write_text(events(done("a", "create")))
    assert (
        outcome.closing(log, "up", "dev", interrupted=True)
        == "1 created.\nNext: `make up STACK=dev` goes on from here."
    )


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the cause of whatever else went wrong."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=65536))
    assert f"The disk of {tmp_path} is full (64 KiB are free): make room first." in outcome.closing(
        tmp_path / "log", "up", "sandbox"
    )


def test_a_line_says_what_is_waited_for(capsys: Captured) -> None:
    """The phase, how far it is, and the resources under way; without a terminal a line a phase."""
    with phases.Progress("up", "dev", planning=True) as progress:
        progress.advance(begun("vpc"))
        progress.advance(done("vpc", "create"))
        progress.advance(json.loads(events(preview=True)))
        progress.advance(begun("core", type_="aws:rds/instance:Instance"))
        progress.advance(begun("other"))
        progress.advance(begun("network", type_="nationgraph:network:Network"))
        assert progress.line() == "Deploying dev, waiting for core (rds Instance) and 1 more"
        progress.advance(done("other", "create"))
        assert progress.line() == "Deploying dev, 1 of 1 resources, waiting for core (rds Instance)"
        for event in failed("core", "no"):
            progress.advance(event)
    said = capsys.readouterr()
    assert said.err.splitlines() == ["Deploying dev: what would change ...", "Deploying dev ..."]
    assert said.out == ""


def test_a_phase_is_one_line(capsys: Captured) -> None:
    """For a program that reads along."""
    with phases.phase("Finding [the] engine"):
        pass
    assert capsys.readouterr().err == "Finding [the] engine ...\n"


def test_a_name_that_is_taken_is_explained(tmp_path: Path) -> None:
    """With the command, and with the shell in which it reaches an emulated account."""
    log = tmp_path / "events.jsonl"
    error = "InvalidRequestException: a secret with this name is already scheduled for deletion"
    urn = URN.format("aws:secretsmanager/secret:Secret", "audit::events")
    metadata = {
        "op": "create",
        "urn": urn,
        "type": "aws:secretsmanager/secret:Secret",
        "new": {"inputs": {"name": "audit"}},
    }
    failure = [
        {"diagnosticEvent": {"urn": urn, "message": error, "severity": "error"}},
        {"resOpFailedEvent": {"metadata": metadata}},
    ]
    log.write_text("no JSON\n" + events(*failure, result="failed"))
    said = outcome.closing(log, "up", "dev", emulated=True).splitlines()
    assert said[0] == "1 failed: audit::events."
    assert said[1].startswith("audit::events: AWS keeps the name audit until")
    assert (
        said[2] == "Type these commands in `make shell STACK=dev TARGET=sandbox`, which reaches the emulated account."
    )
    assert len(outcome.closing(log, "up", "dev").splitlines()) == 3
