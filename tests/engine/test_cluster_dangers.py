"""What a preview of the real engine says is dangerous in a cluster, by the real provider and API server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.dangers import dangers
from tests.engine.support import danger_cluster as of_cluster
from tests.engine.support.danger_cases import Case, judge
from tests.engine.support.previews import Previews, previews

pytestmark = pytest.mark.engine
CASES = [
    Case(
        "a NetworkPolicy lets in every namespace",
        of_cluster.changed(networkpolicy_api=of_cluster.ingress(of_cluster.PEER, {"namespaceSelector": {}})),
        {
            ("cluster", "networkpolicy-api", "spec.ingress"): [
                "NetworkPolicy api newly lets in every namespace on TCP 8080"
            ]
        },
    ),
    Case(
        "the policy that closes the namespace goes",
        of_cluster.changed(without=["networkpolicy-closed"]),
        {
            ("cluster", "networkpolicy-closed", "spec.ingress"): ["every pod of namespace payments is open in"],
            ("cluster", "networkpolicy-closed", "spec.egress"): ["every pod of namespace payments is open out"],
        },
    ),
    Case(
        "an application is removed, within the budget",
        of_cluster.changed(configmap_services={"data": {"auth.service": "core/auth"}}),
        {("applications", "configmap-services", "data"): ["billing removed (the deletion budget is 1)"]},
    ),
    Case(
        "admission refuses nothing, pods are less restricted, a role reads secrets",
        of_cluster.changed(
            without=["validatingadmissionpolicybinding-digests.nationgraph.io"],
            namespace_payments={
                "metadata": {"name": "payments", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}
            },
            role_reader={"rules": [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get"]}]},
        ),
        {
            ("cluster", "validatingadmissionpolicybinding-digests.nationgraph.io", "spec.validationActions"): [
                "is deleted"
            ],
            ("cluster", "namespace-payments", "metadata.labels.pod-security.kubernetes.io/enforce"): [
                "restricted -> baseline"
            ],
            ("rights", "role-reader", "rules"): ["Role reader gains get secrets"],
        },
    ),
    Case(
        "a NetworkPolicy is written differently, another one is not needed",
        of_cluster.changed(
            without=["networkpolicy-api"],
            networkpolicy_closed={
                "spec": {"podSelector": {"matchLabels": {}}, "policyTypes": ["Egress", "Ingress"], "ingress": []}
            },
        ),
    ),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    """Objects in a cluster, deployed once."""
    folder: Path = tmp_path_factory.mktemp("cluster") / "production"
    with previews(folder, kubernetes=True, after=of_cluster.AFTER) as made:
        made.deploy(of_cluster.BASE)
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_cluster(cluster: Previews, case: Case) -> None:
    """Each danger that the case names, and no other."""
    change = cluster.preview(case.resources)
    assert change.run.counts().keys() - {"same"}
    judge(case, dangers(change))
