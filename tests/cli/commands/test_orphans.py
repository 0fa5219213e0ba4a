"""``make orphans``: none is 0, some are 1, and what cannot be read is 2 and not an empty cluster."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from cli import application as cli
from cli.commands import orphans
from lib.yaml_file import ROOT
from models.versions.loader import read_versions
from reports.verdicts import UnreadableError
from stacks.model import BUDGET_KEY
from tests.reports.verdicts.support.applications import application

DEV = read_versions("dev").versions()


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command with a cluster that runs what dev lists."""
    items: list[Any] = [application(version, "dev") for version in DEV.values()]
    monkeypatch.setattr(orphans.orphans, "fetch", lambda *_: (items, []))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    (tmp_path / "config").touch()
    return ["orphans", "--environment", "dev", "--kubeconfig", str(tmp_path / "config")]


def test_none_is_said_with_what_was_compared(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Lines and Applications; the sandbox runs what dev lists."""
    assert cli.main(words) == 0
    assert f"dev: {len(DEV)} lines, {len(DEV)} Applications, no orphans." in capsys.readouterr().out
    assert cli.main(["sandbox" if word == "dev" else word for word in words]) == 0


def test_a_removed_line_is_an_orphan(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With why, and with how it is removed."""
    charts = tmp_path / "charts"
    shutil.copytree(ROOT / "charts", charts)
    path = charts / "versions" / "dev.yaml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "service: web," not in line))
    assert cli.main([*words, "--charts", str(charts)]) == 1
    out = capsys.readouterr().out
    assert "Application web" in out
    assert "no line names it" in out
    assert "delete application web" in out
    assert "remove-a-service.md" in out


def test_mistakes_are_one_sentence(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Environment, kubeconfig, a file of versions that is not there, a cluster that does not answer."""
    assert cli.main(["orphans", "--environment", "devv"]) == 2
    assert cli.main(["orphans", "--environment", "dev"]) == 2
    assert cli.main(["orphans", "--environment", "dev", "--kubeconfig", str(tmp_path / "none")]) == 2
    assert cli.main([*words, "--charts", str(tmp_path)]) == 2

    def refuse(*_: Any) -> None:
        raise UnreadableError("what is deployed cannot be read: forbidden")

    monkeypatch.setattr(orphans.orphans, "fetch", refuse)
    assert cli.main(words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5
    assert lines[-1].endswith("cannot be read: forbidden")


def test_the_page_has_the_steps_that_are_printed() -> None:
    """docs/how-to/remove-a-service.md: the setting, the command, and the one that deletes an Application."""
    page = (ROOT / "docs" / "how-to" / "remove-a-service.md").read_text(encoding="utf-8")
    assert f"{BUDGET_KEY}: 1" in page
    assert "make orphans ENVIRONMENT=dev KUBECONFIG=" in page
    (row,) = [one for one in orphans.orphans.orphans([application(DEV["web"], "dev")], [], {}) if "web" in one.what]
    command = row.fix.partition(",")[0].replace("web", "<name>")
    assert f"`{command}`" in page
