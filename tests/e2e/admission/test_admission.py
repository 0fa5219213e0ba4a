"""A real API server refuses what the platform's policies of admission say, whoever asks, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.error import HTTPError

import pytest

from components.admission.admission import AdmissionPolicies, AdmissionPoliciesArgs
from components.namespaces.namespaces import TeamNamespace, TeamNamespaceArgs
from layers.delivery import PREVIEW_GROUP, WRITERS
from layers.namespaces import CONTROLLER
from lib.quota import Quota
from lib.repository import IMAGES
from sandbox.kubernetes.api import Api
from stacks.model import BUDGET_KEY
from tests.conftest import Deploy
from tests.support import clusters

pytestmark = pytest.mark.e2e
DIGEST = f"sha256:{'a' * 64}"
OURS = f"{IMAGES}/billing@{DIGEST}"
ADMISSION = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
PLACES = {
    "Namespace": "/api/v1/namespaces",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "ValidatingAdmissionPolicy": f"{ADMISSION}ies",
    "ValidatingAdmissionPolicyBinding": f"{ADMISSION}ybindings",
}
ARGO = (CONTROLLER, "system:serviceaccounts")
PIPELINE = ("arn:aws:sts::123456789012:assumed-role/nationgraph-deploy/run", WRITERS)
PERSON = ("arn:aws:sts::123456789012:assumed-role/nationgraph-engineering/ada", "nationgraph:engineering")
JOBS = ("system:serviceaccount:kube-system:job-controller", "system:serviceaccounts:kube-system")
EVERYBODY = {
    "metadata": {"name": "everybody"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated"}],
}
"""RBAC lets everybody do everything here: what refuses is admission."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A cluster of this module."""
    with clusters.running(tmp_path_factory.mktemp("clusters") / "admission") as made:
        made.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", EVERYBODY)
        yield made


@pytest.fixture
def api(server: Api, deploy: Deploy) -> Api:
    """The API server with what the components declare: two teams, one of which may be removed."""
    quota = Quota(pods=9, millicores=1500, mebibytes=2048)

    def program() -> None:
        args = AdmissionPoliciesArgs(
            registries=[f"{IMAGES}/"],
            delivery=CONTROLLER,
            writers=[WRITERS],
            preview=PREVIEW_GROUP,
            budget_setting=BUDGET_KEY,
        )
        AdmissionPolicies("admission", args)
        for team, protect in (("payments", True), ("graph", False)):
            TeamNamespace(team, TeamNamespaceArgs(team=team, quota=quota, protect=protect))

    objects = [one.inputs for one in deploy(program).resources if one.type.startswith("kubernetes:")]
    for body in sorted(objects, key=lambda body: str(body["kind"]) != "Namespace"):
        place = PLACES[body["kind"]].format(body["metadata"].get("namespace"))
        replace(server, acting=PIPELINE).apply(f"{place}/{body['metadata']['name']}", body)
    for name in (
        "a person's",
        "Argo CD's pod by tag",
        "a pod with a token",
        "a namespace that stays",
        "Argo CD's Secret",
    ):
        method, path, body, who, expected = CASES[name]
        asked = partial(verdict, server, method, path, body, who)
        clusters.until(lambda asked=asked, expected=expected: expected in asked())  # type: ignore[misc]
    return server


def pod(**change: Any) -> dict[str, Any]:
    """A restricted pod of ours."""
    container = {
        "name": "billing",
        "image": change.pop("image", OURS),
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    spec = {
        "serviceAccountName": "services",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        **change,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "billing"}, "spec": spec}


def verdict(api: Api, method: str, path: str, body: Any = None, who: tuple[str, str] = JOBS) -> str:
    """What the server refuses with, as ``who`` (user, group) who may do everything by RBAC; "" where it does it."""
    try:
        replace(api, acting=who).call(method, f"{path}?dryRun=All", body)
    except HTTPError as error:
        return str(error.reason)
    return ""


SECOND = {**pod()["spec"]["containers"][0], "name": "second"}
PODS: dict[str, tuple[dict[str, Any], str]] = {
    "ours by digest": (pod(), ""),
    "by tag": (pod(image=f"{IMAGES}/billing:1.0"), "named by their digest"),
    "by tag and digest": (pod(image=f"{IMAGES}/billing:1.0@{DIGEST}"), ""),
    "a short digest": (pod(image=f"{IMAGES}/billing@sha256:abc"), "named by their digest"),
    "another registry": (pod(image=f"docker.io/billing@{DIGEST}"), "come from"),
    "a registry whose name begins alike": (pod(image=f"{IMAGES}.evil.example/billing@{DIGEST}"), "come from"),
    "an init container": (pod(initContainers=[{**SECOND, "image": "a:latest"}]), "named by their digest"),
    "a second container": (pod(containers=[SECOND, {**SECOND, "name": "b", "image": "b"}]), "named by their digest"),
    "a token": (pod(automountServiceAccountToken=True), "no token of the API"),
    "no word of a token": (
        {**pod(), "spec": {k: v for k, v in pod()["spec"].items() if k != "automountServiceAccountToken"}},
        "no token of the API",
    ),
    "privileged": (pod(hostNetwork=True), "violates PodSecurity"),
}


def test_pods(api: Api) -> None:
    """Each is refused for its own reason, or taken."""
    wrong = {}
    for name, (body, expected) in PODS.items():
        said = verdict(api, "POST", "/api/v1/namespaces/payments/pods", body)
        if (expected not in said) or bool(said) is not bool(expected):
            wrong[name] = said
    print(f"pods: {len(PODS) - len(wrong)} of {len(PODS)} refused or taken as the policies say")
    assert wrong == {}


CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": "b"}}
POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "open"},
    "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]},
}
MERGE_IT, DIGESTS = "comes from nationgraph-services alone", "named by their digest"
TEAM = "/api/v1/namespaces/payments"
NETWORK = "/apis/networking.k8s.io/v1/namespaces/payments/networkpolicies"
CASES: dict[str, tuple[str, str, Any, tuple[str, str], str]] = {
    "Argo CD's configuration": ("POST", f"{TEAM}/configmaps", CONFIG, ARGO, ""),
    "the pipeline's": ("POST", f"{TEAM}/configmaps", CONFIG, PIPELINE, ""),
    "a person's": ("POST", f"{TEAM}/configmaps", CONFIG, PERSON, MERGE_IT),
    "a person's elsewhere": ("POST", "/api/v1/namespaces/default/configmaps", CONFIG, PERSON, ""),
    "a person's hole in the network": ("POST", NETWORK, POLICY, PERSON, MERGE_IT),
    "a person opens what is closed": ("DELETE", f"{NETWORK}/closed", None, PERSON, MERGE_IT),
    "a person's pod": ("POST", f"{TEAM}/pods", pod(), PERSON, MERGE_IT),
    "a controller's pod": ("POST", f"{TEAM}/pods", pod(), JOBS, ""),
    "a pod with a token": ("POST", f"{TEAM}/pods", pod(automountServiceAccountToken=True), JOBS, "no token of the API"),
    "Argo CD's pod by tag": ("POST", f"{TEAM}/pods", pod(image="a:1"), ARGO, DIGESTS),
    "Argo CD's Secret": ("POST", f"{TEAM}/secrets", SECRET, ARGO, "exceeded quota"),
    "the pipeline's Secret": ("POST", f"{TEAM}/secrets", SECRET, PIPELINE, "exceeded quota"),
    "a namespace that stays": ("DELETE", TEAM, None, PIPELINE, "annotate it nationgraph.io/removable=true first"),
    "a namespace that may go": ("DELETE", "/api/v1/namespaces/graph", None, PIPELINE, ""),
}


def test_who_may_change_what(api: Api) -> None:
    """Argo CD, the pipeline, emergencies; no person, however wide the person's role is."""
    wrong = {}
    for name, (method, path, body, who, expected) in CASES.items():
        said = verdict(api, method, path, body, who)
        if (expected not in said) or bool(said) is not bool(expected):
            wrong[name] = said
    print(f"changes: {len(CASES) - len(wrong)} of {len(CASES)} refused or taken as the policies say")
    assert wrong == {}
