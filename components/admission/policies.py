"""The policies of teams' namespaces, one row each: what they look at, what they ask, and what they say."""

from collections.abc import Sequence
from typing import Final

from components.admission.policy import TEAMS_NAMESPACES, Admission, Look, listed, quoted
from components.namespaces.namespaces import REMOVABLE

CONTROLLERS: Final = "system:serviceaccounts:kube-system"
"""The group of Kubernetes' own controllers: what they make follows from what somebody else was let make."""
NODES: Final = "system:nodes"
PLANE: Final = ("system:kube-controller-manager", "system:kube-scheduler", "system:apiserver")
"""The users of the control plane, where it does not use accounts of its own."""
CHANGES: Final = ("CREATE", "UPDATE", "DELETE")
KINDS: Final = (
    (("",), ("configmaps", "replicationcontrollers", "secrets", "serviceaccounts", "services")),
    (("apps",), ("daemonsets", "deployments", "replicasets", "statefulsets")),
    (("autoscaling",), ("horizontalpodautoscalers",)),
    (("batch",), ("cronjobs", "jobs")),
    (("gateway.networking.k8s.io",), ("*",)),
    (("networking.k8s.io",), ("ingresses", "networkpolicies")),
    (("policy",), ("poddisruptionbudgets",)),
    (("rbac.authorization.k8s.io",), ("rolebindings", "roles")),
    (("secrets-store.csi.x-k8s.io",), ("secretproviderclasses",)),
)
"""What runs in a team's namespace or decides how. Pods are looked at when they are made: anybody with the right may
delete one, which is how a hung one is restarted."""


def policies(*, registries: Sequence[str], delivery: str, writers: Sequence[str]) -> tuple[Admission, ...]:
    """All of them. ``registries`` are what images' names may begin with; ``delivery`` is the user that Argo CD's
    controller is; ``writers`` are the groups who may change what it manages: deployment and emergencies.
    """
    containers = "(object.spec.containers + object.spec.?initContainers.orValue([]))"
    ephemeral = "object.spec.?ephemeralContainers.orValue([])"
    start = " || ".join(f"c.image.startsWith({quoted(registry)})" for registry in registries)
    ours = f"({start}) && c.image.matches('@sha256:[0-9a-f]{{64}}$')"
    groups = listed([*writers, CONTROLLERS])
    users = listed([delivery, *PLANE])
    allowed = f"request.userInfo.username in {users} || request.userInfo.groups.exists(g, g in {groups})"
    return (
        Admission(
            name="images-of-ours",
            looks=[
                Look(groups=[""], resources=["pods", "pods/ephemeralcontainers"], operations=["CREATE", "UPDATE"]),
            ],
            expression=f"{containers}.all(c, {ours}) && {ephemeral}.all(c, {ours})",
            message=f"images are named by their digest, and come from {' or '.join(registries)}",
        ),
        Admission(
            name="delivery-alone",
            looks=[
                *(Look(groups=group, resources=kinds, operations=CHANGES) for group, kinds in KINDS),
                Look(groups=[""], resources=["pods"], operations=["CREATE"]),
            ],
            expression=allowed,
            message="what runs here comes from nationgraph-services alone; merge it there",
        ),
        Admission(
            name="no-token",
            looks=[Look(groups=[""], resources=["pods"], operations=["CREATE"])],
            expression="object.spec.?automountServiceAccountToken.orValue(true) == false",
            message="pods of services have no token of the API; set automountServiceAccountToken: false",
        ),
        Admission(
            name="namespaces-stay",
            looks=[Look(groups=[""], resources=["namespaces"], operations=["DELETE"])],
            expression=f"oldObject.metadata.?annotations[?{quoted(REMOVABLE)}].orValue('') == 'true'",
            message=f"a team's namespace goes with all that runs in it; annotate it {REMOVABLE}=true first",
            place=TEAMS_NAMESPACES,
        ),
    )
