"""REV-01: nobody judges a change by rules, due dates or waivers that it brings. The real engine, on a tiny program."""

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import gate, run
from cli.commands import preview, up
from cli.target import ROOT, Target
from models.people import employees
from sandbox import workspace
from sandbox.workspace import Workspace
from toolchain import engine

pytestmark = pytest.mark.engine
PROGRAM = Path(__file__).parent / "violation"
RULE = "sec-07-s3-tls"
BUCKET = "aws:s3/bucket:Bucket"
STACK = "production"
EXCUSED = tuple(
    f"sec-07-{name}"
    for name in ("s3-public-access", "s3-encryption", "s3-versioning", "stateful-protection", "required-tags")
)
"""What else is wrong with a bucket that has nothing but its name, and was excused long ago."""


def _excuse(root: Path, *policies: str) -> None:
    """Waivers of a tree: of these policies, for the bucket."""
    owner, approver, *_ = sorted(employees() or ())
    today = dt.datetime.now(dt.UTC).date()
    common = {
        "stack": STACK,
        "resource": f"{BUCKET}::open",
        "reason": "A test.",
        "owner": owner,
        "approver": approver,
        "created": today,
        "expires": today + dt.timedelta(days=30),
    }
    lines = [f"  {key}: {value}\n" for key, value in common.items()]
    text = "".join("".join([f"- policy: {policy}\n", *lines]) for policy in policies)
    (root / "roadmap" / "waivers.yaml").write_text(text)


@dataclass
class Tree:
    """A clone with the tiny program in place of the platform's, and the sandbox on which it is deployed."""

    root: Path
    folder: Path

    def holds(self, *names: str) -> None:
        """The program declares these buckets, whose policy refuses nothing."""
        resources = [{"type": BUCKET, "name": name, "inputs": {}, "protect": False} for name in names]
        (self.folder / "case.json").write_text(json.dumps(resources))

    def waives(self) -> None:
        """Its file of waivers excuses the bucket from the rule, too."""
        _excuse(self.root, *EXCUSED, RULE)

    def git(self, *arguments: str) -> str:
        """Git in the clone, as somebody."""
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", "-C", self.root, *who, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self) -> str:
        """A commit of all that is there; its hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def target(self) -> Target:
        """The sandbox, ready."""
        opened = workspace.open_workspace(self.root, STACK, self.folder, {"CASE": str(self.folder / "case.json")})
        return Target(
            name="sandbox",
            stack=STACK,
            folder=self.folder,
            binary=str(engine.find()),
            environment=workspace.variables(opened),
            arguments=("--config-file", str(opened.config_file)),
        )

    def preview(self, policy: Path | str) -> tuple[int, str]:
        """The command's exit code and its Markdown."""
        code = preview.preview(self.target(), str(policy))
        return code, (self.folder.parent / "preview.md").read_text()


def _clone(path: Path) -> Path:
    """By what a pack judges, with the tiny program beside it."""
    for name in (*gate.READ, "stacks"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, path / name)
    for name in ("Pulumi.yaml", "Pulumi.production.yaml", "__main__.py"):
        shutil.copy(PROGRAM / name, path / name)
    _excuse(path, *EXCUSED)
    return path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The branch that a change goes to."""
    return _clone(tmp_path / "base")


@pytest.fixture
def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tree]:
    """The change, in which the commands run."""
    root, folder = _clone(tmp_path / "head"), tmp_path / "sandboxes" / STACK
    folder.mkdir(parents=True)
    monkeypatch.setattr(run, "ROOT", root)
    monkeypatch.setattr(gate, "ROOT", root)
    monkeypatch.setattr(gate, "PACK", ("--policy-pack", str(root / "policy")))
    yield Tree(root, folder)
    workspace.stop_account(Workspace(project=root, stack=STACK, folder=folder))


def test_a_waiver_that_a_change_grants_itself_does_not_help(head: Tree, base: Path) -> None:
    """The preview is refused by the rules of the other branch, and says that the change's own would let it pass."""
    head.holds("open")
    head.waives()
    assert head.preview("")[0] == 0
    code, text = head.preview(base)
    assert code != 0
    assert text.startswith(f"## Preview of `{STACK}`: blocked")
    findings, _, rules = text.partition("### This change brings other rules")
    assert f"**mandatory** `{RULE}`" in findings
    appear, _, disappear = rules.partition("They would no longer find:")
    assert "`rev-01-waived`" in appear
    assert f"**mandatory** `{RULE}`" in disappear


def test_a_waiver_that_was_merged_before_helps(head: Tree, base: Path) -> None:
    """Equal rules are tried once, and what is waived is reported."""
    head.holds("open")
    head.waives()
    shutil.copy(head.root / "roadmap" / "waivers.yaml", base / "roadmap" / "waivers.yaml")
    code, text = head.preview(base)
    assert code == 0
    assert "`rev-01-waived`" in text
    assert "brings other rules" not in text


def test_what_judges_imports_nothing_of_the_change(head: Tree, base: Path) -> None:
    """Packages of the change that break, in the folder in which the engine runs, reach neither pack nor verdict."""
    head.holds("open")
    for package in ("lib", "models", "policy"):
        for path in (head.root / package).rglob("*.py"):
            path.write_text(f"raise SystemExit('{package} of the change was imported')\n")
    code, text = head.preview(base)
    assert code != 0
    assert f"**mandatory** `{RULE}`" in text.partition("### This change brings")[0]
    assert "They do not run:" in text


def test_deployment_is_judged_by_what_was_deployed_before(head: Tree) -> None:
    """A waiver that came with its violation never counts, whatever is merged after it; one that came before does."""
    head.git("init", "--quiet")
    head.holds()
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) == 0, "before the first deployment the tree's own rules judge"

    head.holds("open")
    head.waives()
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) != 0
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) != 0, "a later commit must not bring it into force"
    assert not any(entry.get("custom") for entry in run.resources(head.target()))

    head.holds()
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) == 0
    head.holds("open")
    head.commit()
    assert up.deploy(head.target(), gate.DEPLOYED) == 0
    assert [entry["type"] for entry in run.resources(head.target()) if entry.get("custom")][-1] == BUCKET
