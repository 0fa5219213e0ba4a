"""SEC-07: each VPC records all its traffic."""

from typing import Any

import pytest

from policy.rules.sec_07.flow_logs import RULE
from tests.policy.support.blocks import VPC, judge, messages, subnet
from tests.support.resources import UNKNOWN, Case, Ref, Res

BUCKET = Res("aws:s3/bucket:Bucket", "flows", {})


def log(name: str = "flow", **inputs: Any) -> Res:
    """A flow log of the VPC into a bucket."""
    given = {
        "vpcId": Ref("vpc"),
        "trafficType": "ALL",
        "logDestinationType": "s3",
        "logDestination": Ref("flows", "arn"),
    }
    return Res("aws:ec2/flowLog:FlowLog", name, {**given, **inputs})


SECOND = Res(VPC.type, "second", {"cidrBlock": "10.1.0.0/16"})
CASES = [
    Case("pass", "all traffic", [VPC, BUCKET, log()]),
    Case("pass", "a narrower log beside it", [VPC, BUCKET, log(), log("rejected", trafficType="REJECT")]),
    Case("fail", "rejected traffic only", [VPC, BUCKET, log(trafficType="REJECT")], ["flow: trafficType is 'REJECT'"]),
    Case("absent", "no log", [VPC], ["vpc: has no FlowLog"]),
    Case("absent", "second VPC without one", [VPC, BUCKET, log(), SECOND], ["second: has no FlowLog"]),
    Case("absent", "traffic type", [VPC, BUCKET, log(trafficType=None)], ["trafficType is None"]),
    Case("absent", "destination", [VPC, log(logDestination=None)], ["logDestination is absent"]),
    Case(
        "unknown",
        "preview",
        [VPC, BUCKET, log(vpcId=Ref("vpc", unknown=True), logDestination=Ref("flows", "arn", unknown=True))],
    ),
    Case("unknown", "VPC without a trace", [VPC, log(vpcId=UNKNOWN, trafficType=UNKNOWN, logDestination=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_a_subnets_log_does_not_stand_in() -> None:
    """Subnets that are added later would go unrecorded."""
    of_subnet = log(vpcId=None, subnetId=Ref("data-a"))
    assert messages(RULE, [VPC, BUCKET, subnet("data-a", "a", 1), of_subnet]) == [
        "vpc: has no FlowLog, must have one with trafficType ALL and a logDestination"
    ]
