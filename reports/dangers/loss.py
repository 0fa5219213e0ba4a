"""Replacement and deletion of what holds data, of keys and secrets, of copies, and of whatever is protected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.facts import stateful
from policy.facts.props import flag, get, is_local_replica, number
from reports.dangers.comparison import Comparison, Pair, at
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.words import said, short


@dataclass(frozen=True)
class _Loss:
    severity: Severity
    says: str


LOST: Mapping[str, _Loss] = {
    "data": _Loss(Severity.CRITICAL, "its data is lost"),
    "keys": _Loss(Severity.CRITICAL, "what it encrypted can no longer be read"),
    "secrets": _Loss(Severity.HIGH, "its value is lost, and who signs in by it cannot any more"),
    "clusters": _Loss(Severity.CRITICAL, "everything that runs in it goes with it"),
    "logs": _Loss(Severity.MEDIUM, "its logs are lost"),
    "copies": _Loss(Severity.HIGH, "this way back is lost"),
}
EMPTY: Mapping[str, _Loss] = {
    "data": _Loss(Severity.CRITICAL, "an empty one takes its place, which is what everybody then reads"),
    "clusters": _Loss(Severity.CRITICAL, "an empty one takes its place, and nothing runs in it"),
    "secrets": _Loss(Severity.HIGH, "one without its value takes its place"),
    "keys": _Loss(Severity.MEDIUM, "another key takes its place, and what the old one encrypted needs the old one"),
}
"""Of a replacement that leaves the old one in the account: what is lost is its place."""
LEFT = "it stays where it is (retainOnDelete), and nothing here manages it any more"
SNAPSHOTS = ("finalSnapshotIdentifier", "finalSnapshotName")
WINDOWS = ("recoveryWindowInDays", "deletionWindowInDays")


def forced(pair: Pair) -> str:
    """Why a replacement is one: the properties that cannot change in place, before and after."""
    parts = [
        f"{path} {said(at(pair.old, path), path)} -> {said(at(pair.new, path), path)}" for path in pair.step.forcing
    ]
    return f"forced by {', '.join(parts)}" if parts else ""


def find(comparison: Comparison) -> Iterator[Danger]:
    """Each replaced or deleted resource that cannot be made again as it was."""
    for pair in comparison.pairs:
        if pair.before is None or pair.step.operation not in ("replace", "delete"):
            continue
        lost = stateful.loss(pair.before.resource_type)
        protected = bool(pair.before.opts.protect)
        if lost or protected:
            yield _danger(pair, lost, protected=protected)


def _danger(pair: Pair, lost: str | None, *, protected: bool) -> Danger:
    what = LOST.get(lost or "", _Loss(Severity.HIGH, "it was protected on purpose"))
    why = forced(pair)
    first = pair.step.forcing[0] if pair.step.forcing else ""
    notes = [what.says, *_way_back(pair.old)] if lost else [what.says]
    severity = what.severity
    if pair.step.old.get("retainOnDelete"):
        severity, notes = _left(pair.step.operation, lost)
    if protected:
        notes.append("it is protected, so that the engine refuses until the option protect is taken off")
    replica = lost == "data" and pair.before is not None and is_local_replica(pair.before)
    if replica:
        notes[0] = "it is a replica; its source stays"
    done = "is replaced" if pair.step.operation == "replace" else "is deleted"
    sentence = f"{pair.name} ({short(pair.type)}) {done}: {'; '.join(notes)}"
    return Danger(
        kind=Kind.DATA,
        severity=Severity.MEDIUM if replica else severity,
        urn=pair.urn,
        sentence=f"{sentence}; {why}" if why else sentence,
        property=first,
        before=said(at(pair.old, first), first) if first else "",
        after=said(at(pair.new, first), first) if first else "",
        why=why,
    )


def _left(operation: str, lost: str | None) -> tuple[Severity, list[str]]:
    """How grave it is, and why, that the engine lets go of a resource which AWS keeps."""
    instead = EMPTY.get(lost or "") if operation == "replace" else None
    if instead is None:
        return Severity.MEDIUM, [LEFT]
    return instead.severity, [instead.says, LEFT.replace("it stays", "the old one stays")]


def _way_back(old: Mapping[str, Any]) -> Iterator[str]:
    """What AWS keeps when it deletes the resource."""
    name = next((value for key in SNAPSHOTS if isinstance(value := get(old, key), str) and value), "")
    if name and flag(get(old, "skipFinalSnapshot")) is not True:
        yield f"a last snapshot is made, {said(name)}"
    elif get(old, "skipFinalSnapshot") is not None:
        yield "no last snapshot is made"
    if flag(get(old, "skipDestroy")) is True:
        yield "AWS keeps it, outside of the stack"
    if flag(get(old, "deletionProtection")) is True:
        yield "AWS refuses while deletionProtection is on"
    days = next((found for key in WINDOWS if (found := number(get(old, key))) is not None), None)
    if days is not None:
        yield f"it can be restored for {days:g} days" if days else "it cannot be restored"
