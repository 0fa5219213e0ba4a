"""What AWS maintains in the cluster: which add-ons, when they start, and what their pods may do."""

import json
import re

import pytest

from components.cluster.addons import ADD_ONS, AddOn
from tests.components.cluster.support.cluster import ADD_ON, GROUP, NAME, deployed, rights, trust
from tests.conftest import ACCOUNT, REGION, Deploy

PODS = {"Service": "pods.eks.amazonaws.com"}


def test_everything_that_aws_maintains_is_an_add_on(deploy: Deploy) -> None:
    """Network, DNS, metrics, secrets, state, nodes and logs, each at a pinned build."""
    made = {row.inputs["addonName"]: row.inputs for row in deployed(deploy).all(ADD_ON)}
    assert set(made) == {
        "amazon-cloudwatch-observability", "aws-secrets-store-csi-driver-provider", "coredns",
        "eks-pod-identity-agent", "kube-proxy", "kube-state-metrics", "metrics-server", "prometheus-node-exporter",
        "vpc-cni",
    }  # fmt: skip
    for row in made.values():
        assert re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", row["addonVersion"])
        assert row["resolveConflictsOnCreate"] == row["resolveConflictsOnUpdate"] == "OVERWRITE"


def test_pods_wait_for_machines(deploy: Deploy) -> None:
    """What EKS calls healthy once its pods run comes after the nodes; what nodes need comes before."""
    made = deployed(deploy)
    (group,) = made.all(GROUP)
    for row in made.all(ADD_ON):
        assert (group.urn in row.dependencies) is ADD_ONS[row.inputs["addonName"]].needs_nodes


def test_network_policies_are_enforced(deploy: Deploy) -> None:
    """A NetworkPolicy that nothing enforces would look like one."""
    values = json.loads(deployed(deploy).named("cluster-addon-vpc-cni").inputs["configurationValues"])
    assert values["enableNetworkPolicy"] == "true"


def test_secrets_stay_files(deploy: Deploy) -> None:
    """The driver makes no Secret of what it mounts, and reads rotated ones anew within minutes."""
    made = deployed(deploy).named("cluster-addon-aws-secrets-store-csi-driver-provider").inputs
    driver = json.loads(made["configurationValues"])["secrets-store-csi-driver"]
    assert driver["syncSecret"] == {"enabled": False}
    assert (driver["enableSecretRotation"], driver["rotationPollInterval"]) == (True, "2m")


@pytest.mark.parametrize(
    ("add_on", "account"), [("vpc-cni", "aws-node"), ("amazon-cloudwatch-observability", "cloudwatch-agent")]
)
def test_add_ons_with_rights_have_them_by_pod_identity(deploy: Deploy, add_on: str, account: str) -> None:
    """For one service account of theirs, from this cluster alone; nodes lend them nothing."""
    made = deployed(deploy)
    (given,) = made.named(f"cluster-addon-{add_on}").inputs["podIdentityAssociations"]
    assert given == {
        "roleArn": f"arn:aws:iam:{REGION}:{ACCOUNT}:cluster-{add_on}-role",
        "serviceAccount": account,
    }
    row = trust(made, add_on)
    assert row["Principal"] == PODS
    assert row["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{NAME}"},
    }
    assert made.named(f"cluster-{add_on}-policy").urn in made.named(f"cluster-addon-{add_on}").dependencies


def test_the_others_have_no_rights(deploy: Deploy) -> None:
    """Neither a role for their pods nor one for a service account."""
    made = deployed(deploy)
    with_roles = {row.inputs["addonName"] for row in made.all(ADD_ON) if row.inputs.get("podIdentityAssociations")}
    assert with_roles == {name for name, row in ADD_ONS.items() if row.rights}
    assert not any("serviceAccountRoleArn" in row.inputs for row in made.all(ADD_ON))


def test_logs_go_to_the_groups_that_are_there(deploy: Deploy) -> None:
    """The agent makes no group, so that none is without key and end, and writes to no other cluster's."""
    rows = rights(deployed(deploy), "amazon-cloudwatch-observability")["Statement"]
    assert "logs:CreateLogGroup" not in str(rows)
    assert all(f":log-group:/aws/containerinsights/{NAME}/" in arn for arn in rows[0]["Resource"])


def test_an_add_on_without_configuration_has_aws_own() -> None:
    """EKS refuses an empty text; keys are sorted, so that an unchanged configuration is no difference."""
    assert AddOn(version="v1").configuration_values is None
    assert AddOn(version="v1", configuration={"b": 1, "a": 2}).configuration_values == '{"a": 2, "b": 1}'
