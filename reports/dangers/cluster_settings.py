"""Settings of what runs in a cluster: rights in Argo CD, what is opened, what is bounded, what runs no more."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lib.shapes import mapping
from policy.facts.props import UNKNOWN, get, number
from policy.rules.inf_02.argocd_settings import REFUSED, REQUIRED
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.objects import Twin, called, twins
from reports.dangers.words import field, said, several

RIGHTS = "argocd-rbac-cm"
OPEN_TYPES = ("LoadBalancer", "NodePort")
SCHEMES = ("alb.ingress.kubernetes.io/scheme", "service.beta.kubernetes.io/aws-load-balancer-scheme")
"""Annotations by which the AWS load balancer controller makes a balancer public. Source: its guide, "Annotations"."""


def find(comparison: Comparison) -> Iterator[Danger]:
    """Object by object."""
    found = [] if comparison.first else list(twins(comparison))
    gone = {twin.name for twin in found if twin.kind == "core/Namespace" and not twin.new}
    for twin in found:
        judge = JUDGES.get(twin.kind)
        if judge and twin.old and (twin.new or twin.namespace not in gone):
            yield from judge(twin)


def _danger(twin: Twin, text: str, path: str, kind: Kind = Kind.CLUSTER, severity: Severity = Severity.HIGH) -> Danger:
    old, new = twin.values(path) if path else (None, None)
    return twin.danger(kind, severity, f"{called(twin)} {text}", Detail(path, field(old, path), field(new, path)))


def _data(twin: Twin) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What a map holds before and after; nothing twice where a preview cannot tell."""
    old, new = twin.values("data")
    return ({}, {}) if UNKNOWN in (old, new) else (mapping(old), mapping(new))


def _settings(twin: Twin) -> Iterator[Danger]:
    """Settings of Argo CD that were as its policy demands, and what its roles newly may do."""
    if not twin.new:
        return
    old, new = _data(twin)
    demands = [(key, value, True) for key, value in REQUIRED.get(twin.name, {}).items()]
    demands += [(key, value, False) for key, value in REFUSED.get(twin.name, {}).items()]
    for key, values, wanted in demands:
        was, will = get(old, key), get(new, key)
        if will is not UNKNOWN and (was in values) is wanted and (will in values) is not wanted:
            text = f"{called(twin)} gives up a guard of Argo CD: {key} {said(was)} -> {said(will)}"
            yield twin.danger(Kind.APPLICATIONS, Severity.HIGH, text, Detail(f"data.{key}", field(was), field(will)))
    if twin.name == RIGHTS:
        before, after = (_lines(get(data, "policy.csv")) for data in (old, new))
        more = [line for line in after if line not in before and not line.endswith(", deny")]
        more += [f"no longer: {line}" for line in before if line not in after and line.endswith(", deny")]
        if more and get(new, "policy.csv") is not UNKNOWN:
            shown = several([said(line) for line in more])
            text = f"{called(twin)} gives more rights in Argo CD: {shown}"
            yield twin.danger(Kind.RIGHTS, Severity.HIGH, text, Detail("data.policy.csv", "", shown))


def _lines(text: object) -> list[str]:
    """The rules of a policy of Casbin, blanks aside."""
    rows = text.splitlines() if isinstance(text, str) else ()
    return [", ".join(part.strip() for part in row.split(",")) for row in rows if row.strip()]


def _definition(twin: Twin) -> Iterator[Danger]:
    if not twin.new:
        yield _danger(twin, "is deleted with every object of its kind", "", Kind.APPLICATIONS, Severity.CRITICAL)


def _quota(twin: Twin) -> Iterator[Danger]:
    """Bounds that go, and what was forbidden and is allowed; larger ones are growth."""
    if not twin.new:
        yield _danger(twin, "is deleted: nothing bounds what its namespace holds", "", severity=Severity.MEDIUM)
        return
    old, new = twin.values("spec.hard")
    if UNKNOWN in (old, new):
        return
    was, will = mapping(old), mapping(new)
    loose = [
        f"{key} {said(get(was, key))} -> {said(get(will, key))}"
        for key in was
        if key not in will or (number(get(was, key)) == 0 and get(will, key) != get(was, key))
    ]
    if loose:
        yield _danger(twin, f"bounds less: {several(loose)}", "spec.hard", severity=Severity.MEDIUM)


def _opened(twin: Twin) -> Iterator[Danger]:
    """A service that gets a way in from outside of the cluster, a balancer that gets a public address."""
    if not twin.new or not twin.old:
        return
    old, new = twin.values("spec.type")
    if twin.kind == "core/Service" and new in OPEN_TYPES and old not in OPEN_TYPES:
        text = f"is reached from outside of the cluster: type {said(old)} -> {said(new)}"
        yield _danger(twin, text, "spec.type", Kind.EXPOSURE)
    for key in SCHEMES:
        old, new = (get(one.pairs("annotations"), key) for one in (twin.old, twin.new))
        if new == "internet-facing" and old != new:
            text = f"{called(twin)} answers on the internet: {key} {said(old)} -> {said(new)}"
            detail = Detail(f"metadata.annotations.{key}", field(old), field(new))
            yield twin.danger(Kind.EXPOSURE, Severity.HIGH, text, detail)


def _stopped(twin: Twin) -> Iterator[Danger]:
    old, new = twin.values("spec.replicas")
    if twin.new and new is not UNKNOWN and number(new) == 0 and number(old) != 0:
        yield _danger(twin, f"runs no more: replicas {said(old)} -> 0", "spec.replicas", Kind.APPLICATIONS)


JUDGES: Mapping[str, Callable[[Twin], Iterator[Danger]]] = {
    "apiextensions.k8s.io/CustomResourceDefinition": _definition,
    "apps/Deployment": _stopped,
    "apps/StatefulSet": _stopped,
    "core/ConfigMap": _settings,
    "core/ResourceQuota": _quota,
    "core/Service": _opened,
    "networking.k8s.io/Ingress": _opened,
}
