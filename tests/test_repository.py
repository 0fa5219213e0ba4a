"""DEV-02, DEV-03, DEV-04, SEC-04: what gates a change is pinned, has the least rights, and bites."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.review.inputs import FOCUS

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = ROOT / ".venv" / "bin"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]

RUNS = {
    "check": {"check": ["make check"]},
    "test": {"test": ["make test"]},
    "preview": {
        "preview": ["make preview STACK=production", "make preview STACK=production AGAINST=../base POLICY=../base"]
    },
    "deploy": {"deploy": ["make up STACK=production POLICY=deployed PLAN=reviewed/plan-production.json"]},
    "drift": {"drift": ["make drift STACK=production OUTPUT=drift.md"]},
    "scan": {"scan": ["make scan"]},
    "audit": {
        "audit": ["make audit-rotation STACK=production FORMAT=junit OUTPUT=rotation.xml"],
        "policies": ["make audit STACK=production FORMAT=all OUTPUT=findings"],
        "upload": [],
    },
    "review": {
        "review": [
            *(
                f"make policy-charts STACK={stack} FORMAT=json OUTPUT=evidence/charts-{stack}.json"
                for stack in ("dev", "staging", "production")
            ),
            "make cost FORMAT=json > evidence/cost.json",
            "make scorecard EVIDENCE=evidence WRITE=yes FORMAT=html OUTPUT=scorecard.html",
            "make review EVIDENCE=evidence FEEDBACK=feedback.json",
        ]
    },
}
WRITES = {
    ("preview", "preview", "id-token"),
    ("preview", "comment", "pull-requests"),
    ("deploy", "deploy", "id-token"),
    ("audit", "audit", "id-token"),
    ("audit", "policies", "id-token"),
    ("audit", "upload", "security-events"),
    ("scan", "upload", "security-events"),
    ("drift", "drift", "id-token"),
    ("drift", "issue", "issues"),
    ("review", "pull-request", "contents"),
    ("review", "pull-request", "pull-requests"),
}
BASE = {"ref": "${{ github.event.pull_request.base.sha }}"}
CHECKOUTS: dict[tuple[str, str], tuple[dict[str, object], ...]] = {
    ("scan", "scan"): ({"fetch-depth": 0},),
    ("deploy", "deploy"): ({"fetch-depth": 0},),
    ("preview", "preview"): ({"path": "base", **BASE}, {"path": "head"}),
    ("preview", "comment"): (BASE,),
}
"""What is checked out where it is not the commit of the run alone."""
READS = {
    ("scan", "upload", "actions"),
    ("audit", "upload", "actions"),
    ("review", "feedback", "actions"),
    ("deploy", "reviewed", "actions"),
    ("deploy", "reviewed", "pull-requests"),
    ("review", "feedback", "issues"),
}
"""Beside ``contents``, which every job may read."""


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The finished process, whatever its exit status."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # hooks that are modules of ours, from another folder
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)


def hook(hook_id: str) -> list[str]:
    """The command of a hook, its program as an absolute path."""
    (entry,) = [hook["entry"] for repo in HOOKS for hook in repo["hooks"] if hook["id"] == hook_id]
    program, *arguments = shlex.split(entry)
    return [str(ROOT / program), *arguments]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Path:
    """Each workflow in turn."""
    path: Path = request.param
    return path


def parsed(workflow: Path) -> dict[Any, Any]:
    """A workflow as GitHub reads it; YAML 1.1 reads the key ``on`` as true."""
    content: dict[Any, Any] = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return content


def steps(workflow: Path) -> list[dict[str, Any]]:
    """The steps of all jobs."""
    return [step for job in parsed(workflow)["jobs"].values() for step in job["steps"]]


def test_the_workflows_are_these() -> None:
    """A new workflow is a decision about rights and is entered here."""
    assert {path.stem for path in WORKFLOWS} == set(RUNS)


def test_every_action_is_pinned_by_commit_and_names_its_version(workflow: Path) -> None:
    """A tag can be moved to other code; a commit cannot."""
    lines = [line for line in workflow.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert lines
    loose = [line for line in lines if not re.search(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)]
    assert loose == []


def test_one_action_has_one_version() -> None:
    """Workflows that use the same action use the same commit."""
    used = {step["uses"] for path in WORKFLOWS for step in steps(path) if "uses" in step}
    actions = [pin.partition("@")[0] for pin in used]
    assert sorted(actions) == sorted(set(actions))


def test_permissions_start_at_none_and_writes_are_listed(workflow: Path) -> None:
    """A job without permissions of its own, or with a write that is not listed above, fails."""
    content = parsed(workflow)
    assert content["permissions"] == {}
    for name, job in content["jobs"].items():
        assert job["permissions"], name
        granted = {(workflow.stem, name, what) for what, how in job["permissions"].items() if how != "read"}
        assert granted <= WRITES
        read = {what for what, how in job["permissions"].items() if how == "read"} - {"contents"}
        assert {(workflow.stem, name, what) for what in read} <= READS


def test_jobs_end_and_leave_no_credentials(workflow: Path) -> None:
    """Jobs have a time limit, runs of one branch replace or await each other, the checkout keeps no token."""
    content = parsed(workflow)
    assert content["concurrency"]["group"].startswith(workflow.stem)
    assert content["concurrency"]["cancel-in-progress"] is (workflow.stem != "deploy")
    assert all(0 < job["timeout-minutes"] <= 90 for job in content["jobs"].values())
    named = [((workflow.stem, name), step) for name, job in content["jobs"].items() for step in job["steps"]]
    for name, step in named:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"].pop("persist-credentials") is False
            assert step["with"] in CHECKOUTS.get(name, ({},))


def test_workflows_run_what_people_run(workflow: Path) -> None:
    """CI has no steps of its own: each job runs the target that a person runs."""
    for name, expected in RUNS[workflow.stem].items():
        commands = [step["run"] for step in parsed(workflow)["jobs"][name]["steps"] if "run" in step]
        assert commands == expected
        for target in (command.split()[1] for command in commands):
            assert (ROOT / "cli" / "commands" / f"{target.replace('-', '_')}.py").is_file()


def test_the_cloud_is_reached_by_the_pinned_engine_or_not_at_all() -> None:
    """Preview and deployment install the engine of pyproject.toml and cannot fall back to the emulated account."""
    (pinned,) = re.findall(r'"pulumi==([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name in ("preview", "deploy", "drift"):
        whole = parsed(ROOT / f".github/workflows/{name}.yml")["jobs"][name]
        job, given = whole["steps"], whole.get("env", {})
        (engine,) = [step["with"] for step in job if step.get("uses", "").startswith("pulumi/actions@")]
        assert engine == {"pulumi-version": pinned}
        for command in (step for step in job if "run" in step):
            assert {**given, **command.get("env", {})}["TARGET"] == "aws"


def test_no_long_lived_credentials(workflow: Path) -> None:
    """The cloud is reached by OIDC: no stored secret is read, and no event hands one to a fork."""
    text = workflow.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert not re.search("pull_request_target|workflow_run|access-key", text)


def test_forks_get_no_cloud_and_previews_cannot_write() -> None:
    """The job with a pull request's code holds no write of GitHub's; the one that writes runs none of that code."""
    jobs = parsed(ROOT / ".github/workflows/preview.yml")["jobs"]
    assert jobs["preview"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    steps = jobs["comment"]["steps"]
    (tree,) = [step["with"] for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert tree == {"persist-credentials": False, **BASE}
    (command,) = [step["run"] for step in steps if "run" in step]
    assert command.startswith("python3 -m reports.github.comment --stack production ")
    assert "${{" not in command


def test_what_is_deployed_was_reviewed() -> None:
    """The plan of the preview reaches the deployment from a job that holds no token of the cloud."""
    previewed = parsed(ROOT / ".github/workflows/preview.yml")["jobs"]["preview"]["steps"]
    (left,) = [step["with"] for step in previewed if step.get("with", {}).get("name") == "plan-production"]
    assert left["if-no-files-found"] == "error"
    jobs = parsed(ROOT / ".github/workflows/deploy.yml")["jobs"]
    assert "id-token" not in jobs["reviewed"]["permissions"]
    assert jobs["deploy"]["needs"] == "reviewed"
    taken = [step["with"] for step in jobs["reviewed"]["steps"] if "download-artifact" in step.get("uses", "")]
    assert [(step["name"], step["run-id"]) for step in taken] == [
        ("plan-production", "${{ steps.preview.outputs.run-id }}")
    ]


def test_who_looks_for_drift_writes_no_issue() -> None:
    """The job that writes has no token of the cloud and runs nothing but the script that takes the report as data."""
    jobs = parsed(ROOT / ".github/workflows/drift.yml")["jobs"]
    assert jobs["issue"]["permissions"] == {"contents": "read", "issues": "write"}
    (command,) = [step["run"] for step in jobs["issue"]["steps"] if "run" in step]
    assert command.startswith("python3 -m reports.github.issue --stack production ")
    assert "${{" not in command


def test_who_reviews_cannot_write_and_who_writes_runs_nothing_of_ours() -> None:
    """Issues are text of anybody: they meet neither a token that writes nor, on their way, a shell."""
    jobs = parsed(ROOT / ".github/workflows/review.yml")["jobs"]
    assert jobs["feedback"]["permissions"] == {"actions": "read", "issues": "read"}
    assert jobs["review"]["permissions"] == {"contents": "read"}
    fetched = " ".join(step["run"] for step in jobs["feedback"]["steps"] if "run" in step)
    assert "--name policies" in fetched, "what audit.yml leaves"
    assert "mv policies/findings.json evidence/production.json" in fetched
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert not any("${{" in script for script in scripts)
    writer = [step["run"] for step in jobs["pull-request"]["steps"] if "run" in step]
    assert not any(word in script for script in writer for word in ("make", "python", "uv "))


def test_the_form_of_feedback_asks_what_the_review_reads() -> None:
    """The same words for the same focus, and the label by which the workflow finds them."""
    form = parsed(ROOT / ".github" / "ISSUE_TEMPLATE" / "feedback.yml")
    assert form["labels"] == ["feedback"]
    (focus,) = [part["attributes"] for part in form["body"] if part.get("id") == "focus"]
    assert (focus["label"], tuple(focus["options"])) == ("Focus", FOCUS)


def test_deployment_needs_the_environment_and_main() -> None:
    """The trust of the deploy role names this environment; its reviewers are the approval."""
    content = parsed(ROOT / ".github/workflows/deploy.yml")
    assert content[True] == {"push": {"branches": ["main"]}}
    assert content["jobs"]["deploy"]["environment"] == "production"


def test_workflow_audit_is_clean() -> None:
    """Zizmor finds nothing at medium or above, nor anything it has no severity for."""
    found = run(BIN / "zizmor", "--offline", "--persona", "auditor", "--format", "json", "--quiet", ".github")
    severe = [
        f["ident"] for f in json.loads(found.stdout) if f["determinations"]["severity"] not in {"Informational", "Low"}
    ]
    assert severe == []


def test_workflow_audit_bites(tmp_path: Path) -> None:
    """The hook's own command fails on a workflow that runs the title of a pull request as code."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    step = {"run": "echo ${{ github.event.pull_request.title }}"}
    content = {"on": "pull_request_target", "jobs": {"a": {"runs-on": "ubuntu-24.04", "steps": [step]}}}
    (folder / "a.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    found = run(*hook("zizmor"), cwd=tmp_path)
    assert found.returncode != 0
    assert "template-injection" in found.stdout


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("aws_access_key_id = " + "AKIA" + "IOSFODNN7SECRETS", True),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", True),
        ('password = "' + "hunter2-but-longer" + '"', True),
        ('region = "eu-central-1"', False),
    ],
    ids=["access-key", "private-key", "password", "harmless"],
)
def test_secret_hook_catches_a_planted_secret(tmp_path: Path, text: str, caught: bool) -> None:  # noqa: FBT001
    """The hook's own command, with a copy of the committed baseline, fails on a secret and on nothing else."""
    (tmp_path / "settings.py").write_text(text + "\n", encoding="utf-8")
    shutil.copy(ROOT / ".secrets.baseline", tmp_path)
    run("git", "init", "--quiet", cwd=tmp_path)
    run("git", "add", ".", cwd=tmp_path)
    found = run(*hook("detect-secrets"), "settings.py", cwd=tmp_path)
    assert (found.returncode, "settings.py:1" in found.stdout) == (int(caught), caught), found.stdout + found.stderr
    assert text not in found.stdout


def test_secret_hook_lets_lines_move(tmp_path: Path) -> None:
    """What is in the baseline may stand anywhere in its file; another secret there, or it elsewhere, may not."""
    secret = 'password = "' + "hunter2-but-longer" + '"\n'
    (tmp_path / "settings.py").write_text(secret, encoding="utf-8")
    run("git", "init", "--quiet", cwd=tmp_path)
    run("git", "add", ".", cwd=tmp_path)
    baseline = run(BIN / "detect-secrets", "scan", cwd=tmp_path).stdout
    (tmp_path / ".secrets.baseline").write_text(baseline, encoding="utf-8")
    run("git", "add", ".", cwd=tmp_path)
    (tmp_path / "settings.py").write_text("# ours\n" + secret, encoding="utf-8")
    assert run(*hook("detect-secrets"), "settings.py", cwd=tmp_path).returncode == 0
    assert (tmp_path / ".secrets.baseline").read_text(encoding="utf-8") == baseline
    (tmp_path / "settings.py").write_text(secret + secret.replace("hunter2", "hunter3"), encoding="utf-8")
    (tmp_path / "other.py").write_text(secret, encoding="utf-8")
    for name in ("settings.py", "other.py"):
        assert run(*hook("detect-secrets"), name, cwd=tmp_path).returncode == 1


def test_hooks_fetch_nothing() -> None:
    """Every hook is local and runs a program that uv.lock pins."""
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    hooks = [hook for repo in HOOKS for hook in repo["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    programs = {shlex.split(hook["entry"])[0] for hook in hooks} - {"sh"}
    assert [program for program in programs if not (ROOT / program).exists()] == []


def test_code_owners_name_paths_that_exist() -> None:
    """A rule for a folder that has moved protects nothing; the first rule owns everything."""
    lines = (ROOT / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    assert rules[0] == ["*", "@nationgraph/platform"]
    assert [pattern for pattern, *_ in rules[1:] if not (ROOT / pattern.strip("/")).exists()] == []
    assert all(owner.startswith("@nationgraph/") for _, *owners in rules for owner in owners)


def test_scripts_and_data_keep_their_line_ends() -> None:
    """Whatever ``core.autocrlf`` says: they go into machines, into hashes and through parsers."""
    names = run("git", "ls-files", "-z").stdout.rstrip("\0")
    done = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", "eol"], cwd=ROOT, input=names, capture_output=True, text=True, check=True
    )
    fields = done.stdout.rstrip("\0").split("\0")
    kept = dict(zip(fields[::3], fields[2::3], strict=True))
    assert [name for name, end in kept.items() if end != "lf" and not name.endswith((".png", ".zip"))] == []
