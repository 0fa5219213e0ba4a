"""SEC-07: strangers reach load balancers on 80 and 443, and nothing else."""

from typing import Any

import pytest

from policy.rules.sec_07.no_open_ingress import RULE
from tests.policy.support.blocks import VPC, database, judge, messages, subnet
from tests.support.resources import UNKNOWN, Case, Ref, Res

ANYWHERE = ["0.0.0.0/0"]
PUBLIC = [subnet("public-a", "a", 10, "public"), subnet("public-b", "b", 11, "public")]


def group(*ingress: dict[str, Any], name: str = "sg") -> Res:
    """A security group with inline rules; TCP where they do not say."""
    rules = [{"protocol": "tcp", **rule} for rule in ingress]
    inputs = {"vpcId": Ref("vpc"), "description": "case", "ingress": rules, "egress": []}
    return Res("aws:ec2/securityGroup:SecurityGroup", name, inputs)


def port(number: int, *cidrs: str, to: int | None = None) -> dict[str, Any]:
    """One inline rule."""
    return {"fromPort": number, "toPort": to or number, "cidrBlocks": list(cidrs)}


def rule(name: str, number: int, **inputs: Any) -> Res:
    """A rule as a resource of its own, in the older form."""
    given = {"type": "ingress", "protocol": "tcp", "fromPort": number, "toPort": number, "securityGroupId": Ref("sg")}
    return Res("aws:ec2/securityGroupRule:SecurityGroupRule", name, {**given, **inputs})


def ingress_rule(name: str, number: int, **inputs: Any) -> Res:
    """A rule as a resource of its own, in the newer form."""
    given = {"ipProtocol": "tcp", "fromPort": number, "toPort": number, "securityGroupId": Ref("sg")}
    return Res("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name, {**given, **inputs})


def balancer(**inputs: Any) -> Res:
    """A public load balancer that carries the group."""
    given = {
        "internal": False,
        "loadBalancerType": "application",
        "securityGroups": [Ref("sg")],
        "subnets": [Ref("public-a"), Ref("public-b")],
    }
    return Res("aws:lb/loadBalancer:LoadBalancer", "lb", {**given, **inputs})


def router(*interfaces: dict[str, Any], tag: str = "router", **inputs: Any) -> Res:
    """A launch template of subnet routers that carries the group."""
    specs = [{"resourceType": "instance", "tags": {"nationgraph:access": tag}}]
    given = {"tagSpecifications": specs, "networkInterfaces": list(interfaces or [{"securityGroups": [Ref("sg")]}])}
    return Res("aws:ec2/launchTemplate:LaunchTemplate", "router", {**given, **inputs})


WIREGUARD = {**port(41641, "0.0.0.0/0"), "protocol": "udp"}
FRONT = [VPC, *PUBLIC, group(port(80, "0.0.0.0/0"), {**port(443, "0.0.0.0/0"), "ipv6CidrBlocks": ["::/0"]}), balancer()]
CLOSED = [VPC, group(port(5432, "10.0.0.0/16"))]
BARE = Res("aws:ec2/securityGroup:SecurityGroup", "sg", {"vpcId": Ref("vpc"), "description": "case"})

CASES = [
    Case("pass", "clients inside the VPC", CLOSED),
    Case("pass", "public load balancer", FRONT),
    Case("pass", "an office", [VPC, group(port(443, "203.0.113.0/24"))]),
    Case("pass", "rules as resources", [VPC, BARE, ingress_rule("in", 5432, cidrIpv4="10.0.0.0/16")]),
    Case("pass", "no ingress", [VPC, group()]),
    Case("pass", "WireGuard of a router", [VPC, group(WIREGUARD), router()]),
    Case("fail", "WireGuard without a router", [VPC, group(WIREGUARD)], ["udp to ports 41641 from 0.0.0.0/0"]),
    Case("fail", "WireGuard of other machines", [VPC, group(WIREGUARD), router(tag="grafana")], ["ports 41641"]),
    Case(
        "fail",
        "SSH of a router",
        [VPC, group(WIREGUARD, port(22, "0.0.0.0/0")), router()],
        ["tcp to ports 22 (SSH)"],
    ),
    Case("fail", "TCP on a router", [VPC, group({**WIREGUARD, "protocol": "tcp"}), router()], ["tcp to ports 41641"]),
    Case(
        "absent",
        "machines that do not say what they are",
        [VPC, group(WIREGUARD), router(tagSpecifications=[])],
        ["udp to ports 41641"],
    ),
    Case(
        "unknown",
        "router by dependency",
        [VPC, group(WIREGUARD), router({"securityGroups": [Ref("sg", unknown=True)]})],
    ),
    Case("fail", "SSH", [VPC, group(port(22, "0.0.0.0/0"))], ["sg: ingress of protocol tcp to ports 22 (SSH)"]),
    Case("fail", "HTTPS without a load balancer", [VPC, group(port(443, "0.0.0.0/0"))], ["443 from 0.0.0.0/0"]),
    Case(
        "fail",
        "database by a rule resource",
        [VPC, group(), rule("open", 5432, cidrBlocks=ANYWHERE)],
        ["sg: ", "5432 (PostgreSQL)"],
    ),
    Case(
        "fail",
        "database by a rule resource of the newer form, IPv6",
        [VPC, group(), ingress_rule("open", 3306, cidrIpv6="::/0")],
        ["3306 (MySQL) from ::/0"],
    ),
    Case("absent", "ingress not stated", [VPC, BARE], ["sg: ingress is absent"]),
    Case(
        "absent",
        "ports not stated",
        [VPC, group(), Res(ingress_rule("x", 0).type, "x", {"securityGroupId": Ref("sg"), "cidrIpv4": "0.0.0.0/0"})],
        ["0-65535 ("],
    ),
    Case(
        "absent", "load balancer does not say it is public", [*FRONT[:-1], balancer(internal=None)], ["ports 443 from"]
    ),
    Case("unknown", "addresses", [VPC, group({"fromPort": 22, "toPort": 22, "cidrBlocks": [UNKNOWN]})]),
    Case("unknown", "ports", [VPC, group({"fromPort": UNKNOWN, "toPort": UNKNOWN, "cidrBlocks": ANYWHERE})]),
    Case("unknown", "whole list", [VPC, Res(BARE.type, "sg", {"ingress": UNKNOWN})]),
    Case("unknown", "attachment by dependency", [*FRONT[:-1], balancer(securityGroups=[Ref("sg", unknown=True)])]),
    Case("unknown", "attachment without a trace", [*FRONT[:-1], balancer(securityGroups=UNKNOWN, internal=UNKNOWN)]),
    Case(
        "unknown", "group of a rule", [VPC, BARE, ingress_rule("x", 443, securityGroupId=UNKNOWN, cidrIpv4="0.0.0.0/0")]
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


LIST = Res(
    "aws:ec2/managedPrefixList:ManagedPrefixList",
    "world",
    {"addressFamily": "IPv4", "maxEntries": 2, "entries": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]},
)
OFFICE = Res(LIST.type, "office", {"addressFamily": "IPv4", "maxEntries": 1, "entries": [{"cidr": "203.0.113.0/24"}]})
HOSTILE = {
    "split ranges": [group(port(22, "0.0.0.0/1", "128.0.0.0/1"))],
    "sixty-four ranges": [group(port(22, *(f"{n * 4}.0.0.0/6" for n in range(64))))],
    "split over rules": [group(port(22, "52.0.0.0/16"), port(20, "52.1.0.0/16", to=30))],
    "split over resources": [
        group(port(22, "52.0.0.0/16")),
        ingress_rule("more", 22, cidrIpv4="52.1.0.0/16"),
    ],
    "a cloud's range": [group(port(22, "3.0.0.0/9"))],
    "port range": [group(port(20, "0.0.0.0/0", to=25))],
    "range from 80 to 443": [group(port(80, "0.0.0.0/0", to=443))],
    "every protocol": [group({"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ANYWHERE})],
    "protocol by number": [group({**port(22, "0.0.0.0/0"), "protocol": "6"})],
    "capitals": [group({**port(22, "0.0.0.0/0"), "protocol": "TCP"})],
    "UDP 443": [group({**port(443, "0.0.0.0/0"), "protocol": "udp"})],
    "ping": [group({"protocol": "icmp", "fromPort": -1, "toPort": -1, "cidrBlocks": ANYWHERE})],
    "IPv6 only": [group({"fromPort": 22, "toPort": 22, "ipv6CidrBlocks": ["::/0"]})],
    "all public IPv6": [group({"fromPort": 22, "toPort": 22, "ipv6CidrBlocks": ["2000::/4", "3000::/4"]})],
    "prefix list": [LIST, group({"fromPort": 22, "toPort": 22, "prefixListIds": [Ref("world")]})],
    "unknown prefix list": [LIST, group({"fromPort": 22, "toPort": 22, "prefixListIds": [Ref("world", unknown=True)]})],
    "prefix list by a rule": [LIST, group(), ingress_rule("x", 22, prefixListId=Ref("world"))],
    "prefix list by an older rule": [LIST, group(), rule("x", 22, prefixListIds=[Ref("world", unknown=True)])],
    "prefix list of another stack": [group({"fromPort": 22, "toPort": 22, "prefixListIds": ["pl-elsewhere"]})],
    "rule of a group of another stack": [group(), ingress_rule("x", 22, securityGroupId="sg-9", cidrIpv4="0.0.0.0/0")],
    "rule of a group of another stack, HTTPS": [
        group(),
        ingress_rule("x", 443, securityGroupId="sg-9", cidrIpv4="0.0.0.0/0"),
    ],
    "known SSH rule of an unknown group": [
        group(),
        ingress_rule("x", 22, securityGroupId=UNKNOWN, cidrIpv4="0.0.0.0/0"),
    ],
    "default group": [
        Res("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "sg", {"ingress": [{**port(22, "0.0.0.0/0")}]})
    ],
}


@pytest.mark.parametrize("attached", [False, True], ids=["alone", "behind a public load balancer"])
@pytest.mark.parametrize("resources", HOSTILE.values(), ids=HOSTILE)
def test_every_form_of_an_opening_is_found(resources: list[Res], *, attached: bool) -> None:
    """No form of writing it, and no load balancer, opens these."""
    front = [*PUBLIC, balancer()] if attached else []
    assert messages(RULE, [VPC, *resources, *front])


def test_a_database_that_shares_a_routers_group_closes_it() -> None:
    """What holds data is not reached from outside, whatever else carries the group."""
    found = messages(
        RULE, [VPC, group(WIREGUARD), router(), database(dbSubnetGroupName="data", vpcSecurityGroupIds=[Ref("sg")])]
    )
    assert len(found) == 1


def test_only_the_middle_of_a_range_is_refused_on_a_load_balancer() -> None:
    """80 and 443 may be open where they stand alone; the ports between may not."""
    spread = group(port(80, "0.0.0.0/0", to=443), port(80, "0.0.0.0/0"), port(443, "0.0.0.0/0"))
    (message,) = messages(RULE, [VPC, *PUBLIC, spread, balancer()])
    assert message.startswith("sg: ingress of protocol tcp to ports 81-442 (")


@pytest.mark.parametrize("front", [balancer(internal=True), balancer(securityGroups=["sg-other"])])
def test_only_a_public_load_balancer_that_carries_the_group_opens_it(front: Res) -> None:
    """An internal load balancer has no strangers to serve; another's group is not this one."""
    assert len(messages(RULE, [*FRONT[:-1], front])) == 2


def test_a_database_that_shares_the_group_closes_it() -> None:
    """On 443 a database is still a database."""
    found = messages(RULE, [*FRONT, database(port=443, dbSubnetGroupName="data", vpcSecurityGroupIds=[Ref("sg")])])
    assert len(found) == 2


def test_other_prefix_lists_do_not_taint_an_unknown_one() -> None:
    """Where a preview can't tell which list a rule names, the narrowest counts: nobody is accused wrongly."""
    unclear = group(
        {"fromPort": 22, "toPort": 22, "prefixListIds": [Ref("office", unknown=True)]},
        {"fromPort": 443, "toPort": 443, "prefixListIds": [Ref("world", unknown=True)]},
    )
    assert messages(RULE, [VPC, LIST, OFFICE, unclear, *PUBLIC, balancer()]) == []


def test_other_sources_and_directions_are_no_opening() -> None:
    """Groups as sources, the group itself, egress, and lists that hold an office are closed to strangers."""
    inside = group(
        {"fromPort": 5432, "toPort": 5432, "securityGroups": ["sg-app"]},
        {"fromPort": 0, "toPort": 65535, "self": True},
        {"fromPort": 443, "toPort": 443, "prefixListIds": [Ref("office")]},
    )
    egress = rule("out", 443, type="egress", cidrBlocks=ANYWHERE)
    assert messages(RULE, [VPC, OFFICE, inside, egress]) == []


def icmp(type_: int, code: int, protocol: str = "icmp", **more: Any) -> dict[str, Any]:
    """A rule for a type and code of ICMP, which AWS takes in place of ports."""
    return {"protocol": protocol, "fromPort": type_, "toPort": code, "cidrBlocks": ANYWHERE, **more}


ERRORS = {
    "fragmentation needed": icmp(3, 4),
    "any unreachable": icmp(3, -1),
    "by number": icmp(3, 4, "1"),
    "too late": icmp(11, 0),
    "packet too big": icmp(2, 0, "icmpv6", cidrBlocks=[], ipv6CidrBlocks=["::/0"]),
    "by the number of IPv6": icmp(1, -1, "58", cidrBlocks=[], ipv6CidrBlocks=["::/0"]),
}


@pytest.mark.parametrize("given", ERRORS.values(), ids=ERRORS)
def test_errors_of_icmp_may_come_from_anywhere(given: dict[str, Any]) -> None:
    """Whoever drops a packet says so; without "fragmentation needed" connections hang."""
    assert messages(RULE, [VPC, group(given)]) == []


@pytest.mark.parametrize(("code", "protocol"), [(0, "icmp"), (-1, "icmp"), (0, "icmpv6")])
def test_ping_is_for_what_faces_the_internet(code: int, protocol: str) -> None:
    """A public load balancer and a router may answer it; another host may not, and its type is told as a type."""
    echo = group(icmp(8 if protocol == "icmp" else 128, code, protocol))
    assert messages(RULE, [VPC, *PUBLIC, echo, balancer()]) == []
    assert messages(RULE, [VPC, echo, router()]) == []
    (message,) = messages(RULE, [VPC, echo])
    assert f"ingress of protocol {protocol} of type" in message
    assert "ports" not in message.partition(":")[2].partition(" from ")[0]


@pytest.mark.parametrize("given", [icmp(-1, -1), icmp(5, -1), icmp(13, 0), icmp(135, 0, "icmpv6")])
def test_other_types_of_icmp_are_closed_everywhere(given: dict[str, Any]) -> None:
    """Redirects, timestamps and every type together are for nobody outside."""
    assert len(messages(RULE, [VPC, *PUBLIC, group(given), balancer()])) == 1


@pytest.mark.parametrize("number", ["22", 22.0])
def test_ports_may_be_text(number: object) -> None:
    """The provider takes them so; what is no number counts as every port."""
    (message,) = messages(RULE, [VPC, group({"fromPort": number, "toPort": number, "cidrBlocks": ANYWHERE})])
    assert "to ports 22 (SSH)" in message


def test_an_opening_is_told_once() -> None:
    """Every protocol covers TCP; the ports that other rules cut out are joined again."""
    every = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ANYWHERE}
    (message,) = messages(RULE, [VPC, group(every, port(22, "10.0.0.0/8"), port(5432, "10.0.0.0/8"))])
    assert message.startswith("sg: ingress of protocol -1 to ports 0-65535 (")
