"""The workflow that promotes: who may do what, and what becomes of pull requests; GitHub is a stand-in."""

import os
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.charts_repository import AUTHOR, git
from lib.yaml_file import ROOT
from stacks.environments import PROMOTION

WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / "charts/.github/workflows/promote.yml").read_text(encoding="utf-8"))
JOBS = WORKFLOW["jobs"]
SCRIPT = JOBS["propose"]["steps"][-1]["run"]
GH = """\
#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$1 $2" in
  "pr list") cat "$GH_OPEN/${4#promote/}" 2> /dev/null || true ;;
  "pr create") echo "7${6#promote/}" > "$GH_OPEN/${6#promote/}" ;;
  "pr close") rm "$GH_OPEN/${3#7}"; git push --quiet origin --delete "promote/${3#7}" ;;
esac
"""


def test_who_reads_clusters_cannot_write_and_who_writes_reads_none() -> None:
    """No secret is kept in either."""
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "decide": {"contents": "read", "id-token": "write"},
        "propose": {"contents": "write", "pull-requests": "write", "actions": "write"},
    }
    assert "secrets." not in yaml.safe_dump(WORKFLOW)
    assert all("platform" not in step.get("uses", "") for step in JOBS["propose"]["steps"])


def test_every_environment_gets_what_the_one_before_has_verified() -> None:
    """In their order."""
    pairs = [(row["before"], row["to"]) for row in JOBS["decide"]["strategy"]["matrix"]["include"]]
    assert pairs == list(pairwise(PROMOTION))
    assert JOBS["decide"]["environment"] == "${{ matrix.before }}"


class Runner:
    """The last job's machine: a clone of a repository of charts, promotions to propose, a log of calls to GitHub."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seed, self.origin = folder, folder / "seed", folder / "origin"
        (self.seed / "versions").mkdir(parents=True)
        for stage in PROMOTION:
            (self.seed / "versions" / f"{stage}.yaml").write_text("one\ntwo\nthree\n")
        git(self.seed, "init", "--quiet", "--initial-branch", "main")
        git(self.seed, "add", "--all")
        git(self.seed, "commit", "--quiet", "--message", "seed")
        git(folder, "clone", "--quiet", "--bare", str(self.seed), str(self.origin))
        (folder / "bin").mkdir()
        (folder / "bin" / "gh").write_text(GH)
        (folder / "bin" / "gh").chmod(0o755)
        (folder / "open").mkdir()

    def propose(self, to: str, line: str | None) -> None:
        """What the first job hands over: another second line, or nothing."""
        place = self.folder / "temp" / "promotions" / f"promotion-{to}"
        place.mkdir(parents=True, exist_ok=True)
        file = self.seed / "versions" / f"{to}.yaml"
        if line:
            file.write_text(file.read_text().replace("two", line))
        patch = subprocess.run(["git", "diff"], cwd=self.seed, capture_output=True, check=True).stdout
        (place / "patch").write_bytes(patch)
        (place / "promotion.md").write_text(f"to {to}\n")
        git(self.seed, "checkout", "--quiet", ".")

    def run(self) -> list[str]:
        """Run the script in a new clone, as GitHub does; the calls to GitHub."""
        work, log = self.folder / "work", self.folder / "log"
        subprocess.run(["rm", "-rf", work, log], check=True)
        git(self.folder, "clone", "--quiet", str(self.origin), str(work))
        people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in AUTHOR.items()}
        environment = {
            **os.environ, **people, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "GH_LOG": str(log),
            "GH_OPEN": str(self.folder / "open"), "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_SHA": git(work, "rev-parse", "HEAD"), "GIT_CONFIG_GLOBAL": os.devnull,
        }  # fmt: skip
        subprocess.run(["bash", "-e", "-c", SCRIPT], cwd=work, env=environment, check=True, capture_output=True)
        return [" ".join(line.split()[:2]) for line in log.read_text().splitlines() if not line.startswith("auth")]

    def branch(self) -> str:
        """The file of staging as it is proposed."""
        return git(self.origin, "show", "promote/staging:versions/staging.yaml")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner whose origin has one commit."""
    return Runner(tmp_path)


def test_a_pull_request_is_opened_kept_renewed_and_closed(runner: Runner) -> None:
    """What is equal is not pushed again, so that approvals stay; what is not verified any more is withdrawn."""
    runner.propose("staging", "TWO")
    runner.propose("production", None)
    assert runner.run() == ["pr list", "pr list", "pr create", "workflow run"]
    assert runner.branch() == "one\nTWO\nthree"
    first = git(runner.origin, "rev-parse", "promote/staging")
    runner.propose("staging", "TWO")
    assert runner.run() == ["pr list", "pr list", "pr edit"]
    assert git(runner.origin, "rev-parse", "promote/staging") == first
    runner.propose("staging", "DOS")
    assert runner.run() == ["pr list", "pr list", "pr edit", "workflow run"]
    assert runner.branch() == "one\nDOS\nthree"
    runner.propose("staging", None)
    calls = runner.run()
    assert calls.count("pr close") == 1
    assert "pr create" not in calls
    assert git(runner.origin, "branch", "--list", "promote/*") == ""


def test_nothing_but_versions_is_taken_over(runner: Runner) -> None:
    """Whatever the patch holds."""
    (runner.seed / "service").write_text("x\n")
    git(runner.seed, "add", "--all", "--intent-to-add")
    runner.propose("staging", "TWO")
    runner.run()
    assert git(runner.origin, "diff", "--name-only", "main", "promote/staging") == "versions/staging.yaml"


def test_an_environment_that_could_not_be_read_proposes_nothing(runner: Runner) -> None:
    """And stops no other."""
    runner.propose("production", "TWO")
    assert runner.run() == ["pr list", "pr create", "workflow run"]
    assert git(runner.origin, "branch", "--list", "--format=%(refname:short)", "promote/*") == "promote/production"
