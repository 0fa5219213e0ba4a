"""What runs in a cluster and is looked after by nobody, because no line of ``charts/versions`` names it any more.

Argo CD deletes nothing by itself, so that what loses its line stays as it was: its Application is never updated again,
or is gone, and what that had deployed runs on. Nothing of Argo CD shows it (argoproj/argo-cd#15393).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from lib.labels import PART_OF, PLATFORM, TEAM, TIER, TRACKING
from lib.printable import printable
from reports.verdicts import applications as argocd
from reports.verdicts import cluster

_MARK: Final = re.compile(r"([^:]+):([^:/]*)/([^:/]+):([^:/]*)/(.+)")


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """``what`` names an object or a line, ``why`` says what is wrong with it, ``fix`` how it is put right."""

    what: str
    why: str
    fix: str


def without_line(application: Any, lines: Mapping[str, str]) -> str:
    """Why no ApplicationSet looks after an Application of ours; empty where one does, or where it is none of ours.

    ``lines`` has tier and namespace of each service that the environment's file names, as ``core/payments``.
    """
    labels = _get(application, "metadata", "labels")
    tier = _get(labels, TIER)
    if _get(labels, PART_OF) != PLATFORM or tier is None:
        return ""
    name = str(_get(application, "metadata", "name"))
    if name not in lines:
        return "no line names it"
    wanted = lines[name].partition("/")[0]
    return "" if tier == wanted else f"the set of {tier} made it, its line is of {wanted}, and neither updates it"


def orphans(applications: Sequence[Any], objects: Sequence[Any], lines: Mapping[str, str]) -> list[Orphan]:
    """All: Applications, then what Applications left behind in namespaces of teams, then lines without one.

    ``objects`` are namespaces and whatever may have been deployed there; what has no known shape is passed over.
    """
    there = {name: one for one in applications if isinstance(name := _get(one, "metadata", "name"), str)}
    teams = {str(_get(one, "metadata", "name")) for one in objects if _get(one, "kind") == "Namespace" and _team(one)}
    return [
        *_applications(there, lines),
        *sorted(_left(objects, teams, there), key=lambda one: one.what),
        *(_missing(name, lines[name]) for name in sorted(lines.keys() - there.keys())),
    ]


def _applications(there: Mapping[str, Any], lines: Mapping[str, str]) -> Iterator[Orphan]:
    for name, one in sorted(there.items()):
        if why := without_line(one, lines):
            fix = _DELETED if name not in lines else _HANDED_OVER
            yield Orphan(what=f"Application {name}", why=why, fix=fix.format(name=name))


_DELETED: Final = (
    f"kubectl --namespace {argocd.NAMESPACE} delete application {{name}}, which leaves what it deployed; run again"
)
_HANDED_OVER: Final = (
    f"kubectl --namespace {argocd.NAMESPACE} delete application {{name}}, which leaves what it deployed; "
    "the set of its line makes it anew and takes that over"
)


def _left(objects: Sequence[Any], teams: Collection[Any], there: Mapping[str, Any]) -> Iterator[Orphan]:
    for one in objects:
        place, application = _get(one, "metadata", "namespace"), _application_of(one)
        if application is None or place not in teams:
            continue
        if application not in there:
            why = f"Application {application}, which deployed it, is gone"
        elif _get(there[application], "spec", "destination", "namespace") != place:
            why = f"Application {application}, which deployed it, deploys to another namespace now"
        else:
            continue
        kind, name = _get(one, "kind"), _get(one, "metadata", "name")
        fix = f"kubectl --namespace {place} delete {str(kind).lower()} {name}"
        yield Orphan(what=f"{kind} {place}/{name}", why=why, fix=fix)


def _missing(name: str, place: str) -> Orphan:
    tier = place.partition("/")[0]
    fix = f"read the conditions: kubectl --namespace {argocd.NAMESPACE} describe applicationset {tier}"
    return Orphan(what=f"line of {name}", why="has no Application", fix=fix)


def _application_of(one: Any) -> str | None:
    """The Application whose mark an object bears; None of a copied mark, which names another object.

    Source: Argo CD documentation, "Resource tracking": what a controller copies from one object to the next is ignored.
    """
    mark = _get(one, "metadata", "annotations", TRACKING)
    found = _MARK.fullmatch(mark) if isinstance(mark, str) else None
    if found is None:
        return None
    group = str(_get(one, "apiVersion")).rpartition("/")[0]
    own = (group, _get(one, "kind"), _get(one, "metadata", "namespace"), _get(one, "metadata", "name"))
    return found[1] if found.groups()[1:] == own else None


def _team(namespace: Any) -> bool:
    return _get(namespace, "metadata", "labels", TEAM) is not None


def fetch(kubeconfig: Path, kinds: Sequence[tuple[str, str]]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Applications, and objects of ``kinds`` (group, kind) with all namespaces. UnreadableError without an answer.

    Objects are read first: an Application that is made meanwhile does not turn them into orphans.
    """
    names = ",".join(["namespace", *(f"{kind.lower()}.{group}".rstrip(".") for group, kind in kinds)])
    objects = cluster.listed(kubeconfig, "what is deployed", "--all-namespaces", names)
    return argocd.fetch(kubeconfig), objects


def table(found: Sequence[Orphan], environment: str) -> Table:
    """One row each."""
    made = Table(title=f"orphans of {environment}", title_justify="left")
    for head in ("What", "Why", "What to do, if it is meant"):
        made.add_column(head, overflow="fold")
    for one in found:
        made.add_row(*(printable(cell) for cell in (one.what, one.why, one.fix)), style="yellow")
    return made


def _get(value: Any, *keys: str) -> Any:
    """What lies there; None where nothing does, whatever the shape."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
