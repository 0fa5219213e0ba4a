"""The ApplicationSets: one a tier, which makes an Application of each line of ``versions/<environment>.yaml``.

Whatever Git, a generator or a person says, nothing is deleted:

- ``applicationsSync: create-update``, and the controller's own policy of the same name, which no field overrides, keep
  Applications that a generator does not return any more;
- the finalizer of the set lets the controller take its ownership off its Applications when the set is deleted, where
  Kubernetes would collect them;
- the template has no finalizer, so that an Application that is deleted all the same leaves what it deployed.

A line with ``migrations`` gives one parameter more, by the patch of the template: a template alone knows no conditions.
The patch states parameters of Helm and nothing else, and writes what it takes from the line as JSON, so that no value
can become another field of the Application; ``inf-03-application-sets`` refuses any other.
"""

from typing import Any, Final

from components.argocd.patches import NAMESPACE
from components.argocd.projects import API, CLUSTER
from lib.helm_parameters import IMAGE, MIGRATIONS
from lib.labels import PART_OF, PLATFORM, TEAM, TIER

FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
BRANCH: Final = "main"
SYNC_OPTIONS: Final = (
    "ServerSideApply=true",
    "FailOnSharedResource=true",
    "PruneLast=true",
    "CreateNamespace=false",
)
"""An object of another Application is left alone, and what goes, goes after what comes has become healthy."""

PATCH: Final = f"""\
spec:
  source:
    helm:
      parameters:
        - {{name: {IMAGE}, value: {{{{.image | toJson}}}}, forceString: true}}
        {{{{- if hasKey . "migrations"}}}}
        - {{name: {MIGRATIONS}, value: {{{{.migrations | toJson}}}}, forceString: true}}
        {{{{- end}}}}
"""
"""The list replaces that of the template, so it has all parameters."""


def application_set(tier: str, *, environment: str, versions: str, repository: str) -> dict[str, Any]:
    """The set of a tier: services as ``versions`` lists them, with the values of ``environment``."""
    return {
        "apiVersion": API,
        "kind": "ApplicationSet",
        "metadata": {"name": tier, "namespace": NAMESPACE, "finalizers": [FINALIZER]},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {
                    "git": {
                        "repoURL": repository,
                        "revision": BRANCH,
                        "files": [{"path": f"versions/{versions}.yaml"}],
                        "requeueAfterSeconds": 120,
                    },
                    "selector": {"matchLabels": {"tier": tier}},
                }
            ],
            "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
            "template": _template(tier, environment, repository),
            "templatePatch": PATCH,
        },
    }


def _template(tier: str, environment: str, repository: str) -> dict[str, Any]:
    return {
        "metadata": {
            "name": "{{.service}}",
            "labels": {
                "app.kubernetes.io/name": "{{.service}}",
                PART_OF: PLATFORM,
                TIER: tier,
                TEAM: "{{.namespace}}",
            },
        },
        "spec": {
            "project": tier,
            "source": {
                "repoURL": repository,
                "targetRevision": BRANCH,
                "path": "service/{{.chart}}",
                "helm": {
                    "releaseName": "{{.service}}",
                    "valueFiles": [f"../../values/{environment}/{{{{.service}}}}.yaml"],
                },
            },
            "destination": {"server": CLUSTER, "namespace": "{{.namespace}}"},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
                "syncOptions": list(SYNC_OPTIONS),
                "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}},
            },
            "revisionHistoryLimit": 10,
        },
    }
