"""What guards or watches another resource and goes: ``data/companions.yaml``, one row a type."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lib import tables
from policy.facts.dangers import token
from policy.facts.props import UNKNOWN, get
from reports.dangers.comparison import Comparison, Pair
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import field, plain, short

FILE = Path(__file__).parent / "data" / "companions.yaml"


@dataclass(frozen=True)
class Companion:
    """A row of the table."""

    kind: Kind
    severity: Severity
    of: tuple[str, ...]
    says: str


@cache
def table() -> Mapping[str, Companion]:
    """By Pulumi type."""
    kinds = tables.table(FILE)
    return {
        token(type_): Companion(Kind(kind), Severity(row.get("grave", "high")), tuple(row["of"]), row["says"])
        for kind, types in kinds.items()
        for type_, row in types.items()
    }


def find(comparison: Comparison) -> Iterator[Danger]:
    """Each that is deleted while what it belongs to stays."""
    for pair in comparison.pairs:
        row = table().get(pair.type)
        if row is None or pair.before is None or pair.after is not None:
            continue
        about = [get(pair.old, key) for key in row.of]
        goes = any(comparison.goes_too(value, but=pair.urn) for value in about)
        if not goes and not _again(comparison, pair, row.of):
            shown = [field(value, key) for key, value in zip(row.of, about, strict=True) if value is not None]
            yield Danger(
                kind=row.kind,
                severity=row.severity,
                urn=pair.urn,
                property=next(iter(row.of), ""),
                before=shown[0] if shown else "",
                why=row.says,
                sentence=f"{pair.name} ({short(pair.type)}) is deleted: {row.says}",
            )


def _again(comparison: Comparison, pair: Pair, keys: Sequence[str]) -> bool:
    """Whether the same is there under another name: one that is new, and for the same."""
    return any(
        other.before is None and other.after is not None and all(_alike(pair, other, key) for key in keys)
        for other in comparison.of(pair.type)
    )


def _alike(pair: Pair, other: Pair, key: str) -> bool:
    old, new = get(pair.old, key), get(other.new, key)
    return new is UNKNOWN or plain(old) == plain(new)
