"""SEC-06, SEC-07, INF-02: a team's place in the cluster, closed until a service opens what it declares."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.shared.kubernetes_object import KubernetesObject
from components.shared.pod_security import RESTRICTED
from lib.labels import TEAM
from lib.quota import Quota

SERVICE_ACCOUNTS: Final = ("services", "migrations")
"""Who the pods are: services, and the migrations of their databases. Neither has a token for the API."""
REMOVABLE: Final = "nationgraph.io/removable"
"""The annotation without which the cluster refuses to delete a team's namespace."""


@dataclass(frozen=True, kw_only=True)
class TeamNamespaceArgs:
    """Whose it is and how much may run in it. ``protect`` keeps it from deletion, by Pulumi and by the cluster.

    ``after`` is what must be in force before the namespace is there.
    """

    team: str
    quota: Quota
    protect: bool
    after: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", self.team):
            raise ValueError(f"team: {self.team!r} is no name of a namespace; use lower-case letters, digits, dashes")


class TeamNamespace(pulumi.ComponentResource):
    """A namespace of the cluster whose provider is given by ``opts``.

    Guarantees: pods are restricted (Pod Security Standard) or refused; nothing connects that no policy names; no more
    runs than the catalog says and a rollout needs; no Secret can be stored, no load balancer, node port or volume
    made; accounts of pods have no token of the API.

    Does not manage the services: those are Argo CD's.

    Creates ``{name}-namespace``, ``-quota``, ``-closed`` and ``-account-{account}``.
    """

    def __init__(self, name: str, args: TeamNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:namespaces:TeamNamespace", name, {}, opts)
        self._team = args.team
        self._namespace = KubernetesObject(
            f"{name}-namespace",
            api_version="v1",
            kind="Namespace",
            manifest={
                "metadata": {
                    "name": args.team,
                    "labels": {TEAM: args.team, **RESTRICTED},
                    "annotations": {} if args.protect else {REMOVABLE: "true"},
                }
            },
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protect, retain_on_delete=args.protect, depends_on=list(args.after)
            ),
        )
        self._own(f"{name}-quota", "v1", "ResourceQuota", "quota", {"spec": {"hard": _limits(args.quota)}})
        closed = {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}
        self._own(f"{name}-closed", "networking.k8s.io/v1", "NetworkPolicy", "closed", closed)
        for account in SERVICE_ACCOUNTS:
            fields = {"automountServiceAccountToken": False}
            self._own(f"{name}-account-{account}", "v1", "ServiceAccount", account, fields)
        self.namespace: pulumi.Output[str] = self._namespace.metadata.apply(lambda metadata: str(metadata["name"]))
        self.register_outputs({"namespace": self.namespace})

    def _own(self, name: str, api_version: str, kind: str, called: str, fields: Mapping[str, Any]) -> None:
        """An object in the namespace."""
        KubernetesObject(
            name,
            api_version=api_version,
            kind=kind,
            manifest={"metadata": {"name": called, "namespace": self._team}, **fields},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._namespace]),
        )


def _limits(quota: Quota) -> dict[str, str]:
    return {
        "pods": str(quota.pods),
        "requests.cpu": f"{quota.millicores}m",
        "requests.memory": f"{quota.mebibytes}Mi",
        "count/secrets": "0",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
        "persistentvolumeclaims": "0",
    }
