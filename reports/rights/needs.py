"""What pulumi-aws calls for each resource type in its life, by ``needs/*.yaml``; the grammar is in ``README.md``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent / "needs"
PHASES: Final = ("create", "read", "update", "delete")
KEYS: Final = frozenset({"source", "service", "kind", "names", "others", "tags", *PHASES})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action. ``on`` (JMESPath) gives the ARNs that it is asked for, None for those of the resource itself;
    ``context`` is what the service sees besides.
    """

    action: str
    on: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Type:
    """A resource type. ``kind`` is AWS's name of it, None for what is part of another resource; ``names`` fills the
    placeholders of AWS's ARN formats, and ``others`` those of resources that are there by themselves.
    """

    token: str
    kind: str | None
    names: Mapping[str, str]
    others: Mapping[str, str]
    tags: Sequence[Step]
    phases: Mapping[str, Sequence[Step]]


def _step(row: str | Mapping[str, Any], service: str) -> Step:
    given: Mapping[str, Any] = {"do": row} if isinstance(row, str) else row
    action = str(given["do"])
    return Step(
        action=action if ":" in action else f"{service}:{action}", on=given.get("for"), context=given.get("with", {})
    )


def _type(token: str, row: Mapping[str, Any], defaults: Mapping[str, Any]) -> Type:
    if strange := set(row) - KEYS:
        raise ValueError(f"{token}: {', '.join(sorted(strange))}: no such key; one of {', '.join(sorted(KEYS))}")
    service = row.get("service", defaults["service"])
    return Type(
        token=token,
        kind=row.get("kind"),
        names=row.get("names", {}),
        others=row.get("others", {}),
        tags=[_step(step, service) for step in row.get("tags", defaults["tags"])],
        phases={phase: [_step(step, service) for step in row.get(phase, ())] for phase in PHASES},
    )


@cache
def types() -> Mapping[str, Type]:
    """Every type, by its token in Pulumi."""
    found: dict[str, Type] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found |= {token: _type(token, row, document) for token, row in document["types"].items()}
    return found
