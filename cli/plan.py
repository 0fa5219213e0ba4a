"""The plan that a preview leaves for its reviewers, and the deployment that is held to it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli import gate
from cli.output import say, show
from cli.run import engine, operation
from cli.signals import CUT_SHORT
from cli.target import ROOT, Target
from reports import plan as report
from reports import preview
from reports.events import Run


@dataclass(frozen=True, kw_only=True)
class Origin:
    """By what a plan is made and judged: the tree's commit, the engine's version, the hash of the rules."""

    commit: str
    engine: str
    rules: str


def origin(target: Target, rules: Path) -> Origin:
    """The origin of plans that the pack of the tree ``rules`` judges."""
    version = engine(target, "version").stdout.strip()
    return Origin(commit=_commit(), engine=version, rules=gate.fingerprint(rules))


def of(stack: str, run: Run, made_by: Origin) -> report.Plan:
    """The plan of a preview."""
    return report.plan(run, stack, commit=made_by.commit, engine=made_by.engine, rules=made_by.rules)


def _commit() -> str:
    """The commit of this tree, with a mark where it was edited since; empty outside of a clone."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def path_of(target: Target) -> Path:
    """Where a preview leaves its plan; there is none while it runs, and none where it fails or is refused."""
    return target.folder.parent / f"plan-{target.stack}.json"


def agrees(target: Target, file: Path, pack: tuple[str, ...]) -> int:
    """0 where the deployment would do what the plan of ``file`` says; else another code, and what it would do is said.

    Raises:
        report.PlanError: the file holds no plan of the stack.

    """
    reviewed = report.read(file, target.stack)
    code, runs = operation(target, "preview", *pack)
    if code or not runs or runs[-1].blocking:
        show(*(preview.terminal(run, changes=True) for run in runs if code not in CUT_SHORT))
        return code or 1
    now = of(target.stack, runs[-1], origin(target, Path(pack[-1]).parent))
    lines = report.differences(reviewed, now)
    if not lines:
        say(f"This is what was reviewed: {len(now.steps)} operations, plan of {reviewed.commit or 'no commit'}.")
        return 0
    say("\n".join(["This is not what was reviewed; nothing was changed.", *(f"  {line}" for line in lines)]), "red")
    for line in report.made_otherwise(reviewed, now):
        say(f"Reviewed: {line}")
    say(
        "Next: deploy what was merged before it and is not deployed yet, then run this again; else open a pull request "
        "with the change that is wanted now, and have its preview reviewed.",
        "yellow",
    )
    return 1
