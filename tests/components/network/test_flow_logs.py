"""Every connection is on record, encrypted, and the record outlives the stack."""

import json
from typing import Any

import pulumi
import pytest

from components.network.flow_logs import FlowLogs, FlowLogsArgs
from tests.components.support.platform import platform
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/nationgraph/identity/nationgraph-boundary"
GROUP = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:flow-log-group"


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """Flow logs called ``flow``; the boundary is an output, as when it comes from its component."""

    def program() -> None:
        where = platform(**{"boundary_arn": pulumi.Output.from_input(BOUNDARY), **changes})
        FlowLogs("flow", FlowLogsArgs(platform=where, vpc_id="vpc-1"))

    return deploy(program)


def test_accepted_and_rejected_traffic_is_logged(deploy: Deploy) -> None:
    """All traffic of the VPC goes to the log group, once the role may deliver."""
    made = deployed(deploy)
    log = made.named("flow-log")
    assert log.inputs["trafficType"] == "ALL"
    assert log.inputs["vpcId"] == "vpc-1"
    assert log.inputs["logDestinationType"] == "cloud-watch-logs"
    assert log.inputs["logDestination"] == GROUP
    assert log.inputs["iamRoleArn"] == f"arn:aws:iam:{REGION}:{ACCOUNT}:flow-role"
    assert made.named("flow-policy").urn in log.dependencies


def test_records_are_encrypted_and_expire(deploy: Deploy) -> None:
    """The log group has the component's own rotating key and the retention asked for."""
    made = deployed(deploy, log_retention_days=30)
    group = made.named("flow-log-group").inputs
    assert group["kmsKeyId"] == f"arn:aws:kms:{REGION}:{ACCOUNT}:flow-key"
    assert group["retentionInDays"] == 30
    assert made.named("flow-key").inputs["enableKeyRotation"] is True


def test_key_serves_this_log_group(deploy: Deploy) -> None:
    """CloudWatch Logs may use the key for groups named like ours in this account, and nothing else may but IAM."""
    document = json.loads(deployed(deploy).named("flow-key").inputs["policy"])
    administration, logs = document["Statement"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:flow-log-group-*"
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}
    assert "kms:*" not in logs["Action"]


def test_role_is_bounded_and_trusts_this_account_only(deploy: Deploy) -> None:
    """The service may assume the role for flow logs of this account and region; the boundary caps it."""
    role = deployed(deploy).named("flow-role").inputs
    assert role["permissionsBoundary"] == BOUNDARY
    assert role["path"] == "/nationgraph/workload/"
    (trust,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/*"},
    }


def test_role_writes_to_its_group_only(deploy: Deploy) -> None:
    """The five actions that the VPC guide lists: writing on the group and its streams, looking for groups on all."""
    made = deployed(deploy).named("flow-policy").inputs
    deliver, find = json.loads(made["policy"])["Statement"]
    assert made["role"] == "flow-role-id"
    assert [*deliver["Action"], find["Action"]] == [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
        "logs:DescribeLogGroups",
    ]  # fmt: skip
    assert deliver["Resource"] == [GROUP, f"{GROUP}:*"]
    assert find["Resource"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"


@pytest.mark.parametrize("protect", [True, False])
def test_records_and_key_are_protected_as_asked(deploy: Deploy, *, protect: bool) -> None:
    """Exactly the key and the log group hold state."""
    made = deployed(deploy, protect=protect)
    stateful = {"flow-key", "flow-log-group"} if protect else set()
    assert {r.name for r in made.resources if r.protect} == stateful
    assert {r.name for r in made.resources if r.retain} == stateful
