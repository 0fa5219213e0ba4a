"""``python -m tests.bench.parts [rounds]``: of what the CPU time of the platform's preview consists.

By process, for three programs that register the same resources: the platform; one loop on the SDK without the
platform's code (``plain``); the messages alone, as a program in any language could send them (``wire``), which is what
engine and providers cost. Then the platform's program by stage. First of a stack that does not exist yet, then of the
same deployed and unchanged, where account and cluster are asked too. CPU seconds, medians; a process is looked at every
few hundredths of a second, so that its last ones are missing.
"""

import json
import os
import statistics
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from sandbox import workspace
from tests.bench.previews import ROOT, adopt_orphans, children, preview, registrations

PROGRAMS: Final = ("wire", "plain", "keep")
"""The last one is the platform."""
INTERVAL_SECONDS: Final = 0.03
TICKS: Final = os.sysconf("SC_CLK_TCK")
ENGINE: Final = "engine"
NAMES: Final = {
    "sandbox.protocol.language_host": "program",
    "pulumi-resource-kubernetes": "provider of Kubernetes",
    "sandbox.aws.provider": "provider of AWS",
    "sandbox.tailscale.provider": "provider of Tailscale",
    "awscli": "AWS CLI, for the cluster's token",
    "/pulumi preview": ENGINE,
}
BESIDE: Final = {
    "sandbox.aws.emulator": "beside it: the account",
    "kube-apiserver": "beside it: API server",
    "/etcd": "beside it: etcd",
    "kube-controller-manager": "beside it: controller manager",
}
"""Servers that run before and after, and do other work meanwhile."""


def _name(names: Mapping[str, str], pid: int) -> str | None:
    command = (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return next((name for part, name in names.items() if part in command), None)


def _seconds(pid: int) -> float:
    """What a process has used itself, without its children."""
    fields = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _tree(pids: set[int]) -> Iterator[int]:
    for pid in pids:
        yield pid
        for thread in (Path("/proc") / str(pid) / "task").glob("*/children"):
            yield from _tree({int(child) for child in thread.read_text().split()})


@contextmanager
def _watched(cluster: Path) -> Iterator[dict[str, float]]:
    """CPU seconds by process of what is started inside, and of the servers whose command names ``cluster``."""
    spent: dict[str, float] = defaultdict(float)
    names, used = dict[int, str](), dict[int, float]()
    kept, servers, ended = children(), _servers(cluster), threading.Event()

    def look() -> None:
        while not ended.wait(INTERVAL_SECONDS):
            try:
                for pid in _tree(children() - kept):
                    names[pid] = _name(NAMES, pid) or names.get(pid, ENGINE)
                    used[pid] = _seconds(pid)
            except OSError:  # it ended just now
                continue

    watcher = threading.Thread(target=look)
    before = {pid: _seconds(pid) for pid in servers}
    watcher.start()
    try:
        yield spent
    finally:
        ended.set()
        watcher.join()
        for pid, seconds in used.items():
            spent[names[pid]] += seconds
        for pid, name in servers.items():
            spent[name] += _seconds(pid) - before[pid]


def _servers(folder: Path) -> Mapping[int, str]:
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            name = _name(BESIDE, int(path.name)) if str(folder).encode() in (path / "cmdline").read_bytes() else None
        except OSError:
            continue
        if name:
            found[int(path.name)] = name
    return found


def _measure(platform: workspace.Workspace, folder: Path, rounds: int, title: str) -> None:
    opened = {program: registrations(platform, folder, program) for program in PROGRAMS}
    preview(opened["keep"])  # the others read what it keeps
    seen: dict[str, list[dict[str, float]]] = {program: [] for program in PROGRAMS}
    stages: list[Mapping[str, float]] = []
    for _ in range(rounds):
        for program, place in opened.items():
            with _watched(platform.folder) as spent:
                preview(place)
            seen[program].append(spent)
        stages.append(json.loads((folder / "stages.json").read_text())["stages"])
    _print(title, seen, {stage: statistics.median(each[stage] for each in stages) for stage in stages[0]})


def _print(title: str, seen: Mapping[str, list[dict[str, float]]], stages: Mapping[str, float]) -> None:
    table = Table("CPU s", "wire", "plain", "platform", title=title, title_justify="left", box=None)
    medians = {
        program: {name: statistics.median(spent[name] for spent in rounds) for name in set().union(*rounds)}
        for program, rounds in seen.items()
    }
    names = [ENGINE, *(name for name in (*NAMES.values(), *BESIDE.values()) if name != ENGINE)]
    for name in names:
        table.add_row(name, *(f"{medians[program].get(name, 0):.2f}" for program in PROGRAMS))
    sums = [sum(seconds for name, seconds in medians[p].items() if name not in BESIDE.values()) for p in PROGRAMS]
    table.add_row("all but the servers beside it", *(f"{seconds:.2f}" for seconds in sums))
    table.add_row("platform in proportion", *(f"{sums[-1] / seconds:.2f}" for seconds in sums))
    console = Console()
    console.print(table)
    rest = medians["keep"]["program"] - sum(stages.values())
    shown = {**stages, "messages to the engine and answers": rest}
    console.print("the program's stages, CPU s: " + ", ".join(f"{name} {took:.2f}" for name, took in shown.items()))


def main(rounds: int) -> None:
    """Run and print."""
    adopt_orphans()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        platform = workspace.open_workspace(ROOT, "sandbox", folder / "sandbox", kubernetes=True)
        try:
            _measure(platform, folder / "new", rounds, "To create")
            up = workspace.operation(platform, "up", "--yes", "--skip-preview")
            workspace.pulumi(platform, *up, check=True, capture=True)
            _measure(platform, folder / "unchanged", rounds, "Deployed and unchanged")
        finally:
            workspace.stop_cluster(platform)
            workspace.stop_account(platform)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
