"""Who may do what in Argo CD: the keys of ``argocd-rbac-cm``, compiled from the access model of one environment."""

from collections.abc import Iterator
from typing import Final

from models.access.model import Access

RESOURCE: Final = "argocd"
VIEWER: Final = ("applications, get", "applicationsets, get", "clusters, get", "projects, get", "repositories, get")
OPERATOR: Final = (*VIEWER, "applications, sync", "applications, action/apps/Deployment/restart", "logs, get")
"""See, sync what Git says, restart, read logs. Nobody creates, changes or deletes an Application by hand, and nobody
confirms a deletion here: that is done by the cluster's API, with break-glass."""
ROLES: Final = {"role:operator": OPERATOR, "role:viewer": VIEWER}
CLOSED: Final = "p, role:readonly, *, *, *, deny"
"""Argo CD has roles of its own, and gives ``role:admin`` to whoever is called ``admin``, a group of the identity
provider included, with or without a local administrator. It inherits ``role:readonly``, and a denial outweighs."""


def rbac(access: Access) -> dict[str, str]:
    """Roles, and the groups that have them; whoever is in none sees nothing.

    People only: the pipeline reads Applications from the cluster's API, and needs no user of Argo CD. Those who are not
    employed see, and change nothing. The same model gives the same text.
    """
    lines = [CLOSED]
    lines += [
        f"p, {role}, {right}, */*, allow" for role, rights in ROLES.items() for right in rights if _by_project(right)
    ]
    lines += [
        f"p, {role}, {right}, *, allow" for role, rights in ROLES.items() for right in rights if not _by_project(right)
    ]
    lines += [f"g, {group}, {role}" for group, role in sorted(_granted(access))]
    return {"policy.default": "", "policy.csv": "\n".join([*lines, ""]), "scopes": "[groups]"}


def _by_project(right: str) -> bool:
    """Whether an object of this kind is named by project and name."""
    return right.startswith(("applications,", "applicationsets,", "logs,"))


def _granted(access: Access) -> Iterator[tuple[str, str]]:
    for name in access.reaching(RESOURCE):
        group = access.groups[name]
        if group.kind == "people":
            yield name, "role:viewer" if group.external else "role:operator"
