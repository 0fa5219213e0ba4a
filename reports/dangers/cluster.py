"""What guards a cluster and gets weaker: admission, Pod Security, roles and their bindings, Argo CD's projects."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policy.facts.argocd import PROJECT
from policy.facts.kubernetes import Object, elements
from policy.facts.props import UNKNOWN, get, mapping, texts
from policy.rules.sec_07.restricted_namespaces import LABEL
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Kind, Severity
from reports.dangers.objects import Twin, twins
from reports.dangers.words import field, said, several

ADMISSION, RBAC = "admissionregistration.k8s.io", "rbac.authorization.k8s.io"
LEVELS = ("privileged", "baseline", "restricted")
"""Pod Security Standards, the weakest first; a namespace without the label is privileged."""
STRONG = ("cluster-admin", "admin", "edit")


def find(comparison: Comparison) -> Iterator[Danger]:
    """Object by object."""
    if not comparison.first:
        for twin in twins(comparison):
            judge = JUDGES.get(twin.kind)
            if judge:
                yield from judge(twin)


def _name(twin: Twin) -> str:
    return f"{twin.kind.rpartition('/')[2]} {said(twin.name)}"


def _cluster(twin: Twin, severity: Severity, text: str, path: str = "", old: Any = None, new: Any = None) -> Danger:
    return twin.danger(
        Kind.CLUSTER, severity, f"{_name(twin)} {text}", property=path, before=field(old), after=field(new)
    )


def _policy(twin: Twin) -> Iterator[Danger]:
    """A policy or webhook of admission that goes, asks less, or looks at less."""
    if twin.old and not twin.new:
        yield _cluster(twin, Severity.HIGH, "is deleted: what it refuses is let in")
    elif twin.old and twin.new:
        old, new = twin.values("spec.failurePolicy")
        if new == "Ignore" and old != "Ignore":
            yield _cluster(twin, Severity.HIGH, "lets in what it fails to judge", "spec.failurePolicy", old, new)
        asked, asks = (_expressions(one) for one in (twin.old, twin.new))
        gone = [text for text in asked if text not in asks]
        if gone and not twin.values("spec")[1] is UNKNOWN:
            one = f"{len(gone)} of {len(asked)} validations changed or gone"
            yield _cluster(
                twin, Severity.HIGH if len(asks) < len(asked) else Severity.MEDIUM, f"asks something else: {one}",
                "spec.validations", gone[0], next((text for text in asks if text not in asked), None),
            )  # fmt: skip
        looked, looks = (_rules(one) for one in (twin.old, twin.new))
        less = sorted(looked - looks)
        if less:
            text = f"no longer looks at {several([said(row) for row in less])}"
            yield _cluster(twin, Severity.HIGH, text, "spec.matchConstraints", several(less))


def _expressions(one: Object | None) -> list[str]:
    return [" ".join(str(get(row, "expression")).split()) for row in elements(one.body, "spec", "validations")] if one else []


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
    old, new = (set(texts(value)) for value in twin.values("spec.validationActions"))
    if twin.old and "Deny" in old and "Deny" not in new:
        text = "is deleted: its policy refuses nothing" if twin.new is None else "only reports what its policy refuses"
        path = "spec.validationActions"
        yield _cluster(twin, Severity.HIGH, text, path, sorted(old), sorted(new) or None)


def _namespace(twin: Twin) -> Iterator[Danger]:
    """A lower standard for pods. The absent label counts as the lowest."""
    if not (twin.old and twin.new):
        return
    old, new = (get(one.pairs("labels"), LABEL) for one in (twin.old, twin.new))
    if get(twin.new.body, "metadata", "labels") is UNKNOWN or UNKNOWN in (old, new):
        return
    if _level(new) < _level(old):
        text = f"takes pods that are less restricted: {said(old)} -> {said(new)}"
        yield _cluster(twin, Severity.HIGH, text, f"metadata.labels.{LABEL}", old, new)


def _level(label: object) -> int:
    return LEVELS.index(label) if label in LEVELS else 0


def _role(twin: Twin) -> Iterator[Danger]:
    """Verbs on resources that a role did not have. Of a new role only what is everything."""
    had, has = (_rights(one) for one in (twin.old, twin.new))
    more = sorted(right for right in has if not any(_covers(one, right) for one in had))
    if twin.old is None:
        more = [right for right in more if "*" in right[1:3]]
    if more:
        grave = Severity.HIGH if any("*" in right[1:3] or "secrets" in right[1] for right in more) else Severity.MEDIUM
        shown = several([f"{said(verb)} {said(resource)}" for _, resource, verb in more])
        yield twin.danger(Kind.RIGHTS, grave, f"{_name(twin)} gains {shown}", property="rules", after=shown)


Right = tuple[str, str, str]
"""API group, resource (with the names that a rule is limited to), verb."""


def _rights(one: Object | None) -> set[Right]:
    found = set()
    for rule in elements(one.body, "rules") if one else ():
        names = f" named {several(sorted(texts(get(rule, 'resourceNames'))))}" if texts(get(rule, "resourceNames")) else ""
        groups, resources = texts(get(rule, "apiGroups")) or [""], texts(get(rule, "resources"))
        for resource in [*resources, *texts(get(rule, "nonResourceURLs"))]:
            found |= {(group, resource + names, verb) for group in groups for verb in texts(get(rule, "verbs"))}
    return found


def _covers(one: Right, right: Right) -> bool:
    plain = right[1].partition(" named ")[0]
    return one[0] in ("*", right[0]) and one[1] in ("*", plain, right[1]) and one[2] in ("*", right[2])


def _binding(twin: Twin) -> Iterator[Danger]:
    """Who newly has a role."""
    if twin.new is None:
        return
    role = get(twin.new.body, "roleRef", "name")
    same = twin.old is None or get(twin.old.body, "roleRef", "name") == role
    had, has = (_subjects(one) for one in (twin.old, twin.new))
    more = sorted(has - had if same else has)
    if more and (twin.old or role in STRONG):
        grave = Severity.HIGH if role in STRONG or any(name.startswith("Group system:") for name in more) else Severity.MEDIUM
        shown = several([said(name) for name in more])
        text = f"{_name(twin)} gives {said(role)} to {shown}"
        yield twin.danger(Kind.RIGHTS, grave, text, property="subjects", after=shown)


def _subjects(one: Object | None) -> set[str]:
    rows = elements(one.body, "subjects") if one else ()
    return {" ".join(str(get(row, key)) for key in ("kind", "namespace", "name") if get(row, key)) for row in rows}


def _project(twin: Twin) -> Iterator[Danger]:
    """From where and to where a project deploys, and which kinds."""
    if not (twin.old and twin.new):
        return
    before, after = (mapping(get(one.body, "spec")) for one in (twin.old, twin.new))
    for key in ("sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"):
        if get(after, key) is UNKNOWN:
            continue
        more = [text for text in _entries(after, key) if text not in _entries(before, key)]
        if more:
            shown = several([said(text) for text in more])
            yield twin.danger(
                Kind.RIGHTS, Severity.HIGH if any("*" in text for text in more) else Severity.MEDIUM,
                f"{_name(twin)} also allows {key} {shown}", property=f"spec.{key}", after=shown,
            )  # fmt: skip


def _entries(spec: Mapping[str, Any], key: str) -> list[str]:
    keys = ("group", "kind", "namespace", "server", "name")
    rows = [" ".join(str(get(row, key)) for key in keys if get(row, key)) for row in elements(spec, key)]
    return rows if any(rows) else texts(get(spec, key))


JUDGES: Mapping[str, Callable[[Twin], Iterator[Danger]]] = {
    f"{ADMISSION}/ValidatingAdmissionPolicy": _policy,
    f"{ADMISSION}/ValidatingWebhookConfiguration": _policy,
    f"{ADMISSION}/ValidatingAdmissionPolicyBinding": _policy_binding,
    "core/Namespace": _namespace,
    f"{RBAC}/Role": _role,
    f"{RBAC}/ClusterRole": _role,
    f"{RBAC}/RoleBinding": _binding,
    f"{RBAC}/ClusterRoleBinding": _binding,
    PROJECT: _project,
}
