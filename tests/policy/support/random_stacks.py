"""Random stacks, small enough for every packet to be tried and odd enough to hold what nobody would write."""

from typing import Any

from hypothesis import strategies as st

from tests.policy.support import topologies as t
from tests.support.resources import Ref, Res

V4 = (*("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/29", "10.0.0.0/30", "10.0.0.4/30"),
      *("10.0.0.2/31", "10.0.0.8/29", "8.8.0.0/16", "203.0.113.128/25"))  # fmt: skip
V6 = ("::/0", "2000::/4", "2001:db8::/64", "2001:db8::2/127", "2001:db8:0:1::/64")
PORTS = (((0, 65535)), (22, 22), (5432, 5432), (5000, 6000), (1024, 65535), (0, 1023), (40000, 50000))
SUBNETS = {
    "s0": ("vpc", "10.0.0.0/30", "2001:db8::/64"),
    "s1": ("vpc", "10.0.0.4/30", "2001:db8:0:1::/64"),
    "s2": ("far", "10.0.0.8/30", "2001:db8:0:2::/64"),
}
GROUPS = ("g0", "g1", "g2")
LIST = Res(t.LIST, "list", {"entries": [{"cidr": "0.0.0.0/1"}, {"cidr": "10.0.0.4/31"}, {"cidr": "2001:db8::/65"}]})
GATES = {
    "igw": {"gatewayId": Ref("igw")},
    "nat": {"natGatewayId": "nat-1"},
    "tgw": {"transitGatewayId": "tgw-1"},
    "eni": {"networkInterfaceId": "eni-1"},
    "pcx": {"vpcPeeringConnectionId": Ref("pcx")},
    "out": {"egressOnlyGatewayId": "eigw-1"},
}

PEER_ROUTES = tuple({"cidrBlock": block, **GATES["pcx"]} for block in ("10.0.0.8/29", "10.0.0.0/28"))
NAT_ROUTE = {"cidrBlock": "128.0.0.0/1", **GATES["nat"]}

mostly = st.sampled_from([True, True, True, False])


@st.composite
def permission(draw: st.DrawFn) -> dict[str, Any]:
    """One security group rule. Rules that open something are drawn more often than not, or nothing would connect."""
    low, high = draw(st.sampled_from(PORTS))
    rule: dict[str, Any] = {
        "protocol": draw(st.sampled_from(["tcp", "tcp", "-1", "udp"])),
        "fromPort": low,
        "toPort": high,
    }
    kind = draw(st.sampled_from(["v4", "v4", "v6", "group", "self", "list"]))
    if kind == "v4":
        rule["cidrBlocks"] = draw(st.lists(st.sampled_from([*V4, *V4[:1] * 5]), min_size=1, max_size=2))
    elif kind == "v6":
        rule["ipv6CidrBlocks"] = [draw(st.sampled_from(V6))]
    elif kind == "group":
        rule["securityGroups"] = [Ref(draw(st.sampled_from(GROUPS)))]
    elif kind == "self":
        rule["self"] = True
    else:
        rule["prefixListIds"] = [Ref("list")]
    return rule


@st.composite
def separate_rule(draw: st.DrawFn, number: int) -> Res:
    """A security group rule as a resource of its own."""
    low, high = draw(st.sampled_from(PORTS))
    way = draw(st.sampled_from(["Ingress", "Egress"]))
    source = draw(
        st.sampled_from([{"cidrIpv4": "10.0.0.0/29"}, {"cidrIpv6": "::/0"}, {"referencedSecurityGroupId": Ref("g1")}])
    )
    inputs = {
        "securityGroupId": Ref(draw(st.sampled_from(GROUPS))),
        "ipProtocol": "tcp",
        "fromPort": low,
        "toPort": high,
    }
    return Res(f"aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule", f"rule{number}", {**inputs, **source})


@st.composite
def acl_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The rules of one direction, numbers in any order and none twice."""
    open_ = [t.entry(99, "allow", cidr) for cidr in ("0.0.0.0/0", "::/0")] if draw(mostly) else []
    numbers = draw(st.lists(st.integers(1, 9), unique=True, max_size=4))
    rules = []
    for number in numbers:
        low, high = draw(st.sampled_from(PORTS))
        action, protocol = draw(st.sampled_from(["allow", "allow", "deny"])), draw(st.sampled_from(["-1", "-1", "tcp"]))
        rules.append(t.entry(number, action, draw(st.sampled_from([*V4, *V6])), low, high, protocol=protocol))
    return rules + open_


@st.composite
def routes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The routes of one table: usual ones, so that something connects, and any others."""
    usual = (
        {"cidrBlock": "0.0.0.0/0", **GATES["igw"]},
        {"ipv6CidrBlock": "::/0", **GATES["igw"]},
        NAT_ROUTE,
        *PEER_ROUTES,
    )
    made = [route for route in usual if draw(st.booleans())]
    for _ in range(draw(st.integers(0, 2))):
        way = draw(st.sampled_from(["igw", "igw", *GATES]))
        cidr = draw(st.sampled_from([*V4, "::/0", "2000::/4", "list"]))
        key = "destinationPrefixListId" if cidr == "list" else "ipv6CidrBlock" if ":" in cidr else "cidrBlock"
        made.append({key: Ref("list") if cidr == "list" else cidr, **GATES[way]})
    return made


@st.composite
def network(draw: st.DrawFn) -> list[Res]:
    """Two VPCs, peered or not, with the routes and network ACLs of three subnets."""
    made = [Res(t.VPC, "vpc", {"cidrBlock": "10.0.0.0/29", "ipv6CidrBlock": "2001:db8::/63"})]
    made += [Res(t.VPC, "far", {"cidrBlock": "10.0.0.8/29", "ipv6CidrBlock": "2001:db8:0:2::/63"}), LIST]
    made += [
        Res(t.GATEWAY, "igw", {"vpcId": Ref("vpc")}),
        Res(t.PEERING, "pcx", {"vpcId": Ref("vpc"), "peerVpcId": Ref("far")}),
    ]
    for name, (vpc, v4, v6) in SUBNETS.items():
        blocks = {"cidrBlock": v4, **({"ipv6CidrBlock": v6} if draw(st.booleans()) else {})}
        made.append(Res(t.SUBNET, name, {"vpcId": Ref(vpc), "availabilityZone": "eu-central-1a", **blocks}))
        if draw(mostly):
            made.append(Res(t.TABLE, f"{name}-table", {"vpcId": Ref(vpc), "routes": draw(routes())}))
            made.append(Res(t.ASSOCIATION, f"{name}-in", {"subnetId": Ref(name), "routeTableId": Ref(f"{name}-table")}))
        if draw(st.booleans()):
            rules = {"ingress": draw(acl_rules()), "egress": draw(acl_rules())}
            made.append(Res(t.ACL, f"{name}-acl", {"vpcId": Ref(vpc), "subnetIds": [Ref(name)], **rules}))
            if draw(st.booleans()):
                more = {
                    "ruleNumber": 10,
                    "ruleAction": "allow",
                    "protocol": "-1",
                    "cidrBlock": draw(st.sampled_from(V4)),
                }
                place = {"networkAclId": Ref(f"{name}-acl"), "egress": draw(st.booleans())}
                made.append(Res("aws:ec2/networkAclRule:NetworkAclRule", f"{name}-acl-rule", {**more, **place}))
    return made


@st.composite
def carried(draw: st.DrawFn) -> list[Ref]:
    """The groups of an endpoint."""
    return [Ref(name) for name in draw(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2, unique=True))]


@st.composite
def balancers(draw: st.DrawFn) -> list[Res]:
    """A load balancer, perhaps with a listener and what that passes on to."""
    kind = draw(st.sampled_from(["application", "network"]))
    groups = [] if kind == "network" and draw(st.booleans()) else draw(carried())
    place = {
        "subnets": [Ref("s0")],
        "securityGroups": groups,
        "internal": draw(st.booleans()),
        "loadBalancerType": kind,
    }
    made = [Res(t.BALANCER, "lb", {**place, "ipAddressType": draw(st.sampled_from(["ipv4", "dualstack"]))})]
    if draw(mostly):
        action = {"type": "forward", "targetGroupArn": Ref("targets", "arn")}
        listener = {
            "loadBalancerArn": Ref("lb", "arn"),
            "port": draw(st.sampled_from([22, 5432])),
            "defaultActions": [action],
        }
        made += [Res(t.TARGETS, "targets", {"vpcId": Ref("vpc")}), Res(t.LISTENER, "listener", listener)]
        if draw(mostly):
            target = draw(st.sampled_from([Ref("db"), Ref("db"), Ref("host"), "10.0.0.1"]))
            made.append(Res(t.ATTACHMENT, "member", {"targetGroupArn": Ref("targets", "arn"), "targetId": target}))
    return made


@st.composite
def stacks(draw: st.DrawFn) -> list[Res]:
    """A database, a host and perhaps a load balancer in a random network."""
    made = draw(network())
    for name in GROUPS:
        rules = {way: draw(st.lists(permission(), max_size=2)) for way in ("ingress", "egress")}
        rules["egress"] += [t.OPEN] if draw(mostly) else []
        made.append(Res(t.GROUP, name, {"vpcId": Ref("vpc"), **rules}))
    made += [draw(separate_rule(number)) for number in range(draw(st.integers(0, 2)))]
    places = draw(st.lists(st.sampled_from(["s0", "s1"]), min_size=1, max_size=2, unique=True))
    made.append(Res(t.SUBNET_GROUP, "group", {"name": "group", "subnetIds": [Ref(name) for name in places]}))
    database = {"engine": "postgres", "dbSubnetGroupName": Ref("group", "name"), "vpcSecurityGroupIds": draw(carried())}
    kind = draw(st.sampled_from(["IPV4", "DUAL"]))
    made.append(Res(t.DATABASE, "db", {**database, "publiclyAccessible": draw(st.booleans()), "networkType": kind}))
    host = {"subnetId": Ref(draw(st.sampled_from(list(SUBNETS)))), "vpcSecurityGroupIds": draw(carried())}
    public = {"associatePublicIpAddress": draw(st.booleans()), "ipv6AddressCount": draw(st.integers(0, 1))}
    made.append(Res(t.INSTANCE, "host", {**host, **public}))
    return [*made, *(draw(balancers()) if draw(st.booleans()) else [])]
