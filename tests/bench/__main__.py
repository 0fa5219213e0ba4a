"""``python -m tests.bench [rounds]``: what a preview and the policy pack cost, as ratios within one run.

Five previews in turn, A B C D E A B C D E, after a warm-up: a bare program with as many components as the platform has
resources (the floor of engine and SDK), the platform, the platform with a pack that does nothing (the floor of any
pack), with the policy pack, and ``make preview`` with its comment and page. First of stacks that do not exist yet, the
case that the aims are about, then of the same stacks deployed and unchanged. Medians and ratios are printed beside the
aims; nothing is asserted, and the exit code says only whether every run worked.

That a pack costs a tenth of a preview was aimed at, and cannot be reached: a pack that does nothing costs more
(docs/adr/0040-a-servicer-of-the-packs-own.md). The aim is therefore a tenth above that one.
"""

import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox import workspace

ROOT = Path(__file__).resolve().parent.parent.parent
BARE = Path(__file__).parent / "bare"
PACK = ("--policy-pack", str(ROOT / "policy"))
EMPTY_PACK = ("--policy-pack", str(Path(__file__).parent / "empty_pack"))
PREVIEW_AIM, PACK_AIM, COMMAND_AIM = 2.0, 1.1, 1.3
COMMAND = "make preview"
PLUGIN_GRACE_SECONDS = 5
"""What the engine waits for each plugin that does not leave when it is told to."""
PR_SET_CHILD_SUBREAPER = 36
"""prctl(2): processes whose parent has ended become this one's children, so that their CPU time is counted too."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One preview. ``closing`` is the time after the engine's last result, in whole seconds."""

    wall: float
    cpu: float
    closing: int
    resources: int


Rounds = Mapping[str, Sequence[Cost]]


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def _reap(kept: Collection[int]) -> None:
    """Wait for what the engine has left behind. Plugins of plugins (the pack is one) outlive it by a moment."""
    while left := _children().difference(kept):
        os.waitpid(left.pop(), 0)


def _preview(opened: workspace.Workspace, *arguments: str) -> Cost:
    """One preview, while the emulated accounts and the cluster go on running.

    Raises:
        RuntimeError, subprocess.CalledProcessError: the preview failed.

    """
    whole = arguments == (COMMAND,)
    log = opened.folder / ("events.jsonl" if whole else "bench.jsonl")
    log.unlink(missing_ok=True)
    kept = _children()
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


def bare(folder: Path, count: int) -> workspace.Workspace:
    """A stack of ``count`` components and nothing else, in ``folder``, which is made."""
    project = folder / "bare"
    project.mkdir(parents=True)
    (project / "Pulumi.yaml").write_text((BARE / "Pulumi.yaml").read_text())
    (project / "__main__.py").write_text((BARE / "__main__.py").read_text())
    config = {"config": {"nationgraph-bare:components": str(count)}}
    (project / "Pulumi.sandbox.yaml").write_text(json.dumps(config))
    return workspace.open_workspace(project, "sandbox", folder / "bare-sandbox")


def _measure(platform: workspace.Workspace, floor: workspace.Workspace, rounds: int) -> Rounds:
    cases = {
        "bare": (floor, ()),
        "platform": (platform, ()),
        "platform and empty pack": (platform, EMPTY_PACK),
        "platform and pack": (platform, PACK),
        COMMAND: (platform, (COMMAND,)),
    }
    seen: dict[str, list[Cost]] = {case: [] for case in cases}
    for number in range(rounds + 1):
        for case, (opened, arguments) in cases.items():
            measured = _preview(opened, *arguments)
            if number:  # the first round warms up
                seen[case].append(measured)
    return seen


def main(rounds: int) -> None:
    """Run and print."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    opened: list[workspace.Workspace] = []
    with tempfile.TemporaryDirectory() as name:
        try:
            opened.append(
                workspace.open_workspace(ROOT, "sandbox", Path(name) / "sandboxes" / "sandbox", kubernetes=True)
            )
            platform = opened[0]
            count = _preview(platform).resources
            opened.append(bare(Path(name), count - 1))  # both stacks are a resource themselves
            new = _measure(platform, opened[1], rounds)
            _print(f"{count} resources to create, medians of {rounds}", new)
            _print_aims(new, count)
            for stack in opened:
                up = workspace.operation(stack, "up", "--yes", "--skip-preview")
                workspace.pulumi(stack, *up, check=True, capture=True)
            unchanged = _measure(platform, opened[1], rounds)
            _print(f"{count} resources deployed and unchanged, medians of {rounds}", unchanged)
            _print_aims(unchanged, count)
            _print_closing([cost for seen in (new, unchanged) for costs in seen.values() for cost in costs])
        finally:
            for stack in opened:
                workspace.stop_cluster(stack)
                workspace.stop_account(stack)


def _ratios(numerator: Sequence[Cost], denominator: Sequence[Cost], measure: str) -> list[float]:
    """Round by round: what ran at about the same time met about the same load."""
    return [getattr(a, measure) / getattr(b, measure) for a, b in zip(numerator, denominator, strict=True)]


def _print(title: str, seen: Rounds) -> None:
    columns = ("preview", "wall s", "CPU s", "wall / bare", "CPU / bare")
    table = Table(*columns, title=title, title_justify="left", box=None)
    for case, runs in seen.items():
        figures = [statistics.median(getattr(run, measure) for run in runs) for measure in ("wall", "cpu")]
        figures += [statistics.median(_ratios(runs, seen["bare"], measure)) for measure in ("wall", "cpu")]
        table.add_row(case, *(f"{figure:.2f}" for figure in figures))
    Console().print(table)


def _figures(label: str, wall: Sequence[float], cpu: Sequence[float]) -> str:
    middle = statistics.median(wall)
    return f"{label}: {middle:.2f} ({min(wall):.2f} to {max(wall):.2f}; CPU {statistics.median(cpu):.2f})"


def _verdict(label: str, wall: Sequence[float], cpu: Sequence[float], aim: float) -> str:
    verdict = "met" if statistics.median(wall) <= aim else "missed"
    return f"{_figures(label, wall, cpu)}, aim at most {aim:.2f}: {verdict}"


def _print_aims(seen: Rounds, count: int) -> None:
    bare, platform, pack = seen["bare"], seen["platform"], seen["platform and pack"]
    empty = seen["platform and empty pack"]
    for label, above in (("an empty pack / none", empty), ("the pack / none", pack)):
        Console().print(_figures(label, _ratios(above, platform, "wall"), _ratios(above, platform, "cpu")))
    aims = (
        ("platform / bare", platform, bare, PREVIEW_AIM),
        ("the pack / an empty pack", pack, empty, PACK_AIM),
        ("make preview / the engine's with the pack", seen[COMMAND], pack, COMMAND_AIM),
    )
    for label, above, below, aim in aims:
        Console().print(_verdict(label, _ratios(above, below, "wall"), _ratios(above, below, "cpu"), aim))
    for label, runs in (("an empty pack", empty), ("the pack", pack)):
        wall, cpu = (
            statistics.median(getattr(a, measure) - getattr(b, measure) for a, b in zip(runs, platform, strict=True))
            for measure in ("wall", "cpu")
        )
        milliseconds = f"{1000 * wall / count:.1f} ms, {1000 * cpu / count:.1f} ms of CPU"
        Console().print(f"{label} for each resource: {milliseconds}, its start included")


def _print_closing(costs: Sequence[Cost]) -> None:
    longest = max(cost.closing for cost in costs)
    Console().print(
        f"closing the plugins: {longest} s at most in {len(costs)} previews, aim under {PLUGIN_GRACE_SECONDS} s, what "
        f"the engine waits for one that does not leave: {'met' if longest < PLUGIN_GRACE_SECONDS - 1 else 'missed'}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5)
