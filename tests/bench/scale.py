"""``python -m tests.bench.scale [rounds]``: 10, 100 and 1,000 services on one platform, as ratios to ten.

What grows is the catalog: a file, a runbook and a line of ``charts/versions`` for each service. Printed are the
resources of the stack, the time of a preview of what is not deployed yet, and, after each is deployed on a cluster of
its own, how long Argo CD takes to make an Application of every line, and how near the largest object comes to what etcd
takes. Nothing is asserted beside that everything worked.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from cli import delivery_lab
from cli.new_service import RUNBOOK, SERVICE
from lib.yaml_file import ROOT
from models.services.model import EXPERIMENTAL
from models.versions.loader import read_versions
from models.versions.model import Version
from sandbox import workspace
from sandbox.argocd import lab, objects
from sandbox.argocd.lab import Lab
from sandbox.kubernetes.api import Api
from sandbox.workspace import Workspace
from stacks.environments import ENVIRONMENTS

SIZES: Final = (10, 100, 1000)
STACK: Final = "sandbox"
FOLLOWED: Final = ENVIRONMENTS[STACK].versions
LARGEST_OBJECT: Final = 3 * 512 * 1024
"""Bytes of a request that etcd takes, unless told otherwise. Source: etcd documentation, "System limits"."""
KINDS: Final = ("Application", "ApplicationSet", "AppProject")
RESOURCES_AIM, PREVIEW_AIM = 1.2, 2.0
PATIENCE_SECONDS: Final = 900


@dataclass(frozen=True, kw_only=True)
class Grown:
    """A clone with so many services, and its stack."""

    size: int
    project: Path
    opened: Workspace


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Seconds, and the resources that it would make."""

    wall: float
    resources: int


@dataclass(frozen=True, kw_only=True)
class Generated:
    """Seconds until every line had an Application, and the largest object of all, in bytes."""

    seconds: float
    largest: int
    name: str


def grow(project: Path, size: int) -> None:
    """What git knows of this clone, with as many services more as ``size`` asks for."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copyfile(ROOT / name, project / name)
    known = read_versions(FOLLOWED, project / "charts").versions()
    pattern = next(iter(known.values()))
    for number in range(size - len(known)):
        name = f"service-{number:04}"
        words = {"name": name, "team": pattern.namespace, "organisation": "nationgraph"}
        (project / f"catalog/services/{name}.yaml").write_text(SERVICE.format(**words), encoding="utf-8")
        (project / f"docs/runbooks/service-{name}.md").write_text(RUNBOOK.format(**words), encoding="utf-8")
        known[name] = Version(
            service=name, tier=EXPERIMENTAL, namespace=pattern.namespace, chart=pattern.chart, image=pattern.image
        )
    lines = "".join(f"{known[name].line()}\n" for name in sorted(known))
    (project / "charts" / "versions" / f"{FOLLOWED}.yaml").write_text(lines, encoding="utf-8")


def preview(opened: Workspace) -> Preview:
    """One preview of the stack, with the policy pack of its clone. RuntimeError where it fails."""
    log = opened.folder / "bench.jsonl"
    log.unlink(missing_ok=True)
    begun = time.monotonic()
    pack = ("--policy-pack", str(opened.project / "policy"))
    command = workspace.operation(opened, "preview", "--event-log", str(log), *pack)
    workspace.pulumi(opened, *command, check=True, capture=True)
    wall = time.monotonic() - begun
    summary = next(event for line in log.open() for event in [json.loads(line)] if "summaryEvent" in event)
    return Preview(wall=wall, resources=int(sum(summary["summaryEvent"]["resourceChanges"].values())))


def generated(grown: Grown) -> Generated:
    """Deploy, and let the real Argo CD make an Application of every line."""
    opened = grown.opened
    up = workspace.operation(opened, "up", "--yes", "--skip-preview")
    workspace.pulumi(opened, *up, check=True, capture=True)
    where = Lab(folder=opened.folder)
    delivery_lab.serve(where, grown.project / "charts")
    delivery_lab.declare(where, STACK)
    begun = time.monotonic()
    lab.start(where)
    wanted = set(read_versions(FOLLOWED, grown.project / "charts").versions())
    while not wanted <= set(found := delivery_lab.states(where)):
        if time.monotonic() - begun > PATIENCE_SECONDS:
            raise RuntimeError(f"{len(found)} of {len(wanted)} Applications after {PATIENCE_SECONDS} s")
        time.sleep(0.2)
    seconds = time.monotonic() - begun
    size, name = max(_sizes(where.api, where.namespace))
    return Generated(seconds=seconds, largest=size, name=name)


def _sizes(api: Api, place: str) -> Iterator[tuple[int, str]]:
    """Bytes and name of what Argo CD has: definitions, maps, sets, projects, Applications."""
    definition = ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "")
    kinds = [("v1", "ConfigMap", place), *((delivery_lab.API, kind, place) for kind in KINDS), definition]
    for version, kind, namespace in kinds:
        for name, one in objects.listed(api, version, kind, namespace).items():
            yield len(json.dumps(one, separators=(",", ":"))), f"{kind} {name}"


def main(rounds: int) -> None:
    """Measure and print."""
    stacks: list[Grown] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for size in SIZES:
                project = Path(folder) / str(size)
                grow(project, size)
                opened = workspace.open_workspace(project, STACK, Path(folder) / f"at-{size}" / STACK, kubernetes=True)
                stacks.append(Grown(size=size, project=project, opened=opened))
            seen: dict[int, list[Preview]] = {size: [] for size in SIZES}
            for number in range(rounds + 1):
                for grown in stacks:
                    measured = preview(grown.opened)
                    if number:  # the first round warms up
                        seen[grown.size].append(measured)
            made = {}
            for grown in stacks:
                made[grown.size] = generated(grown)
                lab.stop(grown.opened.folder)
            _print(seen, made)
        finally:
            for grown in stacks:
                lab.stop(grown.opened.folder)
                workspace.stop_cluster(grown.opened)
                workspace.stop_account(grown.opened)


def _print(seen: Mapping[int, Sequence[Preview]], made: Mapping[int, Generated]) -> None:
    columns = ("services", "resources", "/ 10", "preview s", "/ 10", "all Applications s", "/ 10", "largest object")
    table = Table(*columns, title="Services on one platform", title_justify="left", box=None)
    least = SIZES[0]
    ratios: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        walls = [one.wall / ten.wall for one, ten in zip(seen[size], seen[least], strict=True)]
        count, first = seen[size][0].resources, seen[least][0].resources
        ratios[size] = count / first, statistics.median(walls)
        wall, done = statistics.median(one.wall for one in seen[size]), made[size]
        part = f"{done.largest / 1024:.0f} KiB, {done.largest / LARGEST_OBJECT:.0%} ({done.name})"
        cells: list[Any] = [size, count, f"{ratios[size][0]:.2f}", f"{wall:.1f}", f"{ratios[size][1]:.2f}"]
        cells += [f"{done.seconds:.1f}", f"{done.seconds / made[least].seconds:.1f}", part]
        table.add_row(*map(str, cells))
    Console(width=140).print(table)
    for label, value, aim in zip(
        ("resources", "preview"), ratios[SIZES[-1]], (RESOURCES_AIM, PREVIEW_AIM), strict=True
    ):
        verdict = "met" if value <= aim else "missed"
        Console().print(f"{label} at {SIZES[-1]:,} / {least}: {value:.2f}, aim at most {aim:.2f}: {verdict}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
