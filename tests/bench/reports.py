"""``python -m tests.bench.reports [size ...]``: what reports cost beside a preview, at 1,000 and 5,000 resources.

In one run: ``pulumi preview`` of as many bare components (the floor of engine and SDK), the analysis of a state with
the policy pack, which an audit runs once where nothing has drifted, Checkov's start-up where it can be had, and the
comment, the page, the price and every format of the findings. Each as a ratio to the preview of its size; nothing is
asserted, since only ratios mean anything on a busy machine.
"""

import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli import deployed
from cli.target import Target
from lib.vocabulary import REQUIRED_TAG_KEYS
from reports import audit, page
from reports.change import Change
from reports.comment import build
from reports.comment.markdown import markdown
from reports.cost.estimate import estimate
from reports.drift import Drift
from reports.events import Run, Step
from reports.findings import outputs
from reports.state import Entry, exported
from sandbox import workspace
from tests.bench.previews import bare
from toolchain import cache, engine

SIZES = (1_000, 5_000)
PROJECT = Path(__file__).parents[1] / "engine" / "audited"
CHECKOV = "checkov==3.3.30"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
TAGS = dict.fromkeys(REQUIRED_TAG_KEYS, "internal")
WORLD = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
TODAY = dt.datetime.now(dt.UTC)
AROUND = build.Around(today=TODAY.date(), region="eu-central-1")


def entries(size: int, *, opened: bool) -> list[Entry]:
    """Security groups as a state holds them; where ``opened`` every second one lets everybody in."""
    made: list[Entry] = []
    for number in range(size):
        inputs = {"description": "one of many", "tags": TAGS, "ingress": [WORLD] if opened and number % 2 else []}
        urn = f"urn:pulumi:production::bare::{GROUP}::group-{number}"
        entry = {"urn": urn, "type": GROUP, "custom": True, "id": f"sg-{number}", "inputs": inputs}
        made.append({**entry, "outputs": {**inputs, "id": f"sg-{number}"}})
    return made


def opening(size: int) -> Change:
    """A change that opens every second group."""
    before, after = entries(size, opened=False), entries(size, opened=True)
    steps = [_step(*pair) for pair in zip(before, after, strict=True)]
    run = Run(preview=True, succeeded=True, seconds=1, steps=steps)
    return Change(stack="production", run=run, before=before, after=after)


def _step(old: Entry, new: Entry) -> Step:
    differs = old != new
    sides: dict[str, Any] = {"old": {"inputs": old["inputs"]}, "new": {"inputs": new["inputs"]}}
    kind, keys = ("update", ["ingress"]) if differs else ("same", [])
    return Step(operation=kind, urn=new["urn"], type=GROUP, parent="", protect=False, keys=keys, **sides)


def _timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _preview(stack: workspace.Workspace) -> None:
    workspace.pulumi(stack, *workspace.operation(stack, "preview"), check=True, capture=True)


def _comment(size: int) -> Callable[[], object]:
    change = opening(size)
    return lambda: markdown(build.report(change, None, AROUND))


def _page(size: int) -> Callable[[], object]:
    change = opening(size)
    return partial(page.render, change, build.report(change, None, AROUND))


def measured(size: int, floor: workspace.Workspace, target: Target) -> Iterator[tuple[str, float]]:
    """Name and wall seconds of each, the preview first."""
    yield "pulumi preview of components", _timed(lambda: _preview(floor))
    held = exported(
        json.dumps(
            {"deployment": {"manifest": {"version": "v3.0.0"}, "resources": entries(size, opened=True)}, "version": 3}
        )
    )
    begun = time.monotonic()
    judged = deployed.judged(target, held)
    yield "analysis by the pack (make audit)", time.monotonic() - begun
    yield "comment, dangers and price in it", _timed(_comment(size))
    yield "page", _timed(_page(size))
    yield "price alone", _timed(lambda: estimate(entries(size, opened=True), "eu-central-1"))
    report = audit.report(
        "production", TODAY, entries(size, opened=True), {"state": judged, "account": judged}, Drift()
    )
    for form, write in outputs.FORMATS.items():
        yield f"{len(report.findings):,} findings as {form}", _timed(partial(write, report))


def checkov() -> float | None:
    """Seconds until Checkov has said its version; None where it cannot be fetched."""
    uv = cache.uv() or shutil.which("uv")
    command = [str(uv), "tool", "run", "--quiet", "--from", CHECKOV, "checkov", "--version"]
    if uv is None or subprocess.run(command, capture_output=True, check=False, timeout=900).returncode:
        return None
    return _timed(lambda: subprocess.run(command, capture_output=True, check=True, timeout=300))


def main(sizes: tuple[int, ...]) -> None:
    """Measure and print."""
    table = Table(
        "what", *(f"{size:,}: wall s" for size in sizes), *(f"{size:,}: / preview" for size in sizes), box=None
    )
    with tempfile.TemporaryDirectory() as name, ExitStack() as stopping:
        opened = workspace.open_workspace(PROJECT, "production", Path(name) / "audited")
        stopping.callback(workspace.stop_account, opened)
        variables = workspace.variables(opened)
        place: dict[str, Any] = {
            "name": "sandbox",
            "stack": "production",
            "folder": opened.folder,
            "environment": variables,
        }
        target = Target(**place, binary=str(engine.find()))
        columns = []
        for size in sizes:
            floor = bare(Path(name) / str(size), size)
            stopping.callback(workspace.stop_account, floor)
            columns.append(dict(measured(size, floor, target)))
        start = checkov()
    for row in zip(*(column.items() for column in columns), strict=True):
        figures = [seconds for _, seconds in row]
        floors = [next(iter(column.values())) for column in columns]
        ratios = [f"{figure / floor:.2f}" for figure, floor in zip(figures, floors, strict=True)]
        table.add_row(row[-1][0], *(f"{figure:.2f}" for figure in figures), *ratios)
    Console(width=140).print(table)
    Console(width=140).print(
        "Checkov cannot be fetched here" if start is None else f"{CHECKOV} --version: {start:.2f} s"
    )


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
