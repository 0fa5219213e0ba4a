"""Objects of Kubernetes as a normal core service has them; each case changes one thing."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.resources import Res

DIGEST = "sha256:" + "ab" * 32
IMAGE = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/billing@{DIGEST}"
NAMES = {"app.kubernetes.io/name": "billing"}
GONE = object()
"""A value that takes its key away."""

SERVICES = "https://github.com/nationgraph/nationgraph-services.git"


def changed(value: Any, *changes: tuple[str, Any]) -> Any:
    """A copy with the value at each dotted path replaced; a number is an index, ``GONE`` removes."""
    made = copy.deepcopy(value)
    for path, new in changes:
        *way, last = path.split(".")
        inner = made
        for step in way:
            inner = inner[int(step)] if isinstance(inner, list) else inner.setdefault(step, {})
        if isinstance(inner, list):
            inner[int(last)] = new
        elif new is GONE:
            del inner[last]
        else:
            inner[last] = new
    return made


def probe(path: str) -> dict[str, Any]:
    """A probe by HTTP."""
    return {"httpGet": {"path": path, "port": "http"}}


CONTAINER: dict[str, Any] = {
    "name": "billing",
    "image": IMAGE,
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    "startupProbe": probe("/health/startup"),
    "readinessProbe": probe("/health/ready"),
    "livenessProbe": probe("/health/live"),
}
POD: dict[str, Any] = {
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "topologySpreadConstraints": [
        {"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    ],
    "volumes": [{"name": "tmp", "emptyDir": {}}],
    "containers": [CONTAINER],
}
METADATA: dict[str, Any] = {
    "name": "billing",
    "namespace": "payments",
    "labels": {**NAMES, "nationgraph.io/tier": "core"},
}
TEMPLATE = {"metadata": {"labels": METADATA["labels"]}, "spec": POD}


def _maker(type_: str, body: Mapping[str, Any]) -> Callable[..., Res]:
    def make(*changes: tuple[str, Any], name: str = "billing", as_type: str = type_) -> Res:
        return Res(f"kubernetes:{as_type}", name, changed(body, *changes))

    return make


deployment = _maker("apps/v1:Deployment", {"metadata": METADATA, "spec": {"replicas": 2, "template": TEMPLATE}})
cron_job = _maker(
    "batch/v1:CronJob",
    {"metadata": METADATA, "spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}},
)
pod = _maker("core/v1:Pod", {"metadata": METADATA, "spec": POD})
budget = _maker(
    "policy/v1:PodDisruptionBudget",
    {"metadata": METADATA, "spec": {"maxUnavailable": 1, "selector": {"matchLabels": NAMES}}},
)
autoscaler = _maker(
    "autoscaling/v2:HorizontalPodAutoscaler",
    {
        "metadata": METADATA,
        "spec": {"minReplicas": 2, "maxReplicas": 8, "scaleTargetRef": {"kind": "Deployment", "name": "billing"}},
    },
)
namespace = _maker(
    "core/v1:Namespace",
    {"metadata": {"name": "payments", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
)
network_policy = _maker(
    "networking.k8s.io/v1:NetworkPolicy",
    {"metadata": METADATA, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}},
)
role = _maker(
    "rbac.authorization.k8s.io/v1:ClusterRole",
    {"metadata": {"name": "reader"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
)
binding = _maker(
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    {
        "metadata": {"name": "reader"},
        "roleRef": {"kind": "ClusterRole", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "watch", "namespace": "payments"}],
    },
)
SPEC_OF_APPLICATION = {
    "project": "core",
    "source": {"repoURL": SERVICES, "path": "service/1.0.0", "targetRevision": "main"},
    "destination": {"server": "https://kubernetes.default.svc", "namespace": "payments"},
    "syncPolicy": {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["ServerSideApply=true"]},
}
application = _maker(
    "argoproj.io/v1alpha1:Application",
    {"metadata": {"name": "billing", "namespace": "argocd"}, "spec": SPEC_OF_APPLICATION},
)
application_set = _maker(
    "argoproj.io/v1alpha1:ApplicationSet",
    {
        "metadata": {"name": "services", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"git": {"repoURL": SERVICES, "files": [{"path": "versions/dev.yaml"}]}}],
            "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
            "template": {"metadata": {"name": "{{.service}}"}, "spec": SPEC_OF_APPLICATION},
        },
    },
)
project = _maker(
    "argoproj.io/v1alpha1:AppProject",
    {
        "metadata": {"name": "core", "namespace": "argocd"},
        "spec": {
            "sourceRepos": [SERVICES],
            "destinations": [{"server": "https://kubernetes.default.svc", "namespace": "payments"}],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [{"group": "apps", "kind": "Deployment"}],
        },
    },
)
claim = _maker(
    "core/v1:PersistentVolumeClaim",
    {"metadata": {"name": "data", "annotations": {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}}},
)
secret = _maker("core/v1:Secret", {"metadata": {"name": "stripe"}, "type": "Opaque"})
secret_class = _maker(
    "secrets-store.csi.x-k8s.io/v1:SecretProviderClass",
    {"metadata": {"name": "stripe"}, "spec": {"provider": "aws", "parameters": {"objects": "[]"}}},
)


def settings(name: str, **data: str) -> Res:
    """A ConfigMap of Argo CD; ``_`` in a key stands for a dot."""
    return Res(
        "kubernetes:core/v1:ConfigMap",
        name,
        {"metadata": {"name": name}, "data": {k.replace("_", "."): v for k, v in data.items()}},
    )
