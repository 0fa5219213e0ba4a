"""A cluster called ``cluster``, production's unless changed, with two teams and two entries."""

import json
from typing import Any

from components.cluster.access import Entry
from components.cluster.args import PORT, PrivateClusterArgs
from components.cluster.cluster import PrivateCluster
from components.cluster.nodes import NodeSize
from lib.firewall import Rule
from tests.components.support.platform import HERE, platform
from tests.conftest import Deploy, Deployment

NAME = "nationgraph-production"
CLIENTS = ["10.3.0.0/20", "10.3.16.0/20"]
DEPLOY, PREVIEW = HERE.identity_role("deploy"), HERE.identity_role("preview")


def rules_from(*sources: str, port: int = PORT) -> list[Rule]:
    """As the access model compiles them."""
    return [Rule(port=port, source=source, description="kubernetes-api from the private tier") for source in sources]


ARGS: dict[str, Any] = {
    "platform": platform(),
    "cluster_name": NAME,
    "access": "kubernetes-api",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b", "subnet-c"],
    "rules": rules_from(*CLIENTS),
    "router_security_group_id": "sg-routers",
    "nodes": NodeSize(instance_types=("m7g.large", "m6g.large"), least=3, most=9),
    "teams": ("payments", "graph"),
    "entries": {
        "deploy": Entry(principal_arn=DEPLOY, policy="AmazonEKSClusterAdminPolicy"),
        "preview": Entry(principal_arn=PREVIEW, policy="AmazonEKSViewPolicy", groups=["nationgraph:preview"]),
    },
}
CLUSTER, GROUP, TEMPLATE = (
    "aws:eks/cluster:Cluster",
    "aws:eks/nodeGroup:NodeGroup",
    "aws:ec2/launchTemplate:LaunchTemplate",
)
ADD_ON, ASSOCIATION = "aws:eks/addon:Addon", "aws:eks/podIdentityAssociation:PodIdentityAssociation"


_DEPLOYED: list[Deployment] = []


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """What is registered for it; the unchanged one is deployed once, for tests that only read."""
    if not changes and _DEPLOYED:
        return _DEPLOYED[0]
    made = deploy(lambda: PrivateCluster("cluster", PrivateClusterArgs(**{**ARGS, **changes})))
    if not changes:
        _DEPLOYED.append(made)
    return made


def rights(made: Deployment, role: str) -> dict[str, Any]:
    """The policy document of ``cluster-{role}``."""
    found: dict[str, Any] = json.loads(made.named(f"cluster-{role}-policy").inputs["policy"])
    return found


def trust(made: Deployment, role: str) -> dict[str, Any]:
    """Who may assume ``cluster-{role}``: the only statement."""
    (statement,) = json.loads(made.named(f"cluster-{role}-role").inputs["assumeRolePolicy"])["Statement"]
    found: dict[str, Any] = statement
    return found
