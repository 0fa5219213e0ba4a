"""What people and programs outside of the cluster may do in the namespace of Argo CD: one role each."""

from collections.abc import Sequence
from typing import Any, Final

from components.argocd.patches import NAMESPACE
from components.argocd.projects import API
from components.argocd.services import NAME

TOKEN: Final = f"{NAMESPACE}/nationgraph-services-token"
"""The Secret that holds the token of the repository, by its namespace and name. It is declared nowhere."""
RBAC: Final = "rbac.authorization.k8s.io"
GROUP: Final = API.partition("/")[0]
"""The API group of Argo CD's own kinds."""


def previewers(group: str) -> list[dict[str, Any]]:
    """The right of pull requests' previews to try a change of the list of services: a dry run needs the right to write.

    That it stays a dry run is what ``components.admission.deletion_budget`` sees to.
    """
    return _granted("preview-services", [group], "", ["configmaps"], ["get", "patch"], resourceNames=[NAME])


def promoters(group: str) -> list[dict[str, Any]]:
    """The right of what promotes services to see how they are: Applications, and nothing else."""
    return _granted("see-applications", [group], GROUP, ["applications"], ["get", "list"])


def viewers(groups: Sequence[str]) -> list[dict[str, Any]]:
    """The right of people to see what is delivered: EKS's own policies know no kinds that others define."""
    if not groups:
        return []
    kinds = ["applications", "applicationsets", "appprojects"]
    return _granted("see-delivery", groups, GROUP, kinds, ["get", "list", "watch"])


def token_makers(group: str) -> list[dict[str, Any]]:
    """The right of what makes the token to write it: that one Secret, and none to be read.

    A server-side apply is a patch; where it makes the object it is a creation too, which is then judged by the name.
    """
    name = TOKEN.rpartition("/")[2]
    return _granted("argocd-token", [group], "", ["secrets"], ["create", "patch"], resourceNames=[name])


def _granted(
    name: str, groups: Sequence[str], api_group: str, kinds: list[str], verbs: list[str], **narrowed: list[str]
) -> list[dict[str, Any]]:
    metadata = {"name": name, "namespace": NAMESPACE}
    rule = {"apiGroups": [api_group], "resources": kinds, "verbs": verbs, **narrowed}
    return [
        {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": [rule]},
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
            "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group} for group in groups],
        },
    ]
