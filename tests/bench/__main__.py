"""``python -m tests.bench [rounds]``: what a preview and the policy pack cost, as ratios within one run.

Six previews in turn, again and again after a warm-up: a bare program with as many components as the platform has
resources (the floor of engine and SDK), a plain program that declares the platform's own resources in one loop (the
floor of engine, providers and SDK), the platform, the platform with a pack that does nothing (the floor of any pack),
with the policy pack, and ``make preview`` with its comment and page. First of stacks that do not exist yet, then of the
same stacks deployed and unchanged. Medians and ratios are printed beside the aims; nothing is asserted, and the exit
code says only whether every run worked. ``tests.bench.parts`` says of what the platform's preview consists.

That a pack costs a tenth of a preview was aimed at, and cannot be reached: a pack that does nothing costs more
(docs/adr/0040-a-servicer-of-the-packs-own.md). The aim is therefore a tenth above that one.
"""

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from sandbox import workspace
from tests.bench.previews import COMMAND, ROOT, Cost, adopt_orphans, bare, preview, registrations

PACK: Final = ("--policy-pack", str(ROOT / "policy"))
EMPTY_PACK: Final = ("--policy-pack", str(Path(__file__).parent / "empty_pack"))
PLAIN: Final = "the same resources, plain"
PREVIEW_AIM, PACK_AIM, COMMAND_AIM = 1.3, 1.1, 1.3
PLUGIN_GRACE_SECONDS: Final = 5
"""What the engine waits for each plugin that does not leave when it is told to."""

Rounds = Mapping[str, Sequence[Cost]]


def _measure(platform: workspace.Workspace, floor: workspace.Workspace, folder: Path, rounds: int) -> Rounds:
    preview(registrations(platform, folder, "keep"))
    cases = {
        "bare": (floor, ()),
        PLAIN: (registrations(platform, folder, "plain"), ()),
        "platform": (platform, ()),
        "platform and empty pack": (platform, EMPTY_PACK),
        "platform and pack": (platform, PACK),
        COMMAND: (platform, (COMMAND,)),
    }
    seen: dict[str, list[Cost]] = {case: [] for case in cases}
    for number in range(rounds + 1):
        for case, (opened, arguments) in cases.items():
            measured = preview(opened, *arguments)
            if number:  # the first round warms up
                seen[case].append(measured)
    return seen


def main(rounds: int) -> None:
    """Run and print."""
    adopt_orphans()
    opened: list[workspace.Workspace] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            opened.append(workspace.open_workspace(ROOT, "sandbox", folder / "sandboxes" / "sandbox", kubernetes=True))
            platform = opened[0]
            count = preview(platform).resources
            opened.append(bare(folder, count - 1))  # both stacks are a resource themselves
            new = _measure(platform, opened[1], folder / "new", rounds)
            _print(f"{count} resources to create, medians of {rounds}", new)
            _print_aims(new, count)
            for stack in opened:
                up = workspace.operation(stack, "up", "--yes", "--skip-preview")
                workspace.pulumi(stack, *up, check=True, capture=True)
            unchanged = _measure(platform, opened[1], folder / "unchanged", rounds)
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
    plain, platform, pack = seen[PLAIN], seen["platform"], seen["platform and pack"]
    empty = seen["platform and empty pack"]
    for label, above, below in (
        ("platform / bare", platform, seen["bare"]),
        ("an empty pack / none", empty, platform),
        ("the pack / none", pack, platform),
    ):
        Console().print(_figures(label, _ratios(above, below, "wall"), _ratios(above, below, "cpu")))
    aims = (
        (f"platform / {PLAIN}", platform, plain, PREVIEW_AIM),
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
