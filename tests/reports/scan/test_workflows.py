"""SEC-04: a workflow that a stranger could abuse, or that does not do what it says, is found."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from reports.scan import sarif
from reports.scan.scanners import SCANNERS
from tests.reports.scan.support.planted import repository, some

SCANNER = {scanner.name: scanner for scanner in SCANNERS}
PIN = "0123456789" * 4


def workflow(*steps: dict[str, Any], on: Any = "pull_request", **job: Any) -> dict[str, Any]:
    """A workflow with one job."""
    return {"name": "a", "on": on, "permissions": {}, "jobs": {"a": {"runs-on": "ubuntu-24.04", "steps": steps, **job}}}


CHECKOUT = {"uses": f"actions/checkout@{PIN}", "with": {"persist-credentials": False}}
PLANTED = {
    "title run as code": (
        workflow({"run": "echo ${{ github.event.pull_request.title }}"}), "zizmor", "zizmor/template-injection"
    ),
    "branch name run as code": (workflow({"run": "echo ${{ github.head_ref }}"}), "actionlint", "expression"),
    "code of strangers with our rights": (
        workflow(CHECKOUT, on="pull_request_target"), "zizmor", "zizmor/dangerous-triggers"
    ),
    "tag instead of commit": (workflow({"uses": "actions/setup-python@v7"}), "zizmor", "zizmor/unpinned-uses"),
    "token left in the checkout": (
        workflow({"uses": f"actions/checkout@{PIN}"}), "zizmor", "zizmor/artipacked"
    ),
    "all rights": (workflow(CHECKOUT, permissions="write-all"), "zizmor", "zizmor/excessive-permissions"),
    "environment of later steps": (
        workflow({"run": 'echo "A=$B" >> $GITHUB_ENV'}, on="pull_request_target"), "zizmor", "zizmor/github-env"
    ),
    "all secrets handed on": (
        {"name": "a", "on": "push", "permissions": {},
         "jobs": {"a": {"uses": f"a/b/.github/workflows/c.yml@{PIN}",
                        "secrets": "inherit"}}},  # pragma: allowlist secret
        "zizmor", "zizmor/secrets-inherit",
    ),
    "password in the file": (
        workflow({"run": "true"}, container={"image": f"a@sha256:{'0' * 64}",
                                             "credentials": {"username": "a", "password": some(12)}}),
        "zizmor", "zizmor/hardcoded-container-credentials",
    ),
    "unquoted variable": (workflow({"run": "rm -r $FOLDER/*"}), "actionlint", "shellcheck"),
    "need of no job": (workflow({"run": "true"}, needs="b"), "actionlint", "job-needs"),
    "event that does not exist": (workflow({"run": "true"}, on="pull_requests"), "actionlint", "events"),
    "key that GitHub ignores": (workflow({"run": "true", "shel": "sh"}), "actionlint", "syntax-check"),
    "runner that does not exist": (workflow({"run": "true"}, **{"runs-on": "ubuntu-99"}), "actionlint", "runner-label"),
    "schedule that never comes": (workflow({"run": "true"}, on={"schedule": [{"cron": "0 25 * * *"}]}),
                                  "actionlint", "events"),
}  # fmt: skip


def findings(root: Path, name: str) -> list[sarif.Finding]:
    """What a scanner finds in a repository."""
    call = SCANNER[name].call(root, {})
    done = subprocess.run(call.command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in call.codes, done.stderr
    return sarif.findings(call.convert(done.stdout), root)


def test_planted_workflows_are_found(tmp_path: Path) -> None:
    """Each by the scanner that is there for it, in its own file."""
    root = repository(tmp_path / "planted")
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    expected = {}
    for number, (content, name, rule) in enumerate(PLANTED.values()):
        path = folder / f"{number}.yml"
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        expected[str(path.relative_to(root)), name, rule] = list(PLANTED)[number]
    found = {
        (finding.path, name, finding.rule) for name in ("zizmor", "actionlint") for finding in findings(root, name)
    }
    caught = [what for key, what in expected.items() if key in found]
    print(f"zizmor and actionlint: {len(caught)} of {len(PLANTED)} planted workflows caught")
    assert sorted(set(PLANTED) - set(caught)) == []


def test_a_sound_workflow_passes(tmp_path: Path) -> None:
    """So that what is found above is found for its fault."""
    root = repository(tmp_path / "sound")
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    content = workflow(
        CHECKOUT, {"run": 'echo "$A"', "env": {"A": "${{ github.ref }}"}}, permissions={"contents": "read"}
    )
    content["jobs"]["a"]["name"] = "a"
    content["concurrency"] = {"group": "a", "cancel-in-progress": True}
    text = (
        yaml.safe_dump(content, sort_keys=False).replace(PIN, f"{PIN} # v7.0.1").replace("read", "read # to check out")
    )
    (folder / "a.yml").write_text(text, encoding="utf-8")
    assert [finding for name in ("zizmor", "actionlint") for finding in findings(root, name)] == []
