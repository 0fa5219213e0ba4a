"""SEC-06, SEC-07, INF-02: the control plane is private, encrypted, on record, and lets in who is entered."""

import json
from typing import Any

import pulumi
import pytest

from components.cluster.addons import LOG_GROUPS, VERSION
from components.cluster.args import PrivateClusterArgs
from components.cluster.cluster import PrivateCluster
from lib.firewall import ROUTERS, Rule
from tests.components.cluster.support.cluster import (
    ARGS,
    CLIENTS,
    CLUSTER,
    DEPLOY,
    GROUP,
    NAME,
    PREVIEW,
    deployed,
    rights,
    rules_from,
    trust,
)
from tests.components.support.platform import HERE, platform
from tests.conftest import ACCOUNT, REGION, Deploy

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:cluster-key"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
EVERY_LOG = ["api", "audit", "authenticator", "controllerManager", "scheduler"]


def test_the_api_answers_on_private_addresses_alone(deploy: Deploy) -> None:
    """No public endpoint; in the subnets of the tier, behind a security group of its own."""
    network = deployed(deploy).one(CLUSTER).inputs["vpcConfig"]
    assert network == {
        "subnetIds": ARGS["subnet_ids"],
        "securityGroupIds": ["cluster-security-group-id"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    }


def test_only_granted_sources_reach_it(deploy: Deploy) -> None:
    """443 from the client ranges and the VPN's routers, and nothing outwards."""
    vpn = Rule(port=443, source=ROUTERS, description="kubernetes-api over the VPN")
    made = deployed(deploy, rules=[*rules_from(*CLIENTS), vpn]).one(SECURITY_GROUP).inputs
    inside, routers = made["ingress"]
    assert {(rule["protocol"], rule["fromPort"], rule["toPort"]) for rule in made["ingress"]} == {("tcp", 443, 443)}
    assert (inside["cidrBlocks"], "securityGroups" in inside) == (CLIENTS, False)
    assert (routers["securityGroups"], "cidrBlocks" in routers) == (["sg-routers"], False)
    assert made["egress"] == []


def test_who_is_let_in_stands_in_access_entries(deploy: Deploy) -> None:
    """No ConfigMap, and whoever made the cluster has no right in it for that."""
    inputs = deployed(deploy).one(CLUSTER).inputs
    assert inputs["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}


def test_each_entry_has_its_policy_and_groups(deploy: Deploy) -> None:
    """One policy each, in the whole cluster, by the ARN that EKS gives it."""
    made = deployed(deploy)
    entries = {row.name: row.inputs for row in made.all("aws:eks/accessEntry:AccessEntry")}
    assert {name: row["principalArn"] for name, row in entries.items()} == {
        "cluster-access-deploy": DEPLOY,
        "cluster-access-preview": PREVIEW,
    }
    assert {row["type"] for row in entries.values()} == {"STANDARD"}
    assert entries["cluster-access-preview"]["kubernetesGroups"] == ["nationgraph:preview"]
    assert "kubernetesGroups" not in entries["cluster-access-deploy"]
    policy = made.named("cluster-access-preview-policy").inputs
    assert policy["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    assert (policy["principalArn"], policy["accessScope"]) == (PREVIEW, {"type": "cluster"})


def test_a_function_is_let_in_by_a_group_of_its_own(deploy: Deploy) -> None:
    """It opens nothing inwards and HTTPS outwards; the cluster names it, and no range of addresses for it."""
    rule = Rule(port=443, source="maker", description="kubernetes-api from the function maker")
    made = deployed(deploy, rules=[*rules_from(*CLIENTS), rule], functions=["maker"])
    group = made.named("cluster-function-maker").inputs
    assert (group["vpcId"], group["ingress"]) == ("vpc-1", [])
    assert [(one["fromPort"], one["toPort"], one["protocol"]) for one in group["egress"]] == [(443, 443, "tcp")]
    rows = {one["description"]: one for one in made.named("cluster-security-group").inputs["ingress"]}
    assert rows[rule.description]["securityGroups"] == ["cluster-function-maker-id"]
    assert "cidrBlocks" not in rows[rule.description]
    with pytest.raises(ValueError, match="maker"):
        PrivateClusterArgs(**{**ARGS, "rules": [rule]})


def test_secrets_are_encrypted_with_its_own_key(deploy: Deploy) -> None:
    """One key that rotates, for the cluster's secrets and for all logs."""
    made = deployed(deploy)
    assert made.one(CLUSTER).inputs["encryptionConfig"] == {"provider": {"keyArn": KEY}, "resources": ["secrets"]}
    assert made.named("cluster-key").inputs["enableKeyRotation"] is True
    assert {group.inputs["kmsKeyId"] for group in made.all(LOG_GROUP)} == {KEY}


def test_the_key_serves_this_clusters_logs_and_disks(deploy: Deploy) -> None:
    """Besides IAM: CloudWatch Logs for its groups, and EBS for machines that Auto Scaling starts."""
    rows = json.loads(deployed(deploy).named("cluster-key").inputs["policy"])["Statement"]
    administration, control, pods, disks = rows
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    for row, folder in ((control, f"/aws/eks/{NAME}/*"), (pods, f"/aws/containerinsights/{NAME}/*")):
        assert row["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{folder}"
        assert row["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}
    assert disks["Condition"] == {
        "StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"ec2.{REGION}.amazonaws.com"},
        "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/*"},
    }
    assert len({row["Sid"] for row in rows}) == len(rows)


def test_all_logs_are_on_and_kept(deploy: Deploy) -> None:
    """The groups exist before EKS and the add-on would make them, with a retention and a key."""
    made = deployed(deploy)
    cluster = made.one(CLUSTER)
    assert sorted(cluster.inputs["enabledClusterLogTypes"]) == EVERY_LOG
    groups = {group.inputs["name"]: group for group in made.all(LOG_GROUP)}
    assert set(groups) == {
        f"/aws/eks/{NAME}/cluster",
        *(f"/aws/containerinsights/{NAME}/{kind}" for kind in LOG_GROUPS),
    }
    assert {group.inputs["retentionInDays"] for group in groups.values()} == {90}
    assert {group.urn for group in groups.values()} <= set(cluster.dependencies)
    assert {group.urn for group in groups.values()} <= set(
        made.named("cluster-addon-amazon-cloudwatch-observability").dependencies
    )


def test_version_and_support(deploy: Deploy) -> None:
    """The pinned minor version, with standard support alone: EKS moves it on rather than charge for old age."""
    inputs = deployed(deploy).one(CLUSTER).inputs
    assert (inputs["version"], inputs["upgradePolicy"]) == (VERSION, {"supportType": "STANDARD"})
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["tags"] == {"nationgraph:access": "kubernetes-api"}


def test_the_control_plane_tags_its_nodes_and_makes_nothing(deploy: Deploy) -> None:
    """EKS assumes its role, which neither balances load nor attaches volumes, and is there before the cluster."""
    made = deployed(deploy)
    assert trust(made, "control")["Principal"] == {"Service": "eks.amazonaws.com"}
    writes = {
        action
        for row in rights(made, "control")["Statement"]
        for action in ([row["Action"]] if isinstance(row["Action"], str) else row["Action"])
        if ":Describe" not in action
    }
    assert writes == {"ec2:CreateTags"}
    assert made.named("cluster-control-policy").urn in made.one(CLUSTER).dependencies


def test_every_role_is_bounded_and_inline(deploy: Deploy) -> None:
    """Under the platform's boundary and the path of workloads, with one policy and no managed one."""
    made = deployed(deploy)
    roles = made.all("aws:iam/role:Role")
    assert {role.inputs["permissionsBoundary"] for role in roles} == {HERE.boundary}
    assert {role.inputs["path"] for role in roles} == {"/nationgraph/workload/"}
    assert {policy.inputs["role"] for policy in made.all("aws:iam/rolePolicy:RolePolicy")} == {
        role.inputs.get("name", role.name) for role in roles
    }
    assert made.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment") == []


@pytest.mark.parametrize("flag", [True, False])
def test_environment_decides_protection(deploy: Deploy, *, flag: bool) -> None:
    """EKS's and Pulumi's; cluster, key and logs hold state, nodes and add-ons do not."""
    made = deployed(deploy, platform=platform(protect=flag))
    assert made.one(CLUSTER).inputs["deletionProtection"] is flag
    stateful = {"cluster-cluster", "cluster-key", "cluster-logs", *(f"cluster-logs-{kind}" for kind in LOG_GROUPS)}
    assert {row.name for row in made.resources if row.protect} == (stateful if flag else set())


def test_outputs_lead_to_the_cluster(deploy: Deploy) -> None:
    """Name, endpoint, certificate, group, and a kubeconfig that holds no secret: a command makes a token."""
    seen: list[list[Any]] = []

    def program() -> None:
        made = PrivateCluster("cluster", PrivateClusterArgs(**ARGS))
        pulumi.Output.all(
            made.name, made.endpoint, made.certificate_authority, made.security_group_id, made.kubeconfig
        ).apply(seen.append)

    deploy(program)
    name, endpoint, authority, group, kubeconfig = seen[0]
    assert (name, endpoint, authority, group) == (NAME, "https://cluster-cluster.eks.internal", "Q0E=", "")
    given = json.loads(kubeconfig)
    assert given["clusters"] == [
        {"name": NAME, "cluster": {"server": endpoint, "certificate-authority-data": authority}}
    ]
    (user,) = given["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["args"][:5] == ["eks", "get-token", "--cluster-name", NAME, "--region"]
    assert given["current-context"] == given["contexts"][0]["name"] == NAME


def test_the_docstring_lists_the_children(deploy: Deploy) -> None:
    """Every name that is registered is one that the component announces."""
    made = deployed(deploy)
    children = {row.name for row in made.resources} - {"cluster"}
    announced = ("key", "logs", "security-group", "cluster", "control-", "nodes-", "services-", "migrations-", "addon-",
                 "team-", "access-", "alarm-")  # fmt: skip
    add_ons = ("vpc-cni-", "amazon-cloudwatch-observability-")
    assert {name for name in children if not name.removeprefix("cluster-").startswith((*announced, *add_ons))} == set()
    assert len(made.all(GROUP)) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cluster_name": "Core"}, "cluster_name: 'Core'; use lower-case letters, digits and dashes, 58 at most"),
        ({"cluster_name": "c" * 59}, "cluster_name: 'c+'; use lower-case letters"),
        ({"subnet_ids": ["subnet-a"]}, "subnet_ids: EKS needs subnets in 2 zones, got 1; pass the whole tier"),
        ({"rules": []}, "rules: empty, so nobody could connect; grant kubernetes-api to somebody"),
        ({"rules": rules_from("0.0.0.0/0")}, "0.0.0.0/0 reaches beyond the private ranges of RFC 1918"),
        ({"rules": rules_from(*CLIENTS, port=22)}, "opens port 22, but kubernetes-api listens on 443; grant its own"),
        ({"teams": ["Payments"]}, "teams: 'Payments' is no name of a namespace; use lower-case letters"),
        ({"teams": ["graph", "graph"]}, "teams: graph, graph names a team twice; name each once"),
    ],
)
def test_bad_args_are_refused(changes: dict[str, Any], message: str) -> None:
    """A wrong value fails before any resource exists and says what to write instead."""
    with pytest.raises(ValueError, match=message):
        PrivateClusterArgs(**{**ARGS, **changes})


def test_limits_themselves_are_accepted() -> None:
    """The bounds that the messages name are inside; a cluster without teams is one that has none yet."""
    for changes in ({"cluster_name": "c" * 58}, {"subnet_ids": ["subnet-a", "subnet-b"]}, {"teams": []}):
        assert PrivateClusterArgs(**{**ARGS, **changes})
