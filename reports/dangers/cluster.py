"""What guards a cluster and gets weaker: policies of admission, and the Pod Security Standard of namespaces."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policy.facts.kubernetes import Object, elements
from policy.facts.props import UNKNOWN, get, texts
from policy.rules.sec_07.restricted_namespaces import LABEL
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.objects import Twin, called, twins
from reports.dangers.words import field, plain, said, several

ADMISSION = "admissionregistration.k8s.io"
POLICY = "ValidatingAdmissionPolicy"
LEVELS = ("privileged", "baseline", "restricted")
"""Pod Security Standards, the weakest first; a namespace without the label is privileged."""


def find(comparison: Comparison) -> Iterator[Danger]:
    """Object by object."""
    found = [] if comparison.first else list(twins(comparison))
    gone = {twin.name for twin in found if twin.kind == f"{ADMISSION}/{POLICY}" and not twin.new}
    for twin in found:
        judge = JUDGES.get(twin.kind)
        if judge and not (judge is _policy_binding and not twin.new and str(twin.values("spec.policyName")[0]) in gone):
            yield from judge(twin)


def _weaker(twin: Twin, text: str, path: str = "", change: tuple[Any, Any] = (None, None)) -> Danger:
    detail = Detail(path, *map(field, change))
    return twin.danger(Kind.CLUSTER, Severity.HIGH, f"{called(twin)} {text}", detail)


def _policy(twin: Twin) -> Iterator[Danger]:
    """A policy or webhook of admission that goes, asks less, or looks at less."""
    if twin.old and not twin.new:
        yield _weaker(twin, "is deleted: what it refuses is let in")
    elif twin.old and twin.new:
        change = twin.values("spec.failurePolicy")
        if change[1] == "Ignore" and change[0] != "Ignore":
            yield _weaker(twin, "lets in what it fails to judge", "spec.failurePolicy", change)
        asked, asks = (_expressions(one) for one in (twin.old, twin.new))
        gone = [text for text in asked if text not in asks]
        if gone and twin.known("spec.validations"):
            instead = next((text for text in asks if text not in asked), None)
            text = f"asks something else: {len(gone)} of {len(asked)} validations changed or gone"
            yield _weaker(twin, text, "spec.validations", (gone[0], instead))
        less = sorted(_rules(twin.old) - _rules(twin.new))
        if less and twin.known("spec.matchConstraints.resourceRules"):
            shown = several([said(row) for row in less])
            yield _weaker(twin, f"no longer looks at {shown}", "spec.matchConstraints", (shown, None))
        left, leaves = (_expressions(one, "matchConditions") for one in (twin.old, twin.new))
        added = [text for text in leaves if text not in left]
        if added and twin.known("spec.matchConditions"):
            text = f"looks only where {several([said(row) for row in added])}"
            yield _weaker(twin, text, "spec.matchConditions", (None, added[0]))


def _expressions(one: Object | None, name: str = "validations") -> list[str]:
    rows = elements(one.body, "spec", name) if one else ()
    return [" ".join(str(get(row, "expression")).split()) for row in rows]


def _rules(one: Object | None) -> set[str]:
    """What a policy looks at, as ``CREATE pods``."""
    rows = elements(one.body, "spec", "matchConstraints", "resourceRules") if one else ()
    return {
        f"{operation} {resource}"
        for row in rows
        for operation in texts(get(row, "operations"))
        for resource in texts(get(row, "resources"))
    }


def _policy_binding(twin: Twin) -> Iterator[Danger]:
    path = "spec.validationActions"
    old, new = (texts(value) for value in twin.values(path))
    if twin.old and "Deny" in old and "Deny" not in new and twin.known(path):
        text = "is deleted: its policy refuses nothing" if twin.new is None else "only reports what its policy refuses"
        yield _weaker(twin, text, path, (old, new or None))
    path = "spec.matchResources"
    change = twin.values(path)
    if twin.old and twin.new and twin.known(path) and plain(change[0]) != plain(change[1]):
        yield _weaker(twin, f"counts elsewhere: {path} {said(change[0])} -> {said(change[1])}", path, change)


def _namespace(twin: Twin) -> Iterator[Danger]:
    """A lower standard for pods. The absent label counts as the lowest."""
    if not (twin.old and twin.new):
        return
    old, new = (get(one.pairs("labels"), LABEL) for one in (twin.old, twin.new))
    if get(twin.new.body, "metadata", "labels") is UNKNOWN or UNKNOWN in (old, new):
        return
    if _level(new) < _level(old):
        text = f"takes pods that are less restricted: {said(old)} -> {said(new)}"
        yield _weaker(twin, text, f"metadata.labels.{LABEL}", (old, new))


def _level(label: object) -> int:
    return LEVELS.index(label) if label in LEVELS else 0


JUDGES: Mapping[str, Callable[[Twin], Iterator[Danger]]] = {
    f"{ADMISSION}/{POLICY}": _policy,
    f"{ADMISSION}/ValidatingWebhookConfiguration": _policy,
    f"{ADMISSION}/ValidatingAdmissionPolicyBinding": _policy_binding,
    "core/Namespace": _namespace,
}
