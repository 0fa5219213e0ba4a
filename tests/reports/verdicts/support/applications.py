"""Applications of Argo CD as its controller leaves them."""

from typing import Any

from models.versions.model import Version

SINCE = "2026-11-28T08:00:00Z"
REPOSITORY = "https://github.com/nationgraph/nationgraph-services"


def source(version: Version, environment: str, *, root: str = "") -> dict[str, Any]:
    """The source that the ApplicationSet makes of a line of versions."""
    digests = {"image.digest": version.image, "migration.image.digest": version.migrations}
    return {
        "repoURL": REPOSITORY,
        "targetRevision": "main",
        "path": f"{root}service/{version.chart}",
        "helm": {
            "valueFiles": [f"../../values/{environment}/{version.service}.yaml"],
            "parameters": [{"name": key, "value": value} for key, value in digests.items() if value],
        },
    }


def application(version: Version, environment: str, **changes: Any) -> dict[str, Any]:
    """Synced and healthy since ``SINCE`` but for ``changes``: ``sync``, ``health``, ``phase``, ``deployed``, ..."""
    made = source(version, environment, root=changes.get("root", ""))
    destination = {"server": "https://kubernetes.default.svc", "namespace": version.namespace}
    deployed = changes.get("deployed", SINCE)
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": version.service,
            "namespace": "argocd",
            "labels": {"app.kubernetes.io/part-of": "nationgraph", "nationgraph.io/tier": version.tier},
        },
        "spec": {"project": version.tier, "destination": destination, "source": made},
        "status": {
            "sync": {
                "status": changes.get("sync", "Synced"),
                "comparedTo": {"source": made, "destination": destination},
                "revision": "a" * 40,
            },
            "health": {
                "status": changes.get("health", "Healthy"),
                "lastTransitionTime": changes.get("health_since", SINCE),
            },
            "operationState": {
                "operation": {"sync": {"revision": "a" * 40}},
                "phase": changes.get("phase", "Succeeded"),
                "startedAt": deployed,
                "finishedAt": deployed,
            },
            "history": [{"id": 0, "revision": "a" * 40, "deployedAt": deployed, "source": made}],
        },
    }
