"""The layer of delivery: who enters which environment's cluster, from where, and what its teams may read."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.shared.account import Account
from layers import access, data, delivery, foundation, secrets, services
from lib.vocabulary import NAMESPACES
from models.catalog.loader import load_catalog
from stacks import tags
from stacks.environments import ENVIRONMENTS
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment
from tests.layers.support.stacks import deployed_stack

HERE = Account(id=ACCOUNT, region=REGION)
ENTRY, POLICY = "aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


@pytest.fixture
def layer(deploy: Deploy) -> Deployment:
    """Dev's, with what it stands on; the result is what the layers above get."""
    settings = load_file(FOLDER / "Pulumi.dev.yaml")

    def program() -> delivery.Delivery:
        tags.register(settings.tags)
        base = foundation.build(settings)
        return delivery.build(settings, base, access.build(settings, base))

    return deploy(program, stack="dev")


def policies(made: Deployment) -> dict[str, str]:
    """What each entry may do, by the end of its name."""
    prefix, suffix = "cluster-access-", "-policy"
    return {
        row.name.removeprefix(prefix).removesuffix(suffix): row.inputs["policyArn"].rpartition("/")[2]
        for row in made.all(POLICY)
    }


def test_the_cluster_is_its_environments(layer: Deployment) -> None:
    """Named after the stack, in all subnets of the private tier, with the machines of the environment's row."""
    cluster = layer.one("aws:eks/cluster:Cluster").inputs
    assert cluster["name"] == "nationgraph-dev"
    private = [f"network-private-{zone}-id" for zone in ("eu-central-1a", "eu-central-1b")]
    assert cluster["vpcConfig"]["subnetIds"] == private
    nodes = layer.one("aws:eks/nodeGroup:NodeGroup").inputs
    row = ENVIRONMENTS["dev"]
    assert nodes["instanceTypes"] == list(row.node_types)
    assert nodes["scalingConfig"]["maxSize"] == row.max_node_count


def test_the_layers_above_reach_it(layer: Deployment) -> None:
    """By name, endpoint and certificate; its teams are those of the catalog."""
    result: delivery.Delivery = layer.result
    assert result.teams == ("graph", "payments", "platform") == load_catalog().namespaces
    assert {row.inputs["namespace"] for row in layer.all("aws:eks/podIdentityAssociation:PodIdentityAssociation")} == {
        *result.teams
    }


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_nodes_outlive_a_zone(stack: str) -> None:
    """At least one machine in each zone of the environment, and room to start as many again."""
    row = ENVIRONMENTS[stack]
    assert row.node_count >= row.zone_count
    assert row.max_node_count >= 2 * row.node_count


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("stack", "people"),
    [
        ("dev", {"people-engineering": "AmazonEKSViewPolicy", "people-on-call": "AmazonEKSEditPolicy"}),
        ("staging", {"people-engineering": "AmazonEKSViewPolicy", "people-on-call": "AmazonEKSEditPolicy"}),
        ("production", {"people-on-call": "AmazonEKSViewPolicy"}),
    ],
)
def test_who_enters(deploy: Deploy, stack: str, people: dict[str, str]) -> None:
    """Whoever deploys and repairs does all; a preview and people look, and nobody else is let in.

    People change workloads where they may read the environment's secrets, which EKS's policy for it includes.
    """
    made = deployed_stack(deploy, stack)
    assert ENVIRONMENTS[stack].people_read_secrets is ("AmazonEKSEditPolicy" in people.values())
    whole = dict.fromkeys(("deploy", "break-glass", "administrator"), "AmazonEKSClusterAdminPolicy")
    assert policies(made) == {**whole, "preview": "AmazonEKSViewPolicy", **people}
    entries = {row.name: row.inputs for row in made.all(ENTRY)}
    assert entries["cluster-access-preview"]["kubernetesGroups"] == [delivery.PREVIEW_GROUP]
    assert entries["cluster-access-verdicts"]["kubernetesGroups"] == [delivery.VERDICTS_GROUP]
    for name in people:
        group = name.removeprefix("people-")
        assert entries[f"cluster-access-{name}"]["kubernetesGroups"] == [f"nationgraph:{group}"]
    administrator = entries["cluster-access-administrator"]["principalArn"]
    assert administrator.endswith(":role/OrganizationAccountAccessRole")


@pytest.mark.no_cover
@pytest.mark.parametrize("stack", ["dev", "production"])
def test_the_api_is_open_to_the_routers_and_one_function_alone(deploy: Deploy, stack: str) -> None:
    """Who of the tailnet gets through is the policy of the tailnet; nothing else of the network is granted it.

    Neither is an address: each is a group, and that of the function is carried by the function and nothing else.
    """
    made = deployed_stack(deploy, stack)
    rules = made.named("cluster-security-group").inputs["ingress"]
    assert {rule["description"]: rule["securityGroups"] for rule in rules} == {
        "kubernetes-api over the VPN": ["vpn-routers-security-group-id"],
        "kubernetes-api from the function argocd-token": ["cluster-function-argocd-token-id"],
    }
    for rule in rules:
        assert not {"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "self"} & rule.keys()
        assert (rule["protocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    carriers = [
        one.name for one in made.resources if one.custom and "cluster-function-argocd-token-id" in str(one.inputs)
    ]
    assert carriers == ["cluster-security-group", "argocd-token-function-function"]
    group = made.named("cluster-function-argocd-token").inputs
    assert group["ingress"] == []
    assert [(rule["fromPort"], rule["toPort"], rule["cidrBlocks"]) for rule in group["egress"]] == [
        (443, 443, ["0.0.0.0/0"])
    ]


@pytest.mark.no_cover
def test_a_database_is_read_by_those_who_declare_it(deploy: Deploy) -> None:
    """In the namespaces of teams with a service that has it as a data store; the rotator's credential by no pod."""
    made = deployed_stack(deploy, "production")
    declaring = {
        service.owner
        for service in load_catalog().services.values()
        if "core-database" in {store.database for store in service.data_stores}
    }
    given = made.named("core-database-secret").inputs["tags"][NAMESPACES]
    assert given == f":{':'.join(sorted(declaring))}:"
    assert NAMESPACES not in made.named("core-rotator-secret").inputs["tags"]


def test_a_team_without_the_database_does_not_read_it(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tag names fewer namespaces than there are, where fewer declare it."""
    catalog = load_catalog()
    without = {
        name: service if service.owner == "graph" else service.model_copy(update={"data_stores": ()})
        for name, service in catalog.services.items()
    }
    changed = type(catalog)(**{**vars(catalog), "services": without})
    monkeypatch.setattr(secrets, "catalog", lambda: changed)
    settings = load_file(FOLDER / "Pulumi.dev.yaml")

    def program() -> secrets.Secrets:
        base = foundation.build(settings)
        reach = access.build(settings, base)
        return secrets.build(settings, base, reach, data.build(settings, base, reach))

    made = deploy(program, stack="dev")
    assert made.named("core-database-secret").inputs["tags"][NAMESPACES] == ":graph:"


def test_a_wrong_catalog_stops_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With its problems and without a traceback."""
    monkeypatch.setattr(services, "load_catalog", lambda: load_catalog(tmp_path))
    services.catalog.cache_clear()
    with pytest.raises(pulumi.RunError, match=r"catalog/access\.yaml"):
        services.catalog()


@pytest.mark.no_cover
def test_exports_lead_to_the_cluster(deploy: Deploy) -> None:
    """Its name and endpoint, for people and the pipeline; no kubeconfig, which each makes for himself."""
    exported: dict[str, Any] = deployed_stack(deploy, "production").result
    assert {"clusterName", "clusterEndpoint"} <= exported.keys()
    assert "kubeconfig" not in json.dumps(sorted(exported)).lower()
