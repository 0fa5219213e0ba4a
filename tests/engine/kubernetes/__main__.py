"""What a team gets in a cluster, with a workload: namespace, account, quota, closed network, and a rule of admission.

``SELECTOR`` is a label that a Deployment cannot change; ``REPLICAS`` is one that it can. Where ``SERVICES`` is given,
the list of services is declared too, with these and the ``BUDGET``, behind the policies that hold changes against it.
"""

import os
from collections.abc import Mapping
from typing import Any

import pulumi

from components.admission.admission import API
from components.admission.deletion_budget import deletion_budget
from components.argocd.args import namespace as place_of_argocd
from components.argocd.rights import previewers
from components.argocd.services import services
from components.shared.kubernetes_object import KubernetesObject

LABELS = {"app.kubernetes.io/name": "web", "set": os.environ.get("SELECTOR", "one")}
CONTAINER = {
    "name": "web",
    "image": "registry.example/web@sha256:" + "0" * 64,
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "50m", "memory": "64Mi"}},
}
POD = {
    "serviceAccountName": "services",
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [CONTAINER],
}
namespace = KubernetesObject(
    "payments",
    api_version="v1",
    kind="Namespace",
    manifest={"metadata": {"name": "payments", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
)


def own(name: str, api_version: str, kind: str, parents: list[pulumi.Resource], **fields: Any) -> KubernetesObject:
    """An object in the namespace."""
    manifest = {"metadata": {"name": name, "namespace": "payments"}, **fields}
    opts = pulumi.ResourceOptions(depends_on=[namespace, *parents])
    return KubernetesObject(f"payments-{name}", api_version=api_version, kind=kind, manifest=manifest, opts=opts)


account = own("services", "v1", "ServiceAccount", [], automountServiceAccountToken=False)
quota = own("quota", "v1", "ResourceQuota", [], spec={"hard": {"pods": "20", "requests.cpu": "2"}})
own(
    "closed",
    "networking.k8s.io/v1",
    "NetworkPolicy",
    [],
    spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
)
own(
    "web",
    "apps/v1",
    "Deployment",
    [account, quota],
    spec={
        "replicas": int(os.environ.get("REPLICAS", "2")),
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": POD},
    },
)
KubernetesObject(
    "digests",
    api_version="admissionregistration.k8s.io/v1",
    kind="ValidatingAdmissionPolicy",
    manifest={
        "metadata": {"name": "digests.nationgraph.io"},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                ]
            },
            "validations": [
                {
                    "expression": "object.spec.containers.all(c, c.image.contains('@sha256:'))",
                    "message": "an image is named by its digest",
                }
            ],
        },
    },
)
KubernetesObject(
    "digests-everywhere",
    api_version="admissionregistration.k8s.io/v1",
    kind="ValidatingAdmissionPolicyBinding",
    manifest={
        "metadata": {"name": "digests.nationgraph.io"},
        "spec": {"policyName": "digests.nationgraph.io", "validationActions": ["Deny"]},
    },
)


def declare(body: Mapping[str, Any], *after: pulumi.Resource) -> KubernetesObject:
    """An object as components write it."""
    name = f"{body['kind'].lower()}-{body['metadata']['name']}"
    opts = pulumi.ResourceOptions(depends_on=list(after))
    return KubernetesObject(name, api_version=body["apiVersion"], kind=body["kind"], manifest=body, opts=opts)


def budget(listed: str, allowed: int) -> None:
    """The list of services, its policies, and who may preview it: the group ``preview``, which reads otherwise."""
    policies = []
    for row in deletion_budget(setting="project:budget", writers=["system:masters"], preview="preview"):
        body = {"apiVersion": API, "metadata": {"name": row.name}}
        bound = {"policyName": row.name, "validationActions": ["Deny"]}
        policies.append(declare({**body, "kind": "ValidatingAdmissionPolicy", "spec": row.spec()}))
        policies.append(declare({**body, "kind": "ValidatingAdmissionPolicyBinding", "spec": bound}))
    place = declare(place_of_argocd())
    rights = [declare(body, place) for body in previewers("preview")]
    group = "rbac.authorization.k8s.io"
    reads = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "previews-read"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": "preview"}],
    }
    placed = dict.fromkeys(listed.split(), "core/payments")
    declare(services(placed, allowed), place, declare(reads), *rights, *policies)


if "SERVICES" in os.environ:
    budget(os.environ["SERVICES"], int(os.environ["BUDGET"]))
