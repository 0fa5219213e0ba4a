"""Event logs of the real engine, shortened to a few resources, and runs made up of steps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports.events import Finding, Run, Step, parse

STACK = "urn:pulumi:production::nationgraph-platform::pulumi:pulumi:Stack::nationgraph-platform-production"


def lines(name: str) -> list[str]:
    """A log: create, finding, replace and destroy are previews, up is an update."""
    return (Path(__file__).parents[1] / "logs" / f"{name}.jsonl").read_text().splitlines(keepends=True)


def run(name: str) -> Run:
    """The only run of a log."""
    (found,) = parse(lines(name))
    return found


def step(name: str, operation: str = "update", type_: str = "aws:ec2/vpc:Vpc", **other: Any) -> Step:
    """A step of a resource right below the stack."""
    given = {"parent": STACK, "protect": False, **other}
    urn = f"urn:pulumi:production::nationgraph-platform::{type_}::{name}"
    return Step(operation=operation, urn=urn, type=type_, **given)


def finding(message: str, level: str = "mandatory", policy: str = "sec-07-no-open-ingress") -> Finding:
    """A finding about no resource, so that the message alone is shown."""
    return Finding(policy=policy, level=level, message=message, urn="")


def made_up(
    steps: Sequence[Step] = (), findings: Sequence[Finding] = (), errors: Sequence[str] = (), *, succeeded: bool = True
) -> Run:
    """A preview."""
    parents = {entry.urn: entry.parent for entry in steps}
    return Run(
        preview=True,
        succeeded=succeeded,
        seconds=1.0,
        steps=steps,
        findings=findings,
        errors=errors,
        parents=parents,
    )
