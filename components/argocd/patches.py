"""What the platform changes of the makers' manifests: functions of objects to objects, without Pulumi."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from components.argocd.manifests import Manifest

NAMESPACE: Final = "argocd"
UNUSED: Final = ("argocd-dex-server", "argocd-notifications")
"""What begins so is left out: people come by OIDC without Dex, and alarms come from metrics."""
CLUSTER_WIDE: Final = ("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition")
PARAMETERS: Final = "argocd-cmd-params-cm"
SERVER_POLICY: Final = "argocd-server-network-policy"
WORKLOADS: Final = ("Deployment", "StatefulSet")

GUARDS: Final[Mapping[str, str]] = {
    # Whatever an ApplicationSet says of itself, it deletes no Application.
    "applicationsetcontroller.policy": "create-update",
    "applicationsetcontroller.enable.policy.override": "false",
    # Alpha in 3.2, and acts on stale state.
    "applicationsetcontroller.enable.progressive.syncs": "false",
    # Generators that ask GitHub and others: not used, and they would send tokens.
    "applicationsetcontroller.enable.scm.providers": "false",
    "applicationsetcontroller.enable.git.submodule": "false",
    "reposerver.enable.git.submodule": "false",
    # What the API server would make of an object is compared, defaults included.
    "controller.diff.server.side": "true",
    "server.enable.gzip": "true",
    # Who may sync may not delete an object to make it anew.
    "server.sync.replace.allowed": "false",
}
"""Keys of ``argocd-cmd-params-cm``; ``inf-02-argocd-settings`` demands the first two."""

SETTINGS: Final[Mapping[str, str]] = {
    "admin.enabled": "false",
    "users.anonymous.enabled": "false",
    "exec.enabled": "false",
    "application.resourceTrackingMethod": "annotation",
    "timeout.reconciliation": "120s",
    "timeout.reconciliation.jitter": "60s",
    "statusbadge.enabled": "false",
}
"""Keys of ``argocd-cm`` that every environment has."""


def used(objects: tuple[Manifest, ...]) -> Iterator[dict[str, Any]]:
    """Copies of what is used, each in its namespace. Empty maps of the notifications are left out too."""
    for one in objects:
        if not str(one["metadata"]["name"]).startswith(UNUSED):
            made: dict[str, Any] = json.loads(json.dumps(one))
            if made["kind"] not in CLUSTER_WIDE:
                made["metadata"]["namespace"] = NAMESPACE
            yield made


def with_data(one: Manifest, data: Mapping[str, str]) -> dict[str, Any]:
    """A map with more keys."""
    return {**one, "data": {**one.get("data", {}), **data}}


def restarted_by(one: Manifest, data: Mapping[str, str]) -> dict[str, Any]:
    """A workload whose pods begin anew when ``data``, which they read once, changes."""
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    made: dict[str, Any] = json.loads(json.dumps(one))
    metadata = made["spec"]["template"].setdefault("metadata", {})
    metadata["annotations"] = {**metadata.get("annotations", {}), "checksum/parameters": digest}
    return made


def from_namespace(policy: Manifest, namespace: str) -> dict[str, Any]:
    """The server's policy, which lets everybody in, narrowed to the pods of one namespace."""
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    ingress = [{"from": [peer], "ports": [{"protocol": "TCP", "port": 8080}]}]
    return {**policy, "spec": {**policy["spec"], "ingress": ingress}}


def patched(
    objects: tuple[Manifest, ...], *, settings: Mapping[str, str], rbac: Mapping[str, str], tailnet: str
) -> list[dict[str, Any]]:
    """The makers' objects as they are deployed.

    ``settings`` are further keys of ``argocd-cm``, ``rbac`` those of ``argocd-rbac-cm``; ``tailnet`` is the namespace
    of the proxies by which people come.
    """
    maps = {"argocd-cm": {**SETTINGS, **settings}, PARAMETERS: GUARDS, "argocd-rbac-cm": rbac}
    made = []
    for one in used(objects):
        name = one["metadata"]["name"]
        if one["kind"] == "ConfigMap" and name in maps:
            made.append(with_data(one, maps[name]))
        elif one["kind"] in WORKLOADS:
            made.append(restarted_by(one, GUARDS))
        elif one["kind"] == "NetworkPolicy" and name == SERVER_POLICY:
            made.append(from_namespace(one, tailnet))
        else:
            made.append(one)
    return made
