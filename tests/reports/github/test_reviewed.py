"""The plan of a commit is that of the last preview of the pull request whose merge it is, or there is none."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.github import reviewed
from reports.github.reviewed import NotReviewedError
from tests.reports.github.support.actions import HEAD, MERGED, Actions, pull, ran
from tests.reports.github.support.api import REPOSITORY, TOKEN

ROOT = Path(__file__).parents[3]


@pytest.fixture
def api() -> Iterator[Actions]:
    """A merged pull request whose preview left a plan."""
    made = Actions()
    yield made
    made.close()


def found(api: Actions, commit: str = MERGED) -> int:
    """The run."""
    github = api.client()
    return reviewed.plan_run(github, reviewed.pull_request(github, commit), "production")


def test_the_last_run_of_the_last_commit_counts(api: Actions) -> None:
    """Not an older one, nor one of another commit, of a fork, or of another workflow of that name."""
    api.runs = [
        ran(1),
        ran(3),
        ran(2),
        ran(9, head_sha="c" * 40),
        ran(8, head_repository={"full_name": "evil/platform"}),
        ran(7, path=".github/workflows/other.yml"),
    ]
    api.artifacts = {1003: ["plan-production"]}
    assert found(api) == 1003


def test_another_pull_request_that_holds_the_commit_is_not_meant(api: Actions) -> None:
    """A branch that was cut from main, and a merge into another branch."""
    others = [pull(number=8, merge_commit_sha="d" * 40), pull(number=9, base={"ref": "develop"})]
    api.pulls[MERGED] = [*others, *api.pulls[MERGED], pull(number=10, merged_at=None)]
    assert found(api) == 1001


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pulls": {MERGED: []}}, "the merge of no pull requests into main"),
        ({"pulls": {MERGED: [pull(), pull(number=8)]}}, "the merge of 2 pull requests"),
        (
            {"pulls": {MERGED: [pull(head={"sha": HEAD, "repo": {"full_name": "ada/platform"}})]}},
            "came from ada/platform",
        ),
        ({"pulls": {MERGED: [pull(head={"sha": HEAD, "repo": None})]}}, "came from a fork that is gone"),
        ({"runs": []}, "no preview of its last commit"),
        ({"runs": [ran(1), ran(2, status="in_progress")]}, "run 1002, has not ended"),
        ({"runs": [ran(1), ran(2)]}, "run 1002, left no plan of production"),
        ({"artifacts": {1001: ["preview", "plan-dev"]}}, "left no plan of production"),
        ({"expired": True}, "left no plan of production"),
    ],
)
def test_what_was_not_reviewed_is_not_deployed(api: Actions, changes: dict[str, Any], said: str) -> None:
    """An older run with a plan does not stand in for the last one without."""
    for name, value in changes.items():
        setattr(api, name, value)
    with pytest.raises(NotReviewedError, match=said):
        found(api)


@pytest.mark.parametrize(
    ("commit", "code", "said"),
    [
        (MERGED, 0, "run-id=1001\n"),
        ("e" * 40, 1, "422 No commit found"),
        ("main", 2, "'main' is no whole hash"),
    ],
)
def test_a_bare_python_runs_it(api: Actions, commit: str, code: int, said: str) -> None:
    """From a checkout, without the project's packages; standard output holds the answer alone."""
    script = (
        "import runpy, sys; sys.path.insert(0, '.'); runpy.run_module('reports.github.reviewed', run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", script, "--commit", commit, "--stack", "production"]
    variables = {"GITHUB_REPOSITORY": REPOSITORY, "GH_TOKEN": TOKEN, "GITHUB_API_URL": api.address}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert (said == done.stdout) if code == 0 else (said in done.stderr and done.stdout == "")
    assert TOKEN not in done.stdout + done.stderr
