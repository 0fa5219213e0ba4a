"""One comment a stack, the workflow's own, edited in place, whatever the report holds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.github import comment, text
from reports.github.client import LONGEST, GitHubError
from tests.reports.github.support.api import REPOSITORY, TOKEN, Api

ROOT = Path(__file__).parents[3]
RUN = "https://github.com/nationgraph/platform/actions/runs/7"
REPORT = "## Preview of `production`: ready\n\nText."
MARKER = "<!-- preview: production -->"


@pytest.fixture
def api() -> Iterator[Api]:
    """A pull request without comments."""
    made = Api()
    yield made
    made.close()


def publish(api: Api, report: str = REPORT, stack: str = "production") -> str:
    """What was done."""
    return comment.publish(api.client(), 1, stack, report, RUN)


def test_first_run_writes_and_later_ones_edit(api: Api) -> None:
    """One comment, which begins with the marker and says where the rest is."""
    assert publish(api) == "the comment is written"
    assert publish(api, "## Preview of `production`: blocked") == "the comment is edited"
    (only,) = api.comments[1]
    assert only["body"].startswith(f"{MARKER}\n## Preview of `production`: blocked\n")
    assert f"]({RUN})" in only["body"]
    assert [method for method, _ in api.written] == ["POST", "PATCH"]


def test_nothing_changes(api: Api) -> None:
    """No comment is made for it; one that is there says so, once the change is gone."""
    assert publish(api, "") == "nothing changes: no comment"
    assert api.written == []
    publish(api)
    publish(api, "")
    (only,) = api.comments[1]
    assert only["body"].startswith(f"{MARKER}\nThis pull request changes nothing in `production` any more.")


def test_each_stack_has_its_own(api: Api) -> None:
    """Also where the report of one holds the marker of the other."""
    publish(api, f"{REPORT}\n<!-- preview: staging -->\n")
    publish(api, REPORT, "staging")
    publish(api, f"<!-- preview: production -->\n{REPORT}", "staging")
    publish(api)
    assert [held["body"].splitlines()[0] for held in api.comments[1]] == [MARKER, "<!-- preview: staging -->"]


@pytest.mark.parametrize(
    ("login", "type_"),
    [("mallory", "User"), ("github-actions", "User"), ("github-actions[bot]", "User"), ("dependabot[bot]", "Bot")],
)
def test_nobody_elses_comment_is_touched(api: Api, login: str, type_: str) -> None:
    """A person who writes the marker keeps the comment, and the workflow makes its own."""
    theirs = api.says(f"{MARKER}\nmine", login, type_)
    publish(api)
    publish(api)
    assert theirs["body"] == f"{MARKER}\nmine"
    assert len(api.comments[1]) == 2


def test_a_quoted_marker_is_another_comment(api: Api) -> None:
    """The marker counts as the first line alone: another workflow may quote it."""
    api.says(f"See this:\n{MARKER}\nold")
    api.says(f"{MARKER} and more\nold")
    publish(api)
    assert len(api.comments[1]) == 3


@pytest.mark.parametrize("before", [0, 29, 99, 100, 250])
def test_all_pages_are_looked_through(api: Api, before: int) -> None:
    """However long the discussion is."""
    for number in range(before):
        api.says(f"comment {number}", "ada", "User")
    publish(api)
    for number in range(130):
        api.says(f"comment {number}", "ada", "User")
    api.pages = 0
    assert publish(api, "other") == "the comment is edited"
    assert len(api.comments[1]) == before + 131
    assert api.pages == before // 100 + 1  # no page after the one that holds it


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
@pytest.mark.parametrize("over", [-200, 0, 1, 5_000, 2_000_000])
def test_what_is_too_long_is_cut_and_said(api: Api, letter: str, over: int) -> None:
    """GitHub refuses more than its limit."""
    line = letter * 99 + "\n"
    publish(api, (line * (1 + (LONGEST + over) // 100))[: LONGEST + over])
    (only,) = api.comments[1]
    assert len(only["body"]) <= LONGEST
    assert (text.CUT in only["body"]) is (over >= 0)
    assert f"]({RUN})" in only["body"]


def test_refusals_are_one_sentence(api: Api) -> None:
    """What was asked, what GitHub answered, and never the token."""
    with pytest.raises(GitHubError, match=r"^GET http\S+/issues/2/comments\S*: 404 Not Found$"):
        comment.publish(api.client(), 2, "production", REPORT, RUN)
    with pytest.raises(GitHubError, match="401 Bad credentials") as refused:
        comment.publish(api.client("ghs_wrong"), 1, "production", REPORT, RUN)
    assert "ghs_wrong" not in str(refused.value)
    assert "ghs_wrong" not in repr(api.client("ghs_wrong"))
    api.close()
    with pytest.raises(GitHubError, match="Connection refused"):
        publish(api)


def run(api: Api, report: Path, *python: str) -> subprocess.CompletedProcess[str]:
    """The command as the workflow runs it: another Python than ours, without a package, in a clone of the base."""
    words = ["--stack", "production", "--report", str(report), "--number", "1", "--run", RUN]
    return subprocess.run(
        [sys.executable, *python, "-m", "reports.github.comment", *words],
        cwd=ROOT,
        env={"GITHUB_REPOSITORY": REPOSITORY, "GH_TOKEN": TOKEN, "GITHUB_API_URL": api.address, "PATH": ""},
        text=True,
        capture_output=True,
        check=False,
    )


def test_command_needs_no_packages(api: Api, tmp_path: Path) -> None:
    """Nothing is installed in the job that may write."""
    report = tmp_path / "preview.md"
    report.write_text(REPORT)
    done = run(api, report, "-S")
    assert (done.returncode, done.stdout, done.stderr) == (0, "production: the comment is written\n", "")
    api.comments.clear()
    done = run(api, report, "-S")
    assert done.returncode == 1
    assert done.stderr.startswith("GET http")
    assert "Traceback" not in done.stderr


def test_report_of_any_bytes(api: Api, tmp_path: Path) -> None:
    """Controls go, what is no UTF-8 is marked, and a report that is missing is said."""
    report = tmp_path / "preview.md"
    assert "ended without a report" in comment.read(report, "production")
    assert "ended without a report" in comment.read(tmp_path, "production")
    report.write_bytes(b"\x1b[31ma\x00\xff\r\nb\tc\n")
    assert comment.read(report, "production") == "[31ma\ufffd\nb\tc"
    report.write_bytes(b" \n")
    assert comment.read(report, "production") == ""
    report.write_bytes(b"x" * 3_000_000)
    assert len(comment.read(report, "production")) == text.MOST_BYTES
