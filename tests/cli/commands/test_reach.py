"""``make reach``: from the state of the stack, or from exported ones."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import application as cli
from cli import target
from cli.commands import preview
from lib import urn as urns
from tests.cli.conftest import Account
from tests.cli.support.programs import FakeEngine, events
from tests.policy.support.topologies import admits, stack, tcp
from tests.reports.support.states import exported
from tests.reports.test_pods import CLUSTER

BASE, WIDE = exported(stack()), exported(stack(db_sg=admits(tcp(5432, "10.0.0.0/23"))))
Captured = pytest.CaptureFixture[str]


def saved(path: Path, resources: list[dict[str, Any]]) -> Path:
    """A state as ``pulumi stack export`` writes it."""
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    return path


def run(*options: str) -> int:
    """The command's exit code."""
    return cli.main(["reach", "--stack", "dev", "--target", "sandbox", *options])


def test_state_of_the_stack_is_read(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """Through the engine; a path that no grant names is an exit code of 1."""
    monkeypatch.setenv("SANDBOX_FOLDER", str(engine.folder / "folder"))
    monkeypatch.setattr(target, "open_target", lambda *_: engine.target())
    engine.holds(BASE)
    assert run() == 0
    assert "1 paths into 1 targets, 0 that no grant names" in capsys.readouterr().out
    engine.holds(WIDE)
    assert run("--format", "json") == 1
    assert [row["who"] for row in json.loads(capsys.readouterr().out)["paths"]] == ["private tier", "public tier"]


def test_two_exported_states_are_compared(tmp_path: Path, capsys: Captured) -> None:
    """Without any engine."""
    given = ["--state", str(saved(tmp_path / "now.json", WIDE)), "--against", str(saved(tmp_path / "then.json", BASE))]
    assert run(*given, "--format", "markdown") == 1
    assert "| + | `orders` | `public tier` |" in capsys.readouterr().out


def test_a_page_of_a_state(tmp_path: Path, capsys: Captured) -> None:
    """In HTML, with what another state had; the exit code is that of the other forms."""
    given = ["--state", str(saved(tmp_path / "now.json", WIDE)), "--against", str(saved(tmp_path / "then.json", BASE))]
    assert run(*given, "--format", "html") == 1
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "2 paths into 1 targets, 1 that no grant names; 1 new, 0 gone." in page
    assert f"<h1>Who can reach what in {urns.stack(WIDE[0]['urn'])}</h1>" in page


@pytest.mark.parametrize("text", ["{", "[]", '{"deployment": null}'])
def test_what_is_no_state_is_named(tmp_path: Path, text: str, capsys: Captured) -> None:
    """With the command that writes one."""
    (tmp_path / "state.json").write_text(text)
    assert run("--state", str(tmp_path / "state.json")) == 2
    assert re.search(r"state\.json: not an exported state .*pulumi stack export", capsys.readouterr().err)


def test_preview_tells_what_changes(engine: FakeEngine, account: Account) -> None:
    """The comment for the pull request says which paths come and go."""
    (group,) = [entry for entry in BASE if entry["urn"].endswith("::db-sg")]
    new = {"inputs": {**group["inputs"], "ingress": [tcp(5432, "10.0.0.0/24")]}, "urn": group["urn"]}
    update = {"op": "update", "urn": group["urn"], "type": group["type"], "new": new, "old": {"urn": group["urn"]}}
    engine.does("preview", events({"resOutputsEvent": {"metadata": update}}, preview=True))
    engine.holds(BASE)
    assert preview.preview(engine.target()) == 0
    text = (engine.folder / "stacks" / "preview.md").read_text()
    assert "### Who can reach what" in text
    assert "- `public tier` newly reaches `tcp 5432` of `orders`, which no grant names: " in text
    assert "- `private tier` no longer reaches `tcp 5432` of `orders`" in text


def test_preview_tells_pods_apart_where_something_changes(engine: FakeEngine, account: Account) -> None:
    """The charts are rendered for it; without a cluster in the state they are not."""
    base = exported(stack(CLUSTER))
    (group,) = [entry for entry in base if entry["urn"].endswith("::db-sg")]
    new = {"inputs": {**group["inputs"], "ingress": []}, "urn": group["urn"]}
    update = {"op": "update", "urn": group["urn"], "type": group["type"], "new": new, "old": {"urn": group["urn"]}}
    engine.does("preview", events({"resOutputsEvent": {"metadata": update}}, preview=True))
    engine.holds(base)
    assert preview.preview(engine.target()) == 0
    text = (engine.folder / "stacks" / "preview.md").read_text()
    assert "- `rest of private tier` no longer reaches `tcp 5432` of `orders`" in text
