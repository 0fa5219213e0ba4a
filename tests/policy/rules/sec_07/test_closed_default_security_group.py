"""SEC-07: the default security group of each VPC has no rules."""

from typing import Any

import pytest

from policy.rules.sec_07.closed_default_security_group import RULE
from tests.policy.support.blocks import VPC, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res

EVERY = {"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}


def default(vpc: str = "vpc", **inputs: Any) -> Res:
    """The default security group of a VPC."""
    given = {"vpcId": Ref(vpc), "ingress": [], "egress": [], **inputs}
    return Res("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", f"{vpc}-default", given)


SECOND = Res(VPC.type, "second", {"cidrBlock": "10.1.0.0/16"})
RULE_OF_DEFAULT = {"type": "ingress", "protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["10.0.0.0/8"]}

CASES = [
    Case("pass", "closed", [VPC, default()]),
    Case("pass", "closed by saying nothing", [VPC, Res(default().type, "closed", {"vpcId": Ref("vpc")})]),
    Case("pass", "preview", [VPC, default(vpcId=Ref("vpc", unknown=True))]),
    Case(
        "fail",
        "AWS's own rules",
        [VPC, default(ingress=[EVERY], egress=[{**EVERY, "self": False, "cidrBlocks": ["0.0.0.0/0"]}])],
        ["vpc-default: ingress holds 1 rules", "vpc-default: egress holds 1 rules"],
    ),
    Case("absent", "no default group declared", [VPC], ["vpc: has no DefaultSecurityGroup"]),
    Case("absent", "second VPC without one", [VPC, default(), SECOND], ["second: has no DefaultSecurityGroup"]),
    Case("unknown", "VPC without a trace", [VPC, default(vpcId=UNKNOWN)]),
    Case("unknown", "rules", [VPC, default(ingress=UNKNOWN, egress=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize(
    "group",
    [
        Ref("vpc-default"),
        Ref("vpc-default", unknown=True),
        Ref("vpc", "default", unknown=True),
    ],
    ids=["by id", "by edge", "by an edge to the VPC"],
)
def test_separate_rules_open_it_as_well(group: Ref) -> None:
    """An empty list of inline rules is no proof while rules of their own add to it."""
    rule = Res("aws:ec2/securityGroupRule:SecurityGroupRule", "open", {**RULE_OF_DEFAULT, "securityGroupId": group})
    (message,) = messages(RULE, [VPC, default(), SECOND, default("second"), rule])
    assert message == "open: securityGroupId is the default security group of vpc, which must have no rules"


def test_rules_of_other_groups_are_not_its_business() -> None:
    """Groups of their own may have rules."""
    group = Res("aws:ec2/securityGroup:SecurityGroup", "sg", {"vpcId": Ref("vpc")})
    rule = Res("aws:ec2/securityGroupRule:SecurityGroupRule", "in", {**RULE_OF_DEFAULT, "securityGroupId": Ref("sg")})
    assert messages(RULE, [VPC, default(), group, rule]) == []
