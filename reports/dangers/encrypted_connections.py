"""Parameter groups that no longer force TLS: their databases answer whoever asks without it."""

from collections.abc import Iterator, Mapping
from typing import Any

from policy.facts.props import UNKNOWN, get, items
from policy.rules.sec_07.tls_forced import FORCING, PARAMETER_GROUPS
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import field, said, short


def find(comparison: Comparison) -> Iterator[Danger]:
    """Parameter by parameter: one that was forced, and is another value or not there."""
    for pair in comparison.of(*PARAMETER_GROUPS):
        for name in PARAMETER_GROUPS[pair.type] if pair.kept else ():
            old, new = (_value(props, name) for props in (pair.old, pair.new))
            if _forces(old, name) and new is not UNKNOWN and not _forces(new, name):
                called = f"{pair.name} ({short(pair.type)})"
                yield Danger(
                    kind=Kind.PROTECTION,
                    severity=Severity.HIGH,
                    urn=pair.urn,
                    property="parameters",
                    before=field(old, name),
                    after=field(new, name),
                    why="connections may be read on the way",
                    sentence=f"{called} no longer forces TLS: {name} {said(old)} -> {said(new)}",
                )


def _value(props: Mapping[str, Any], name: str) -> Any:
    """What the group says of a parameter; UNKNOWN where a preview cannot tell."""
    rows = list(items(props, "parameters"))
    if any(row is UNKNOWN or get(row, "name") is UNKNOWN for row in rows):
        return UNKNOWN
    return next((get(row, "value") for row in rows if get(row, "name") == name), None)


def _forces(value: object, name: str) -> bool:
    return str(value).lower() in [forced.lower() for forced in FORCING[name]]
