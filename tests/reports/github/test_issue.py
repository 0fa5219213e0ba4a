"""One issue a stack while its account drifts, the workflow's own, whatever the report holds."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reports.github import issue, text
from reports.github.client import LONGEST, GitHub, GitHubError
from tests.reports.github.support.api import REPOSITORY, TOKEN
from tests.reports.github.support.issues import Issues

ROOT = Path(__file__).parents[3]
RUN = "https://github.com/nationgraph/platform/actions/runs/7"
REPORT = "## Drift of `production`\n\nText."
MARKER = "<!-- drift: production -->"


@pytest.fixture
def api() -> Iterator[Issues]:
    """A repository without issues."""
    made = Issues()
    yield made
    made.close()


def publish(api: Issues, report: str = REPORT, stack: str = "production") -> str:
    """What was done."""
    return issue.publish(api.client(), stack, report, RUN)


def states(api: Issues) -> list[str]:
    """The state of each issue, the oldest first."""
    return [str(found["state"]) for found in api.issues]


def test_drift_opens_one_issue_which_is_edited_and_closed(api: Issues) -> None:
    """It is edited in place each night, and closed by the request that says why; new drift is a new issue."""
    assert publish(api, "") == "no drift, no issue"
    assert publish(api) == "issue 1 is opened"
    assert publish(api, "## Drift of `production`\n\nMore.") == "issue 1 is edited"
    (only,) = api.issues
    assert only["body"].startswith(f"{MARKER}\n## Drift of `production`\n\nMore.\n")
    assert only["labels"] == ["drift"]
    assert f"]({RUN})" in only["body"]

    assert publish(api, "") == "the drift is gone: issue 1 is closed"
    assert (only["state"], only["state_reason"]) == ("closed", "completed")
    assert only["body"].startswith(f"{MARKER}\n**The drift is gone:** [this run]({RUN})")
    assert "More." in only["body"]
    assert publish(api, "") == "no drift, no issue"
    assert publish(api) == "issue 2 is opened"
    assert states(api) == ["closed", "open"]
    assert [method for method, _ in api.written] == ["POST", "PATCH", "PATCH", "POST"]


@pytest.mark.parametrize(
    ("login", "type_"), [("ada", "User"), ("github-actions[bot]", "User"), ("renovate[bot]", "Bot")]
)
def test_somebody_elses_issue_is_left_alone(api: Issues, login: str, type_: str) -> None:
    """Even with the marker; nor is a pull request taken for an issue, or another stack's issue for this one's."""
    api.opened(f"{MARKER}\ntheirs", login, type_)
    api.opened(f"{MARKER}\na pull request", pull_request={"url": "..."})
    api.opened("<!-- drift: dev -->\nanother stack")
    api.opened(f"quoted: {MARKER}\nanother one")
    before = [dict(found) for found in api.issues]
    assert publish(api) == "issue 5 is opened"
    publish(api, "")
    assert api.issues[:4] == before
    assert states(api)[4] == "closed"


def test_the_issue_is_found_on_a_later_page(api: Issues) -> None:
    """Behind more open issues than a page holds."""
    publish(api)
    for _ in range(250):
        api.opened("something else", "ada", "User")
    assert publish(api) == "issue 1 is edited"
    assert len(api.issues) == 251


def test_two_runs_at_once_leave_one_issue(api: Issues, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sees none and opens one; who looks again keeps the oldest and closes the rest."""
    looked = issue.open_issues
    first = [True]

    def blind_once(github: GitHub, stack: str) -> list[Mapping[str, Any]]:
        return [] if first and first.pop() else looked(github, stack)

    api.opened(f"{MARKER}\nof the other run")
    monkeypatch.setattr(issue, "open_issues", blind_once)
    assert publish(api) == "issue 1 is opened"
    assert states(api) == ["open", "closed"]
    assert api.issues[1]["body"].startswith(f"{MARKER}\n**Goes on in #1.** It said:\n\n{REPORT}")
    api.opened(f"{MARKER}\nof a third run")
    assert publish(api) == "issue 1 is edited"
    assert states(api) == ["open", "closed", "closed"]


def test_a_long_report_is_cut_at_a_line(api: Issues) -> None:
    """Within what GitHub takes, also when it is closed with a sentence more."""
    publish(api, "\n".join(f"line {number} {'x' * 90}" for number in range(2000)))
    assert len(api.issues[0]["body"]) <= LONGEST
    assert text.CUT in api.issues[0]["body"]
    publish(api, "")
    assert len(api.issues[0]["body"]) <= LONGEST


def test_a_refusal_is_said(api: Issues) -> None:
    """Nothing is taken for absent that could not be read."""
    with pytest.raises(GitHubError, match="401 Bad credentials"):
        issue.publish(api.client("another"), "production", REPORT, RUN)


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [(REPORT, 0, "production: issue 1 is opened"), ("", 0, "no drift, no issue"), (None, 1, "nobody knows whether")],
)
def test_a_bare_python_runs_it(api: Issues, tmp_path: Path, report: str | None, code: int, said: str) -> None:
    """From a checkout, without the project's packages; a report that is missing changes nothing."""
    path = tmp_path / "drift.md"
    if report is not None:
        path.write_text(report)
    command = [sys.executable, "-I", "-S", "-c", "import runpy, sys; sys.path.insert(0, '.'); "]
    command[-1] += "runpy.run_module('reports.github.issue', run_name='__main__')"
    given = ["--stack", "production", "--report", str(path), "--run", RUN]
    variables = {"GITHUB_REPOSITORY": REPOSITORY, "GH_TOKEN": TOKEN, "GITHUB_API_URL": api.address}
    done = subprocess.run([*command, *given], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert len(api.issues) == (1 if report else 0)
