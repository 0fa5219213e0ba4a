"""What a cluster holds from its first moment: EKS's access policies as groups, the kubelet's rights."""

from typing import Any

from sandbox.kubernetes.api import Api

RBAC = "/apis/rbac.authorization.k8s.io/v1"
POLICIES = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
    "AmazonEKSAdminViewPolicy": "eks-admin-view",
}
"""EKS's access policies and Kubernetes' role of the same rights (EKS user guide, "Review access policy permissions").

An identity that has a policy for the whole cluster is in the group ``eks:<policy>``.
"""
RULES: dict[str, list[dict[str, list[str]]]] = {
    "eks-admin-view": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    "sandbox-kubelet": [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["pods/status"], "verbs": ["patch"]},
    ],
}
BINDINGS = {
    **{f"eks:{policy}": ("Group", f"eks:{policy}", role) for policy, role in POLICIES.items()},
    "sandbox-kubelet": ("User", "sandbox:kubelet", "sandbox-kubelet"),
}


def _object(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}, **fields}


def grant(api: Api) -> None:
    """Make, or make right, the roles and bindings. OSError where the API server refuses."""
    group = "rbac.authorization.k8s.io"
    for name, rules in RULES.items():
        api.apply(f"{RBAC}/clusterroles/{name}", _object("ClusterRole", name, rules=rules))
    for name, (kind, subject, role) in BINDINGS.items():
        subjects = [{"kind": kind, "apiGroup": group, "name": subject}]
        reference = {"apiGroup": group, "kind": "ClusterRole", "name": role}
        binding = _object("ClusterRoleBinding", name, subjects=subjects, roleRef=reference)
        api.apply(f"{RBAC}/clusterrolebindings/{name}", binding)
