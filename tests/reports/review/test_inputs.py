"""Issues are read as ``gh`` exports them."""

import json
from pathlib import Path

import pytest

from reports.review.inputs import issues

ISSUE = {
    "number": 3,
    "title": "x",
    "url": "https://github.com/nationgraph/platform/issues/3",
    "state": "OPEN",
    "createdAt": "2026-11-02T10:00:00Z",
    "body": "### Focus\r\n\r\nsimplicity\r\n\r\n### What happened\r\n\r\n### Focus\r\n\r\nsecurity",
    "labels": [{"name": "feedback"}],
}


def test_issues_are_in_order_with_their_focus(tmp_path: Path) -> None:
    """The first answer counts; what a person writes below is theirs."""
    path = tmp_path / "issues.json"
    path.write_text(json.dumps([ISSUE, {**ISSUE, "number": 1, "body": "free text", "state": "CLOSED"}]))
    first, second = issues(path)
    assert (first.number, first.focus, first.open) == (1, "not said", False)
    assert (second.number, second.focus, second.open) == (3, "simplicity", True)


@pytest.mark.parametrize(
    ("text", "why"),
    [(None, "cannot be read"), ("{", "JSON"), ("{}", "list"), ('[{"number": 1}]', "0.title: Field required")],
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str | None, why: str) -> None:
    """In one line, with the command that writes one."""
    path = tmp_path / "issues.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RuntimeError, match="gh issue list --label feedback") as error:
        issues(path)
    assert why in str(error.value)
    assert "\n" not in str(error.value)
