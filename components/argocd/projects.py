"""What each tier may deploy, from where and where to."""

from collections.abc import Sequence
from typing import Any, Final

from components.argocd.patches import NAMESPACE

API: Final = "argoproj.io/v1alpha1"
CLUSTER: Final = "https://kubernetes.default.svc"
"""The cluster in which Argo CD itself runs: each environment has its own."""
KINDS: Final = (
    ("", "Service"),
    ("apps", "Deployment"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "Job"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"),
)
"""What the golden chart makes, by group and kind. Nothing that holds data, and nothing of the whole cluster."""


def project(tier: str, repository: str, namespaces: Sequence[str]) -> dict[str, Any]:
    """The project of a tier, whose services live in ``namespaces``."""
    return _project(
        tier,
        {
            "description": f"Services of the tier {tier}.",
            "sourceRepos": [repository],
            "destinations": [{"server": CLUSTER, "namespace": name} for name in sorted(set(namespaces))],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in KINDS],
        },
    )


def closed_default() -> dict[str, Any]:
    """The project that Argo CD makes by itself and that allows everything, if nobody says otherwise."""
    return _project(
        "default",
        {
            "description": "Nothing is deployed by this project.",
            "sourceRepos": [],
            "destinations": [],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [],
            "namespaceResourceBlacklist": [{"group": "*", "kind": "*"}],
        },
    )


def _project(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }
