"""The table of properties that may get worse: what policies demand, and what ``data/worse.yaml`` adds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lib import tables
from policy.facts import dangers
from policy.facts.dangers import Row
from reports.dangers.model import Kind, Severity

FILE = Path(__file__).parent / "data" / "worse.yaml"
DEMANDED: Mapping[str, tuple[Kind, Severity]] = {
    "stateful_protection": (Kind.PROTECTION, Severity.HIGH),
    "encryption_at_rest": (Kind.PROTECTION, Severity.HIGH),
    "encryption_in_transit": (Kind.PROTECTION, Severity.HIGH),
    "public_data": (Kind.EXPOSURE, Severity.CRITICAL),
    "public_sharing": (Kind.EXPOSURE, Severity.CRITICAL),
    "public_tools": (Kind.EXPOSURE, Severity.HIGH),
    "instance_metadata": (Kind.EXPOSURE, Severity.MEDIUM),
    "cluster_access": (Kind.EXPOSURE, Severity.HIGH),
}
"""By danger of the policies' table."""
OWN: Mapping[Kind, Severity] = {
    Kind.PROTECTION: Severity.HIGH,
    Kind.EXPOSURE: Severity.HIGH,
    Kind.RIGHTS: Severity.MEDIUM,
    Kind.ROTATION: Severity.HIGH,
    Kind.WATCH: Severity.MEDIUM,
}
NEW = ("public_data", "public_sharing", "public_tools")
"""Dangers that a new resource has too: it is exposed from its first moment."""

WAYS = ("less", "more", "wider", "shorter", "none", "other", "major")
"""How a value may get worse that is judged beside the one before it, as the head of ``data/worse.yaml`` says."""


@dataclass(frozen=True)
class Worse:
    """How the value of a property may get worse: a requirement, or one of ``WAYS``."""

    kind: Kind
    severity: Severity
    path: str
    row: Row | None = None
    way: str = ""
    endless: float | None = None
    new: bool = False


@cache
def _written() -> Mapping[str, Any]:
    found: Mapping[str, Any] = tables.table(FILE)
    return found


@cache
def table() -> Mapping[str, tuple[Worse, ...]]:
    """By Pulumi type."""
    found: dict[str, list[Worse]] = {}
    for danger, (kind, severity) in DEMANDED.items():
        for type_, rows in dangers.table(danger).items():
            found.setdefault(type_, []).extend(
                Worse(kind, severity, row.path, row, new=danger in NEW)
                for row in rows
                if not row.path.startswith("option")
            )
    for kind, severity in OWN.items():
        for type_, paths in _written()[kind].items():
            endless = paths.get("endless")
            for path, how in paths.items():
                if path != "endless":
                    found.setdefault(dangers.token(type_), []).extend(_own(kind, severity, path, how, endless))
    return {type_: tuple(rows) for type_, rows in found.items()}


def _own(kind: Kind, severity: Severity, path: str, how: Any, endless: float | None) -> Iterator[Worse]:
    if isinstance(how, str) and how in WAYS:
        yield Worse(kind, severity, path, way=how, endless=endless)
    else:
        yield from (Worse(kind, severity, path, row) for row in dangers.rows(path, how))


def words() -> Mapping[str, str]:
    """What follows, by the property's name."""
    found: Mapping[str, str] = _written()["words"]
    return found
