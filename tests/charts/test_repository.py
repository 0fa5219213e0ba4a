"""What gates a change of the charts' repository is pinned, has the least rights, and names owners that exist."""

import json
import re
import subprocess
from typing import Any

import yaml

from cli.charts_repository import UNPINNED
from lib.yaml_file import ROOT
from models.catalog.loader import load_catalog

CHARTS = ROOT / "charts"
FILES = [
    *sorted((CHARTS / ".github" / "workflows").glob("*.yml")),
    *sorted((ROOT / ".github" / "actions").glob("*/action.yml")),
]
ALONE = ("tailscale/github-action",)
"""Actions that only the charts' repository uses: its job reaches a private endpoint."""
WORKFLOW: dict[Any, Any] = yaml.safe_load(FILES[0].read_text(encoding="utf-8"))


def test_every_action_is_pinned_by_the_commit_that_this_repository_uses() -> None:
    """The platform's own is pinned by the export, which alone knows the commit."""
    own = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    lines = [line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    pins = [line.partition("uses: ")[2] for line in lines]
    for action in (ROOT / ".github" / "actions").iterdir():
        assert pins.count(f"nationgraph/platform/.github/actions/{action.name}@{UNPINNED}") == 1
    for pin in pins:
        known = pin in own or pin.partition("@")[0] in ALONE
        assert UNPINNED in pin or (re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", pin) and known)


def test_rights_are_few_and_no_secret_is_read() -> None:
    """The job that writes the comment checks nothing out."""
    assert WORKFLOW["permissions"] == {}
    jobs = WORKFLOW["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "sums": {"contents": "read"},
        "versions": {"contents": "read"},
        "charts": {"contents": "read"},
        "comment": {"pull-requests": "write"},
    }
    assert not any("checkout" in step.get("uses", "") for step in jobs["comment"]["steps"])
    assert not any(re.search(r"secrets\.|pull_request_target", path.read_text(encoding="utf-8")) for path in FILES)


def test_every_environment_with_versions_is_checked() -> None:
    """One job each."""
    tried = WORKFLOW["jobs"]["charts"]["strategy"]["matrix"]["environment"]
    assert tried == sorted(tried, key=["dev", "staging", "production"].index)
    assert {path.stem for path in (CHARTS / "versions").glob("*.yaml")} == set(tried)


def test_workflow_audit_is_clean() -> None:
    """Zizmor finds nothing at medium or above."""
    command = [ROOT / ".venv" / "bin" / "zizmor", "--offline", "--persona", "auditor", "--format", "json", "--quiet"]
    found = subprocess.run([*command, CHARTS / ".github"], capture_output=True, text=True, check=False)
    severe = [
        one["ident"] for one in json.loads(found.stdout) if one["determinations"]["severity"] in ("Medium", "High")
    ]
    assert severe == []


def test_every_team_may_release_in_the_first_environments() -> None:
    """Its service's line is in a file of all."""
    owners = (CHARTS / "CODEOWNERS").read_text(encoding="utf-8")
    teams = {team.github for team in load_catalog().teams.values()}
    for environment in ("dev", "staging"):
        (line,) = [line for line in owners.splitlines() if line.startswith(f"/versions/{environment}.yaml")]
        assert set(re.findall(r"@(\S+)", line)) == teams
