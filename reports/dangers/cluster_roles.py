"""Rights inside a cluster that get wider: roles, who has them, and what Argo CD's projects may deploy."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lib.shapes import mapping
from policy.facts.argocd import PROJECT
from policy.facts.kubernetes import Object, elements
from policy.facts.props import UNKNOWN, get, texts
from reports.dangers.comparison import Comparison
from reports.dangers.model import Danger, Detail, Kind, Severity
from reports.dangers.objects import Twin, called, twins
from reports.dangers.words import said, several

RBAC = "rbac.authorization.k8s.io"
STRONG = ("cluster-admin", "admin", "edit")


def find(comparison: Comparison) -> Iterator[Danger]:
    """Object by object."""
    if not comparison.first:
        for twin in twins(comparison):
            judge = JUDGES.get(twin.kind)
            if judge:
                yield from judge(twin)


def _role(twin: Twin) -> Iterator[Danger]:
    """Verbs on resources that a role did not have. Of a new role only what is everything."""
    had, has = (_rights(one) for one in (twin.old, twin.new))
    more = sorted(right for right in has if not any(_covers(one, right) for one in had))
    if twin.old is None:
        more = [right for right in more if "*" in right[1:3]]
    if more:
        grave = Severity.HIGH if any("*" in right[1:3] or "secrets" in right[1] for right in more) else Severity.MEDIUM
        shown = several([f"{said(verb)} {said(resource)}" for _, resource, verb in more])
        yield twin.danger(Kind.RIGHTS, grave, f"{called(twin)} gains {shown}", Detail("rules", after=shown))


Right = tuple[str, str, str]
"""API group, resource (with the names that a rule is limited to), verb."""


def _rights(one: Object | None) -> set[Right]:
    found = set()
    for rule in elements(one.body, "rules") if one else ():
        limited = sorted(texts(get(rule, "resourceNames")))
        names = f" named {several(limited)}" if limited else ""
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
        strong = role in STRONG or any(name.startswith("Group system:") for name in more)
        grave = Severity.HIGH if strong else Severity.MEDIUM
        shown = several([said(name) for name in more])
        text = f"{called(twin)} gives {said(role)} to {shown}"
        yield twin.danger(Kind.RIGHTS, grave, text, Detail("subjects", after=shown))


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
            grave = Severity.HIGH if any("*" in text for text in more) else Severity.MEDIUM
            text = f"{called(twin)} also allows {key} {shown}"
            yield twin.danger(Kind.RIGHTS, grave, text, Detail(f"spec.{key}", after=shown))


def _entries(spec: Mapping[str, Any], key: str) -> list[str]:
    keys = ("group", "kind", "namespace", "server", "name")
    rows = [" ".join(str(get(row, key)) for key in keys if get(row, key)) for row in elements(spec, key)]
    return rows if any(rows) else texts(get(spec, key))


JUDGES: Mapping[str, Callable[[Twin], Iterator[Danger]]] = {
    f"{RBAC}/Role": _role,
    f"{RBAC}/ClusterRole": _role,
    f"{RBAC}/RoleBinding": _binding,
    f"{RBAC}/ClusterRoleBinding": _binding,
    PROJECT: _project,
}
