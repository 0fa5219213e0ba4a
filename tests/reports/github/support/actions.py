"""What stands for GitHub's REST API of pull requests of a commit, workflow runs and artifacts.

Source: https://docs.github.com/en/rest/commits/commits, .../actions/workflow-runs and .../actions/artifacts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.reports.github.support.api import REPOSITORY, Api, Refused

MERGED, HEAD = "a" * 40, "b" * 40
_PULLS = re.compile(rf"/repos/{REPOSITORY}/commits/([0-9a-f]{{40}})/pulls")
_RUNS = re.compile(rf"/repos/{REPOSITORY}/actions/workflows/([\w.-]+)/runs")
_ARTIFACTS = re.compile(rf"/repos/{REPOSITORY}/actions/runs/(\d+)/artifacts")


def pull(**changes: Any) -> dict[str, Any]:
    """A pull request of the repository's own branch, merged into main."""
    head = {"sha": HEAD, "repo": {"full_name": REPOSITORY}}
    merged = {"merge_commit_sha": MERGED, "merged_at": "2026-11-29T12:00:00Z"}
    return {"number": 7, "head": head, "base": {"ref": "main"}, **merged, **changes}


def ran(number: int, **changes: Any) -> dict[str, Any]:
    """A run of the preview of the pull request's last commit."""
    about = {"head_sha": HEAD, "head_repository": {"full_name": REPOSITORY}, "event": "pull_request"}
    path = ".github/workflows/preview.yml"
    return {"id": 1000 + number, "run_number": number, "status": "completed", "path": path, **about, **changes}


@dataclass
class Actions(Api):
    """The server: pull requests by commit, runs, and artifacts by the id of their run."""

    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {MERGED: [pull()]})
    runs: list[dict[str, Any]] = field(default_factory=lambda: [ran(1)])
    artifacts: dict[int, list[str]] = field(default_factory=lambda: {1001: ["preview", "plan-production"]})
    expired: bool = False

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any, str]:
        """Status, content and links."""
        self.admitted(headers)
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if method != "GET" or body:
            raise Refused(403, "Resource not accessible by integration")
        if found := _PULLS.fullmatch(parts.path):
            if found[1] not in self.pulls:
                raise Refused(422, f"No commit found for SHA: {found[1]}")
            return self.page(self.pulls[found[1]], parse_qs(parts.query), parts.path)
        if found := _RUNS.fullmatch(parts.path):
            if found[1] != "preview.yml":
                raise Refused(404, "Not Found")
            held = [run for run in self.runs if all(run[k] == query[k] for k in ("head_sha", "event") if k in query)]
            return 200, {"total_count": len(held), "workflow_runs": held}, ""
        if found := _ARTIFACTS.fullmatch(parts.path):
            names = [name for name in self.artifacts.get(int(found[1]), []) if name == query.get("name", name)]
            made = [{"id": number, "name": name, "expired": self.expired} for number, name in enumerate(names)]
            return 200, {"total_count": len(made), "artifacts": made}, ""
        raise Refused(404, "Not Found")
