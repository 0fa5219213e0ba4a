"""``python -m tests.bench.audit``: what an audit costs at 1,000 and 5,000 resources, every second one with a violation.

The engine's analysis of a state with the policy pack, which an audit runs once where nothing has drifted, and the
making of each format. The formats are in CPU seconds; only ratios mean anything on a busy machine.
"""

import datetime as dt
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cli import deployed
from cli.target import Target
from lib.vocabulary import REQUIRED_TAG_KEYS
from reports import audit
from reports.drift import Drift
from reports.findings import outputs
from reports.state import exported
from sandbox import workspace
from toolchain import engine

SIZES = (1_000, 5_000)
PROJECT = Path(__file__).parents[1] / "engine" / "audited"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
TAGS = dict.fromkeys(REQUIRED_TAG_KEYS, "internal")
WORLD = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}


def state(size: int) -> dict[str, Any]:
    """As ``pulumi stack export`` writes it: security groups, every second one open to everybody."""
    entries = []
    for number in range(size):
        inputs = {"description": "one of many", "tags": TAGS, "ingress": [WORLD] if number % 2 else []}
        urn = f"urn:pulumi:production::bare::{GROUP}::group-{number}"
        entry = {"urn": urn, "type": GROUP, "custom": True, "id": f"sg-{number}", "inputs": inputs}
        entries.append({**entry, "outputs": {**inputs, "id": f"sg-{number}"}})
    return {"version": 3, "deployment": {"manifest": {"version": "v3.0.0"}, "resources": entries}}


def main() -> None:
    """Measure and print."""
    columns = ("resources", "findings", "analysis, wall s", *(f"{form}, s" for form in outputs.FORMATS))
    table = Table(*columns, title="Audit", title_justify="left", box=None)
    with tempfile.TemporaryDirectory() as folder:
        opened = workspace.open_workspace(PROJECT, "production", Path(folder))
        try:
            variables = workspace.variables(opened)
            place = {"name": "sandbox", "stack": "production", "folder": opened.folder, "environment": variables}
            target = Target(**place, binary=str(engine.find()))
            for size in SIZES:
                table.add_row(*_row(target, size))
        finally:
            workspace.stop_account(opened)
    Console(width=140).print(table)


def _row(target: Target, size: int) -> list[str]:
    held = exported(json.dumps(state(size)))
    wall = time.monotonic()
    judged = deployed.judged(target, held)
    wall = time.monotonic() - wall
    entries = (held["deployment"] or {}).get("resources") or []
    report = audit.report("production", dt.datetime.now(dt.UTC), entries, {"state": judged, "account": judged}, Drift())
    spent = []
    for write in outputs.FORMATS.values():
        begun = time.process_time()
        write(report)
        spent.append(f"{time.process_time() - begun:.2f}")
    return [f"{size:,}", f"{len(report.findings):,}", f"{wall:.1f}", *spent]


if __name__ == "__main__":
    main()
