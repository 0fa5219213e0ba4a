"""A clone with a tiny program in place of the platform's, and the commands on a sandbox of its own."""

import datetime as dt
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli import gate
from cli.commands import preview
from cli.target import ROOT, Target, judged
from models.people import employees
from sandbox import workspace
from tests.support.resources import Res
from toolchain import engine

PROGRAM = Path(__file__).parents[1] / "violation"
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
class Clone:
    """A clone with the tiny program in place of the platform's, and the sandbox on which it is deployed."""

    root: Path
    folder: Path

    def holds(self, *names: str, **inputs: Any) -> None:
        """The program declares these buckets, whose policy refuses nothing."""
        self.declares(*(Res(BUCKET, name, inputs) for name in names))

    def declares(self, *resources: Res) -> None:
        """The program declares these."""
        entries = [{"type": one.type, "name": one.name, "inputs": one.inputs, "protect": False} for one in resources]
        (self.folder / "case.json").write_text(json.dumps(entries))

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
            environment={**workspace.variables(opened), **judged(self.root)},
            arguments=("--config-file", str(opened.config_file)),
        )

    def preview(self, policy: Path | str = "") -> tuple[int, str]:
        """The command's exit code and its Markdown."""
        code = preview.preview(self.target(), policy=str(policy))
        return code, (self.folder.parent / "preview.md").read_text()


def clone(path: Path) -> Path:
    """By what a pack judges, with the tiny program beside it."""
    for name in (*gate.READ, "stacks"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, path / name)
    for name in ("Pulumi.yaml", "Pulumi.production.yaml", "__main__.py"):
        shutil.copy(PROGRAM / name, path / name)
    _excuse(path, *EXCUSED)
    return path
