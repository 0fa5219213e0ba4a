"""SEC-05: routers are doubled, closed but for WireGuard, and lead to this stack's tiers alone."""

import json
from typing import Any

import pytest

from policy.rules.sec_05.router_invariants import RULE
from tests.policy.support.blocks import VPC, judge, messages, subnet
from tests.support.resources import UNKNOWN, Case, Ref, Res

GROUP, TEMPLATE = "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"
SECURITY, ACL = "aws:ec2/securityGroup:SecurityGroup", "tailscale:index/acl:Acl"
PUBLIC = [subnet("public-a", "a", 64, "public"), subnet("public-b", "b", 65, "public")]
NETWORK = [VPC, *PUBLIC, subnet("private-a", "a", 0, "private"), subnet("data-a", "a", 72), subnet("data-b", "b", 73)]
WIREGUARD = {"protocol": "udp", "fromPort": 41641, "toPort": 41641, "cidrBlocks": ["0.0.0.0/0"]}
SSH = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["10.0.0.0/8"]}
UNSEEN = Ref("sg", unknown=True)
TAG = "nationgraph:access"


def group(*, name: str = "routers", **inputs: Any) -> Res:
    """An auto scaling group of routers."""
    given = {
        "minSize": 2,
        "maxSize": 4,
        "vpcZoneIdentifiers": [Ref("public-a"), Ref("public-b")],
        "launchTemplate": {"id": Ref("template"), "version": "1"},
        "instanceRefresh": {"strategy": "Rolling"},
        "maxInstanceLifetime": 604800,
        "tags": [{"key": TAG, "value": "router", "propagateAtLaunch": False}],
    }
    return Res(GROUP, name, {**given, **inputs})


def template(**inputs: Any) -> Res:
    """Its launch template."""
    given = {
        "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"},
        "iamInstanceProfile": {"arn": "arn:aws:iam::123456789012:instance-profile/router"},
        "networkInterfaces": [{"securityGroups": [Ref("sg")]}],
    }
    return Res(TEMPLATE, "template", {**given, **inputs})


def security(*ingress: dict[str, Any]) -> Res:
    """Their security group."""
    return Res(SECURITY, "sg", {"vpcId": Ref("vpc"), "ingress": list(ingress), "egress": []})


def acl(*routes: str, **approvers: Any) -> Res:
    """A policy whose routes are approved by themselves."""
    policy = {"acls": [], "autoApprovers": {"routes": {route: ["tag:router"] for route in routes}, **approvers}}
    return Res(ACL, "policy", {"acl": json.dumps(policy)})


def without(resource: Res, key: str) -> Res:
    """The resource with one input left out."""
    return Res(resource.type, resource.name, {k: v for k, v in resource.inputs.items() if k != key})


def stack(
    routers: Res | None = None, machines: Res | None = None, guard: Res | None = None, policy: Res | None = None
) -> list[Res]:
    """A sound stack with some of its parts replaced."""
    routed = policy or acl("10.0.0.0/24", "10.0.72.0/24")
    return [*NETWORK, guard or security(WIREGUARD), machines or template(), routers or group(), routed]


CASES = [
    Case("pass", "two in two zones", stack()),
    Case("pass", "no VPN at all", NETWORK),
    Case("pass", "part of a subnet", stack(policy=acl("10.0.72.128/25"))),
    Case(
        "pass",
        "only the template says what they are",
        stack(
            group(tags=[]), template(tagSpecifications=[{"resourceType": "instance", "tags": {TAG: "router"}}])
        ),
    ),
    Case("pass", "path MTU", stack(guard=security(WIREGUARD, {
        "protocol": "icmp", "fromPort": 3, "toPort": 4, "cidrBlocks": ["0.0.0.0/0"]}))),
    Case("fail", "a route that is no range", stack(policy=acl("corp-net")), ["routes hold 'corp-net', must be CIDRs"]),
    Case("pass", "machines of others", [*NETWORK, security(), template(keyName="x"), group(tags=[], minSize=1)]),
    Case("fail", "one router", stack(group(minSize=1)), ["routers: minSize is 1", "must be at least 2"]),
    Case(
        "fail",
        "one zone",
        stack(group(vpcZoneIdentifiers=[Ref("public-a")])),
        ["routers: vpcZoneIdentifiers lie in zones ['eu-central-1a']"],
    ),
    Case(
        "fail",
        "IMDSv1",
        stack(machines=template(metadataOptions={"httpTokens": "optional", "httpEndpoint": "enabled"})),
        ["template: metadataOptions.httpTokens is 'optional', must be 'required'"],
    ),
    Case("fail", "key pair", stack(machines=template(keyName="emergency")), ["template: keyName is given"]),
    Case(
        "fail",
        "SSH from the office",
        stack(guard=security(WIREGUARD, SSH)),
        ["sg: ingress of protocol tcp to ports 22, must be UDP 41641 alone"],
    ),
    Case(
        "fail",
        "another group as source",
        stack(guard=security(WIREGUARD, {"protocol": "-1", "fromPort": 0, "toPort": 0, "securityGroups": ["sg-1"]})),
        ["sg: ingress of protocol -1"],
    ),
    Case("fail", "relayed only", stack(guard=security()), ["sg: UDP 41641 is closed, must be open"]),
    Case(
        "fail",
        "template of another stack",
        stack(group(launchTemplate={"id": "lt-elsewhere"})),
        ["routers: launchTemplate names no template of this stack"],
    ),
    Case("fail", "exit node", stack(policy=acl(exitNode=["tag:router"])), ["policy: autoApprovers.exitNode is"]),
    Case("fail", "the internet", stack(policy=acl("0.0.0.0/0")), ["autoApprovers.routes hold 0.0.0.0/0"]),
    Case("fail", "IPv6", stack(policy=acl("::/0")), ["autoApprovers.routes hold ::/0"]),
    Case("fail", "another environment", stack(policy=acl("10.3.0.0/20")), ["routes hold 10.3.0.0/20, must lie in"]),
    Case("fail", "the public tier", stack(policy=acl("10.0.64.0/24")), ["routes hold 10.0.64.0/24"]),
    Case("fail", "the whole network", stack(policy=acl("10.0.0.0/16")), ["routes hold 10.0.0.0/16"]),
    Case("fail", "routes without routers", [*NETWORK, acl("10.0.0.0/24")], ["policy: autoApprovers.routes are given"]),
    Case("absent", "size", stack(without(group(), "minSize")), ["routers: minSize is None"]),
    Case("absent", "zones", stack(without(group(), "vpcZoneIdentifiers")), ["lie in zones []"]),
    Case("absent", "refresh", stack(without(group(), "instanceRefresh")), ["routers: instanceRefresh is absent"]),
    Case("absent", "lifetime", stack(without(group(), "maxInstanceLifetime")), ["maxInstanceLifetime is absent"]),
    Case(
        "absent", "metadata options", stack(machines=without(template(), "metadataOptions")), ["httpTokens is None"]
    ),
    Case("absent", "role", stack(machines=without(template(), "iamInstanceProfile")), ["iamInstanceProfile is absent"]),
    Case("absent", "group", stack(machines=without(template(), "networkInterfaces")), ["no security group of this"]),
    Case("unknown", "size", stack(group(minSize=UNKNOWN))),
    Case("unknown", "zones", stack(group(vpcZoneIdentifiers=[Ref("public-a"), UNKNOWN]))),
    Case("unknown", "template by dependency", stack(group(launchTemplate={"id": Ref("template", unknown=True)}))),
    Case("unknown", "template without a trace", stack(group(launchTemplate={"id": UNKNOWN}))),
    Case("unknown", "metadata options", stack(machines=template(metadataOptions=UNKNOWN))),
    Case("unknown", "interfaces", stack(machines=template(networkInterfaces=[{"securityGroups": [UNSEEN]}]))),
    Case("unknown", "ingress", stack(guard=Res(SECURITY, "sg", {"ingress": [UNKNOWN]}))),
    Case("unknown", "policy", stack(policy=Res(ACL, "policy", {"acl": UNKNOWN}))),
    Case("unknown", "subnets", [*stack(), Res("aws:ec2/subnet:Subnet", "new", {"cidrBlock": UNKNOWN})]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("text", ["{", "[]", '{"autoApprovers": null}', ""])
def test_a_policy_that_cannot_be_read_is_left_to_its_own_rule(text: str) -> None:
    """sec-05-acl refuses it; this rule neither crashes nor repeats it."""
    assert messages(RULE, stack(policy=Res(ACL, "policy", {"acl": text}))) == []
