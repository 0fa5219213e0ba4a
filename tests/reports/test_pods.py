"""Pods are told apart, by their NetworkPolicies, from the rest of the tier in which they run."""

from typing import Any

import pytest

from reports import pods, reach
from tests.policy.support.kubernetes import changed
from tests.policy.support.topologies import TIERS, stack
from tests.reports.support.states import exported
from tests.support.resources import Ref, Res

DATABASES = [f"10.0.{number}.0/24" for number in TIERS["database"]]
PRIVATE = {"endpointPublicAccess": False, "endpointPrivateAccess": True, "subnetIds": [Ref("private-a")]}
CLUSTER = Res(pods.CLUSTER, "cluster", {"name": "cluster", "vpcConfig": PRIVATE})


def deployment(name: str, namespace: str = "payments", **spec: Any) -> dict[str, Any]:
    """The pods of a service, as the golden chart labels them."""
    template = {"metadata": {"labels": {pods.NAME: name}}, "spec": {"containers": [], **spec}}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": template}}


def policy(name: str, *cidrs: str, port: Any = 5432, namespace: str = "payments", **to: Any) -> dict[str, Any]:
    """What lets the pods of a service out to these addresses."""
    rule = {"to": [{"ipBlock": {"cidr": cidr, **to}} for cidr in cidrs], "ports": [{"port": port}]}
    spec = {"podSelector": {"matchLabels": {pods.NAME: name}}, "policyTypes": ["Egress"], "egress": [rule]}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


DENIAL: dict[str, Any] = {
    **policy("all"),
    "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
}
TWO = [deployment("billing"), deployment("web"), policy("billing", *DATABASES), policy("web", "10.0.0.0/24"), DENIAL]
GIVEN = {"billing": frozenset({"core-database"}), "web": frozenset[str]()}


def rows(*objects: dict[str, Any], more: tuple[Res, ...] = (CLUSTER,)) -> list[tuple[str, str, str]]:
    """Who reaches the database, on which ports, and whether some grant says so."""
    services = pods.Services(objects=objects, databases=GIVEN)
    return [(row.who, row.ports, row.granted) for row in reach.rows_of(exported(stack(*more)), services)]


def test_a_service_that_is_let_out_is_named_and_another_is_not() -> None:
    """The rest of the tier (nodes, functions) stays a row."""
    assert rows(*TWO) == [("payments/billing", "tcp 5432", "yes"), ("rest of private tier", "tcp 5432", "yes")]


def test_the_path_names_the_policies_and_goes_on_as_that_of_the_tier() -> None:
    """So that a reviewer sees what to close."""
    found = reach.rows_of(exported(stack(CLUSTER)), pods.Services(objects=TWO, databases=GIVEN))
    assert found[0].path.startswith("pods of payments/billing -> NetworkPolicy payments/billing -> private tier -> ")
    assert found[0].path.endswith("orders tcp 5432")


OPEN = [deployment("web"), DENIAL, policy("web", "0.0.0.0/0")]
UNGRANTED: dict[str, list[dict[str, Any]]] = {
    "a policy that is wider than the catalog": OPEN,
    "a namespace without policies": [deployment("web")],
    "a port among a range": [*OPEN[:2], changed(OPEN[2], ("spec.egress.0.ports", [{"port": 1, "endPort": 9999}]))],
    "no ports": [*OPEN[:2], changed(OPEN[2], ("spec.egress.0.ports", []))],
    "no peers": [*OPEN[:2], changed(OPEN[2], ("spec.egress.0.to", []))],
    "a rule without anything": [*OPEN[:2], changed(OPEN[2], ("spec.egress", [{}]))],
    "one address of the database's subnets": [*OPEN[:2], policy("web", "10.0.5.255/32")],
    "what an exception leaves": [*OPEN[:2], policy("web", "10.0.4.0/23", **{"except": ["10.0.4.0/24"]})],
}


@pytest.mark.parametrize("objects", UNGRANTED.values(), ids=UNGRANTED)
def test_a_service_that_gets_through_without_a_grant_is_refused(objects: list[dict[str, Any]]) -> None:
    """The catalog gives it no database."""
    assert ("payments/web", "tcp 5432", "no") in rows(*objects)


CLOSED: dict[str, list[dict[str, Any]]] = {
    "everything is denied": [deployment("web"), DENIAL],
    "another port": [*OPEN[:2], policy("web", "0.0.0.0/0", port=443)],
    "another protocol": [
        *OPEN[:2],
        changed(OPEN[2], ("spec.egress.0.ports", [{"port": 5432, "protocol": "UDP"}])),
    ],
    "a port's name, which an address has not": [*OPEN[:2], policy("web", "0.0.0.0/0", port="postgres")],
    "an exception": [*OPEN[:2], policy("web", "10.0.0.0/8", **{"except": ["10.0.4.0/23"]})],
    "other pods": [*OPEN[:2], changed(OPEN[2], ("spec.egress.0.to", [{"podSelector": {}}]))],
    "a policy of another namespace": [*OPEN[:2], policy("web", "0.0.0.0/0", namespace="graph")],
    "a policy of another service": [*OPEN[:2], policy("billing", "0.0.0.0/0")],
}


@pytest.mark.parametrize("objects", CLOSED.values(), ids=CLOSED)
def test_a_service_that_is_kept_in_is_no_row(objects: list[dict[str, Any]]) -> None:
    """Though its tier gets through."""
    assert rows(*objects) == [("rest of private tier", "tcp 5432", "yes")]


def test_what_the_stack_itself_declares_counts() -> None:
    """Denials of namespaces, and pods that are no service's, such as Argo CD's."""
    spec = deployment("web", "argocd")
    mine = [
        Res("kubernetes:apps/v1:Deployment", "server", {**spec, "metadata": {**spec["metadata"], "name": "server"}})
    ]
    assert ("argocd/server", "tcp 5432", "no") in rows(more=(CLUSTER, *mine))
    denial = changed(DENIAL, ("metadata.namespace", "argocd"))
    mine.append(Res("kubernetes:networking.k8s.io/v1:NetworkPolicy", "denial", denial))
    assert rows(more=(CLUSTER, *mine)) == [("rest of private tier", "tcp 5432", "yes")]


def test_pods_in_the_network_of_their_node_are_of_the_node() -> None:
    """No policy binds them."""
    assert rows(deployment("agent", hostNetwork=True)) == [("rest of private tier", "tcp 5432", "yes")]


def test_without_a_cluster_tiers_are_all_there_is() -> None:
    """No chart is read either."""
    state = exported(stack())
    assert pods.deployed(state) is None
    assert [row.who for row in reach.rows_of(state, None)] == ["private tier"]


def test_charts_of_a_state_s_environment_are_rendered() -> None:
    """By the name of its stack; services and databases are those of the clone."""
    services = pods.deployed(exported(stack(CLUSTER)))
    assert services is not None
    assert services.databases["billing"] == {"core-database"}
    assert "billing" in {one["metadata"]["name"] for one in services.objects if one["kind"] == "Deployment"}
    elsewhere = [{**one, "urn": one["urn"].replace("production", "nowhere", 1)} for one in exported(stack(CLUSTER))]
    assert pods.deployed(elsewhere) is None
