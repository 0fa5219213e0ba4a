"""A real API server takes every object: strict fields, server-side apply, Pod Security "restricted" enforced."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError

import pytest
import yaml

from components.namespaces.namespaces import SERVICE_ACCOUNTS
from components.shared.pod_security import RESTRICTED
from reports.charts.render import Rendered, template
from reports.charts.schemas import CRDS
from sandbox.argocd import objects
from sandbox.kubernetes.api import APPLY, Api
from stacks.environments import ENVIRONMENTS
from tests.charts.test_golden_chart import CHART, MIGRATION, values
from tests.policy.support.kubernetes import GONE, changed
from tests.reports.charts.support.rendered import of, rendered
from tests.support import clusters
from tests.support.depth import DEEP

pytestmark = pytest.mark.e2e
TRIED = tuple(ENVIRONMENTS) if DEEP else ("production",)
PATHS = {
    "Deployment": "apis/apps/v1/namespaces/{}/deployments",
    "Service": "api/v1/namespaces/{}/services",
    "PodDisruptionBudget": "apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "HorizontalPodAutoscaler": "apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
    "NetworkPolicy": "apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "SecretProviderClass": (
        "apis/secrets-store.csi.x-k8s.io/v1/namespaces/{}/secretproviderclasses"  # pragma: allowlist secret
    ),
    "Job": "apis/batch/v1/namespaces/{}/jobs",
    "Pod": "api/v1/namespaces/{}/pods",
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API server with the driver's definition and each team's namespace, as the platform makes them."""
    with clusters.running(tmp_path_factory.mktemp("clusters") / "charts") as server:
        objects.apply(server, [yaml.safe_load(path.read_text()) for path in CRDS.glob("*.yaml")])
        for team in sorted({one.body["metadata"]["namespace"] for one in rendered("dev")}):
            server.call("POST", "/api/v1/namespaces", {"metadata": {"name": team, "labels": RESTRICTED}})
            for account in SERVICE_ACCOUNTS:
                place = f"/api/v1/namespaces/{team}/serviceaccounts"
                server.call("POST", place, {"metadata": {"name": account}, "automountServiceAccountToken": False})
        yield server


def dry(api: Api, body: Mapping[str, Any]) -> Any:
    """Apply it as Argo CD does, strictly, without keeping it. HTTPError where it is refused."""
    metadata = body["metadata"]
    place = f"/{PATHS[body['kind']].format(metadata['namespace'])}/{metadata['name']}"
    return api.call(
        "PATCH", f"{place}?dryRun=All&fieldValidation=Strict&fieldManager=argocd&force=true", body, kind=APPLY
    )


def pod_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The pod of a workload: Pod Security judges pods, and of workloads only warns."""
    template_ = body["spec"]["template"]
    metadata = {**template_["metadata"], "name": body["metadata"]["name"], "namespace": body["metadata"]["namespace"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template_["spec"]}


@pytest.mark.parametrize("environment", TRIED)
def test_every_object_and_every_pod_is_accepted(api: Api, environment: str) -> None:
    """And what the server answers says what was asked for."""
    pods = 0
    for one in rendered(environment):
        answer = dry(api, one.body)
        assert answer["metadata"]["labels"] == one.body["metadata"]["labels"]
        if one.kind == "Deployment":
            dry(api, pod_of(one.body))
            pods += 1
    total = len(rendered(environment)) + pods
    print(f"{environment}: {total} of {total} objects and pods accepted by the API server")


def test_migration_is_accepted(api: Api) -> None:
    """Job, its pod, its policy and its credential."""
    done = template(CHART, values(("migration", MIGRATION)), "payments")
    bodies = [body for body in yaml.safe_load_all(done.stdout) if body]
    for body in bodies:
        dry(api, body)
    dry(api, pod_of(next(body for body in bodies if body["kind"] == "Job")))


REFUSED: dict[str, tuple[str, str, Any, int]] = {
    "an unknown field": ("Deployment", "spec.template.spec.nodeSelectr", {}, 500),
    "an unknown field of the driver's kind": ("SecretProviderClass", "spec.providr", "aws", 500),
    "a port out of range": ("NetworkPolicy", "spec.egress.0.ports.0.port", 70000, 422),
    "a grace period below the hook's": (
        "Deployment", "spec.template.spec.terminationGracePeriodSeconds", 5, 422,
    ),
    "root": ("Pod", "spec.containers.0.securityContext.runAsNonRoot", False, 403),
    "no seccomp profile": ("Pod", "spec.securityContext.seccompProfile", GONE, 403),
    "a capability": ("Pod", "spec.containers.0.securityContext.capabilities.drop", [], 403),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused(api: Api, case: str) -> None:
    """Else acceptance would say nothing."""
    kind, path, value, code = REFUSED[case]
    one: Rendered = of("production", "billing", "Deployment" if kind == "Pod" else kind)
    body = pod_of(one.body) if kind == "Pod" else one.body
    with pytest.raises(HTTPError) as refused:
        dry(api, changed(body, (path, value)))
    assert refused.value.code == code, str(refused.value)
