"""One preview on the sandbox and what it costs, and the stacks of which the bench measures one."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sandbox import workspace
from sandbox.workspace import Workspace

ROOT: Final = Path(__file__).resolve().parents[2]
BARE: Final = Path(__file__).parent / "bare"
COMMAND: Final = "make preview"
PR_SET_CHILD_SUBREAPER: Final = 36
"""prctl(2): processes whose parent has ended become this one's children, so that their CPU time is counted too."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One preview. ``closing`` is the time after the engine's last result, in whole seconds."""

    wall: float
    cpu: float
    closing: int
    resources: int


def adopt_orphans() -> None:
    """Count the CPU time of what outlives its parent, which a plugin of a plugin does by a moment."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def children() -> set[int]:
    """The processes that this one has started, or adopted."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def _reap(kept: Collection[int]) -> None:
    """Wait for what the engine has left behind. Plugins of plugins (the pack is one) outlive it by a moment."""
    while left := children().difference(kept):
        os.waitpid(left.pop(), 0)


def preview(opened: Workspace, *arguments: str) -> Cost:
    """One preview, while the emulated accounts and the cluster go on running.

    Raises:
        RuntimeError, subprocess.CalledProcessError: the preview failed.

    """
    whole = arguments == (COMMAND,)
    log = opened.folder / ("events.jsonl" if whole else "bench.jsonl")
    log.unlink(missing_ok=True)
    kept = children()
    wall, cpu = time.monotonic(), _cpu_seconds()
    if whole:
        said = {**os.environ, "SANDBOX_FOLDER": str(opened.folder.parent), "TARGET": "sandbox"}
        command = [sys.executable, "-m", "cli", "preview", "--stack", opened.stack]
        subprocess.run(command, cwd=ROOT, env=said, check=True, capture_output=True)
    else:
        words = workspace.operation(opened, "preview", "--event-log", str(log), *arguments)
        workspace.pulumi(opened, *words, check=True, capture=True)
    wall = time.monotonic() - wall
    _reap(kept)
    events = {kind: event for line in log.read_text().splitlines() for event in [json.loads(line)] for kind in event}
    summary, end = events["summaryEvent"], events["cancelEvent"]
    return Cost(
        wall=wall,
        cpu=_cpu_seconds() - cpu,
        closing=end["timestamp"] - summary["timestamp"],
        resources=int(sum(summary["summaryEvent"]["resourceChanges"].values())),
    )


def bare(folder: Path, count: int) -> Workspace:
    """A stack of ``count`` components and nothing else, in ``folder``, which is made."""
    project = folder / "bare"
    project.mkdir(parents=True)
    (project / "Pulumi.yaml").write_text((BARE / "Pulumi.yaml").read_text())
    (project / "__main__.py").write_text((BARE / "__main__.py").read_text())
    config = {"config": {"nationgraph-bare:components": str(count)}}
    (project / "Pulumi.sandbox.yaml").write_text(json.dumps(config))
    return workspace.open_workspace(project, "sandbox", folder / "bare-sandbox")


def registrations(platform: Workspace, folder: Path, what: str) -> Workspace:
    """The stack of ``platform``, state and all, with a program of ``tests.bench.registrations`` in ``folder``."""
    project = folder / what
    (project / "stacks").mkdir(parents=True)
    for name in ("Pulumi.yaml", f"stacks/Pulumi.{platform.stack}.yaml"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    (project / "__main__.py").write_text("from tests.bench import registrations\n\nregistrations.main()\n")
    said = {"REGISTRATIONS": what, "REGISTRATIONS_FOLDER": str(folder), "REGISTRATIONS_PLATFORM": str(ROOT)}
    return replace(platform, project=project, environment={**platform.environment, **said})
