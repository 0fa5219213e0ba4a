"""SEC-07: nodes stand in every zone, are arm64, and keep their credentials from the pods that they run."""

import pytest

from components.cluster.nodes import NodeSize
from tests.components.cluster.support.cluster import ARGS, GROUP, TEMPLATE, deployed, rights, trust
from tests.components.support.platform import TAGS
from tests.conftest import ACCOUNT, REGION, Deploy

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:cluster-key"


def test_pods_do_not_reach_the_credentials_of_their_node(deploy: Deploy) -> None:
    """IMDSv2 alone, and an answer that a pod's hop does not receive."""
    options = deployed(deploy).one(TEMPLATE).inputs["metadataOptions"]
    assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}


def test_disks_are_encrypted_with_the_clusters_key(deploy: Deploy) -> None:
    """That of the system and that of the images, and both go with the machine."""
    disks = deployed(deploy).one(TEMPLATE).inputs["blockDeviceMappings"]
    assert [disk["deviceName"] for disk in disks] == ["/dev/xvda", "/dev/xvdb"]
    for disk in disks:
        assert (disk["ebs"]["encrypted"], disk["ebs"]["kmsKeyId"]) == ("true", KEY)
        assert disk["ebs"]["deleteOnTermination"] == "true"


def test_machines_carry_the_vocabulary(deploy: Deploy) -> None:
    """Pulumi's tags do not reach what Auto Scaling starts."""
    kinds = deployed(deploy).one(TEMPLATE).inputs["tagSpecifications"]
    assert {kind["resourceType"] for kind in kinds} == {"instance", "volume"}
    for kind in kinds:
        assert kind["tags"] == {"Name": "nationgraph-production-node", **TAGS}


def test_one_group_stands_in_every_zone(deploy: Deploy) -> None:
    """On arm64, from this template, in the bounds of the environment, without a way in by SSH."""
    made = deployed(deploy)
    group = made.one(GROUP).inputs
    assert group["subnetIds"] == ARGS["subnet_ids"]
    assert (group["amiType"], group["instanceTypes"]) == ("BOTTLEROCKET_ARM_64", ["m7g.large", "m6g.large"])
    assert group["scalingConfig"] == {"minSize": 3, "desiredSize": 3, "maxSize": 9}
    assert group["launchTemplate"] == {"id": "cluster-nodes-template-id", "version": "1"}
    assert group["nodeRepairConfig"] == {"enabled": True}
    assert group["version"] == made.one("aws:eks/cluster:Cluster").inputs["version"]
    assert not {"remoteAccess", "diskSize"} & group.keys()
    assert not {"keyName", "networkInterfaces", "iamInstanceProfile"} & made.one(TEMPLATE).inputs.keys()


def test_nodes_start_when_they_can_join(deploy: Deploy) -> None:
    """After their rights, and after what gives pods addresses and identities."""
    made = deployed(deploy)
    needed = ("nodes-policy", "addon-vpc-cni", "addon-kube-proxy", "addon-eks-pod-identity-agent")
    assert {made.named(f"cluster-{name}").urn for name in needed} <= set(made.one(GROUP).dependencies)


def test_what_a_node_may_do(deploy: Deploy) -> None:
    """Join, pull images and ask for its pods' sessions; its role has the name by which it may be handed to EC2."""
    made = deployed(deploy)
    assert trust(made, "nodes")["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert made.named("cluster-nodes-role").inputs["name"] == "node-nationgraph-production"
    rows = {row["Sid"]: row for row in rights(made, "nodes")["Statement"]}
    assert rows["Join"]["Resource"] == f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/nationgraph-production"
    assert {sid for sid, row in rows.items() if row["Resource"] == "*"} == {"Login", "See"}
    assert "s3" not in str(rows)
    assert "secretsmanager" not in str(rows)


@pytest.mark.parametrize(
    ("types", "least", "most", "message"),
    [
        ([], 2, 2, "instance_types: none; the images of the services are for arm64"),
        (["m7i.large"], 2, 2, "instance_types: m7i.large; .* choose types with Graviton processors, such as m7g.large"),
        (["m7g.large", "g5.xlarge"], 2, 2, "instance_types: g5.xlarge;"),
        (["m7g.large"], 1, 2, "least: 1 of at most 2; two machines are the fewest that outlive the loss of one"),
        (["m7g.large"], 3, 2, "least: 3 of at most 2"),
    ],
)
def test_sizes_that_serve_nobody_are_refused(types: list[str], least: int, most: int, message: str) -> None:
    """Other processors, none at all, one machine, and bounds that hold nothing."""
    with pytest.raises(ValueError, match=message):
        NodeSize(instance_types=types, least=least, most=most)


@pytest.mark.parametrize("kind", ["t4g.large", "m7g.large", "c7gn.large", "r6gd.xlarge", "x2gd.large", "m8g.large"])
def test_graviton_in_every_spelling(kind: str) -> None:
    """With local disks or a faster network they are arm64 too."""
    assert NodeSize(instance_types=[kind], least=2, most=2)
