"""A rule, a ledger and a type to try the engine with."""

from collections.abc import Iterator
from typing import Any

from pulumi_policy import Severity

from models.roadmap.model import Clause, Ledger
from policy.core.engine import Framework, Rule
from policy.facts.props import Resource, get

BUCKET = "aws:s3/bucket:Bucket"
LEDGER = Ledger(
    clauses=(
        Clause(id="SEC-01", text="From the start."),
        Clause(id="SEC-06", text="From the fourth quarter.", due="2026-Q4"),
        Clause(id="REV-01", text="From the start."),
    )
)


def named(resource: Resource) -> Iterator[str]:
    """The property has to be there."""
    value = get(resource.props, "bucket")
    if not isinstance(value, str) or value.startswith("bad"):
        yield f"bucket is {value!r}, must be a name"


def rule(clause: str = "SEC-06", **changes: Any) -> Rule:
    """A rule about buckets, with changes."""
    fields: dict[str, Any] = {
        "clause": clause,
        "description": "Buckets have names.",
        "severity": Severity.HIGH,
        "frameworks": (
            Framework(name="CIS", version="3.0.0", reference="2.1"),
            Framework(name="SOC 2", version="2017", reference="CC6.1"),
        ),
        "remediation": "Name it.",
        "types": frozenset({BUCKET}),
        "check": named,
    }
    return Rule(**(fields | changes))
