"""A seed becomes a repository with one commit; a folder of somebody else is never touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import application as cli
from cli.charts_repository import CHARTS, MIGRATIONS, UNPINNED, NotExportedError, export, git
from reports.charts.render import render


def test_exported_repository_is_complete_and_renders(tmp_path: Path) -> None:
    """Every file, one commit on main, workflows pinned to this repository's commit, nothing left to add."""
    target = tmp_path / "nationgraph-services"
    commit = export(target)
    assert git(target, "log", "--format=%H %an") == f"{commit} NationGraph platform"
    assert git(target, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(target, "status", "--porcelain") == ""
    tracked = set(git(target, "ls-files").splitlines())
    assert tracked == {path.relative_to(CHARTS).as_posix() for path in CHARTS.rglob("*") if path.is_file()}
    workflow = (target / ".github" / "workflows" / "check.yml").read_text()
    assert UNPINNED not in workflow
    assert f"charts@{git(CHARTS, 'rev-parse', 'HEAD')}" in workflow
    assert len(render("dev", target)) == len(render("dev"))
    command = ["sha256sum", "--check", "--strict", "--quiet", "checksums"]
    subprocess.run(command, cwd=target / "service", check=True, capture_output=True)


def test_exported_migrations_run_where_nothing_of_the_platform_is(tmp_path: Path) -> None:
    """Checked out as a folder of the package's name, as the workflow and the image have it."""
    target = tmp_path / "work" / "migrations"
    target.parent.mkdir()
    assert cli.main(["export-migrations", "--output", str(target)]) == 0
    assert git(target, "log", "--format=%s").startswith("feat: steps, roles and runner of ")
    tracked = set(git(target, "ls-files").splitlines())
    there = {path for path in MIGRATIONS.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert tracked == {path.relative_to(MIGRATIONS).as_posix() for path in there}
    command = [sys.executable, "-P", "-m", "migrations", "check"]
    alone = {"PATH": os.environ["PATH"], "PYTHONPATH": str(target.parent)}
    done = subprocess.run(command, cwd=target.parent, env=alone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "core: 6 steps may run\n", "")


def test_an_earlier_export_is_replaced(tmp_path: Path) -> None:
    """With one commit again."""
    export(tmp_path / "made")
    (tmp_path / "made" / "left").write_text("x")
    export(tmp_path / "made")
    assert not (tmp_path / "made" / "left").exists()
    assert git(tmp_path / "made", "rev-list", "--count", "HEAD") == "1"


@pytest.mark.parametrize("kind", ["file inside", "repository", "broken repository", "file", "link"])
def test_what_is_somebody_elses_is_refused(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And stays as it is."""
    target = tmp_path / "theirs"
    if kind == "file":
        target.write_text("mine")
    elif kind == "link":
        (tmp_path / "elsewhere").mkdir()
        target.symlink_to(tmp_path / "elsewhere")
    else:
        target.mkdir()
        (target / "notes.txt").write_text("mine")
        if kind == "repository":
            git(target, "init", "--quiet")
        elif kind == "broken repository":
            (target / ".git").mkdir()
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(NotExportedError, match="name"):
        export(target)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    assert cli.main(["export-charts", "--output", str(target)]) == 2
    assert "export-charts:" in capsys.readouterr().err


def test_charts_outside_of_a_clone_stay_unpinned(tmp_path: Path) -> None:
    """There is no commit to name."""
    (tmp_path / "charts" / ".github").mkdir(parents=True)
    (tmp_path / "charts" / ".github" / "a.yml").write_text(f"uses: a/b@{UNPINNED}\n")
    export(tmp_path / "made", tmp_path / "charts")
    assert UNPINNED in (tmp_path / "made" / ".github" / "a.yml").read_text()


def test_command_says_where_and_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And asks for a folder."""
    assert cli.main(["export-charts"]) == 2
    assert "OUTPUT not given" in capsys.readouterr().err
    assert cli.main(["export-charts", "--output", str(tmp_path / "made")]) == 0
    assert "on main" in capsys.readouterr().out
