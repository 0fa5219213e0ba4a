"""AWS services are reached without the internet, by this account's principals, for this account's data."""

import json
from typing import Any

from components.network.endpoints import INTERFACE_SERVICES, Endpoints, EndpointsArgs
from tests.components.support.platform import platform
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment, Recorded

CIDR = "10.3.0.0/16"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ARGS = EndpointsArgs(
    platform=platform(),
    vpc_id="vpc-1",
    cidr=CIDR,
    subnet_ids=["subnet-a", "subnet-b"],
    route_table_ids=["rtb-1"],
)


def deployed(deploy: Deploy) -> Deployment:
    """Endpoints called ``ends``."""
    return deploy(lambda: Endpoints("ends", ARGS))


def policy(resource: Recorded) -> dict[str, dict[str, Any]]:
    """The statements of a resource's policy document by Sid."""
    return {statement["Sid"]: statement for statement in json.loads(resource.inputs["policy"])["Statement"]}


def test_interfaces_take_https_from_the_vpc(deploy: Deploy) -> None:
    """One rule in, none out."""
    group = deployed(deploy).one("aws:ec2/securityGroup:SecurityGroup").inputs
    (rule,) = group["ingress"]
    assert (rule["protocol"], rule["fromPort"], rule["toPort"], rule["cidrBlocks"]) == ("tcp", 443, 443, [CIDR])
    assert rule.keys() <= {"description", "protocol", "fromPort", "toPort", "cidrBlocks"}
    assert group["egress"] == []


def test_endpoints_serve_principals_of_this_account(deploy: Deploy) -> None:
    """Every endpoint has a policy; its general statement is for one service, and for principals of this account."""
    endpoints = deployed(deploy).all(ENDPOINT)
    assert len(endpoints) == 1 + len(INTERFACE_SERVICES)
    for endpoint in endpoints:
        service = endpoint.inputs["serviceName"].removeprefix(f"com.amazonaws.{REGION}.").split(".")[0]
        general = policy(endpoint)["ThisAccount"]
        assert general["Action"] == f"{service}:*"
        assert general["Condition"]["StringEquals"]["aws:PrincipalAccount"] == ACCOUNT


def test_data_leaves_to_no_other_account(deploy: Deploy) -> None:
    """Where data can be written or a role assumed, the resource must be this account's too."""
    made = deployed(deploy)
    for service in ("s3", "secretsmanager", "sts", "logs", "kms"):
        equals = policy(made.named(f"ends-{service}"))["ThisAccount"]["Condition"]["StringEquals"]
        assert equals["aws:ResourceAccount"] == ACCOUNT


def test_calls_without_a_principal_are_let_through_by_resource(deploy: Deploy) -> None:
    """Image layers and web identities carry no account: without these two statements no pod would start."""
    made = deployed(deploy)
    extra = {
        (endpoint.name, sid): (statement["Action"], statement["Resource"])
        for endpoint in made.all(ENDPOINT)
        for sid, statement in policy(endpoint).items()
        if sid != "ThisAccount"
    }
    assert extra == {
        ("ends-s3", "EcrLayers"): ("s3:GetObject", f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"),
        ("ends-sts", "WebIdentity"): ("sts:AssumeRoleWithWebIdentity", f"arn:aws:iam::{ACCOUNT}:role/*"),
    }
    web = policy(made.named("ends-sts"))["WebIdentity"]
    assert web["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
