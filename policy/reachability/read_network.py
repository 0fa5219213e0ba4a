"""VPCs, subnets, network ACLs and peering connections of a stack."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource

from lib.vocabulary import TIER
from policy.facts import ingress
from policy.facts.props import UNKNOWN, get, items
from policy.reachability.flows import AclRule, first_match
from policy.reachability.index import Index, text
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, LAST_PORT, NOTHING, addresses, ports
from policy.reachability.model import Acl, Subnet
from policy.reachability.read_groups import VPCS
from policy.reachability.read_routes import PEERING, Tables

SUBNETS = ("aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet")
ACLS = ("aws:ec2/networkAcl:NetworkAcl", "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl")
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
ACL_ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
SECONDARY = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
V6_BLOCKS = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"


def _acl_rule(index: Index, rule: Mapping[str, Any], number: str, action: str) -> AclRule:
    """One rule; what is unknown in it denies or allows as the index guesses."""
    keys = (number, action, "protocol", "fromPort", "toPort", "cidrBlock", "ipv6CidrBlock")
    place, does, protocol, low, high, v4, v6 = (get(rule, key) for key in keys)
    order = place if isinstance(place, int | float) else 0
    if UNKNOWN in (place, does, protocol, low, high, v4, v6):
        index.unclear = True
        allow = does == "allow" if does is not UNKNOWN else index.guess
        matters = allow == index.guess
        return AclRule(int(order), allow, ALL_PORTS if matters else NOTHING, EVERYWHERE if matters else NOTHING)
    name = ingress.PROTOCOLS.get(str(protocol).lower(), str(protocol).lower())
    first, last = int(low or 0), int(high if high is not None else LAST_PORT)
    here = addresses(text(cidr) for cidr in (v4, v6) if cidr)
    return AclRule(int(order), does == "allow", ports(name, first, last), here)


def _read_acl(index: Index, acl: PolicyResource, separate: Sequence[PolicyResource]) -> Acl:
    found: dict[str, list[AclRule]] = {"ingress": [], "egress": []}
    for key, rules in found.items():
        for inline in items(acl.props, key):
            if inline is UNKNOWN:
                index.unclear = True
                rules.append(AclRule(0, index.guess, ALL_PORTS, EVERYWHERE))
            elif isinstance(inline, Mapping):
                rules.append(_acl_rule(index, inline, "ruleNo", "action"))
    for rule in separate:
        outward = get(rule.props, "egress") is True
        found["egress" if outward else "ingress"].append(_acl_rule(index, rule.props, "ruleNumber", "ruleAction"))
    return Acl(f"network ACL {acl.name}", first_match(found["ingress"]), first_match(found["egress"]))


def _acls(index: Index) -> tuple[dict[str, Acl], dict[str, Acl]]:
    """The network ACL by URN of the subnet that names it, and the default one by URN of its VPC."""
    separate = index.grouped("networkAclId", ACLS, ACL_RULE)
    own: dict[str, Acl] = {}
    default: dict[str, Acl] = {}
    made = {acl.urn: _read_acl(index, acl, separate.get(acl.urn, ())) for acl in index.of(*ACLS)}
    for acl in index.of(*ACLS):
        own |= {subnet.urn: made[acl.urn] for subnet in index.refs(acl, "subnetIds", *SUBNETS)}
        if acl.resource_type == ACLS[1]:
            default |= {vpc.urn: made[acl.urn] for vpc in _vpcs_with(index, acl, "defaultNetworkAclId")}
    for association in index.of(ACL_ASSOCIATION):
        chosen = index.one(association, "networkAclId", *ACLS)
        if chosen:
            own |= {subnet.urn: made[chosen.urn] for subnet in index.refs(association, "subnetId", *SUBNETS)}
    return own, default


def _vpcs_with(index: Index, resource: PolicyResource, key: str) -> Iterator[PolicyResource]:
    """The VPCs whose computed property of the same name the resource adopts."""
    for vpc in index.of(*VPCS):
        value = get(vpc.props, key)
        if (text(value) and value == get(resource.props, key)) or vpc in resource.property_dependencies.get(key, []):
            yield vpc


def vpc_cidrs(index: Index) -> dict[str, list[str]]:
    """The ranges of each VPC by its URN, secondary ones too."""
    found: dict[str, list[str]] = {}
    for vpc in index.of(*VPCS):
        values = (get(vpc.props, key) for key in ("cidrBlock", "ipv6CidrBlock"))
        found[vpc.urn] = [text(value) for value in values if text(value)]
    for association in index.of(SECONDARY, V6_BLOCKS):
        for vpc in index.refs(association, "vpcId", *VPCS):
            values = (get(association.props, key) for key in ("cidrBlock", "ipv6CidrBlock"))
            found[vpc.urn] += [text(value) for value in values if text(value)]
    return found


def subnets(index: Index) -> dict[str, Subnet]:
    """The subnets by URN. A subnet whose VPC another stack declares has that VPC's id as its VPC."""
    ranges = vpc_cidrs(index)
    subnets_of: dict[str, list[str]] = {urn: list(cidrs) for urn, cidrs in ranges.items()}
    rows = []
    for subnet in index.of(*SUBNETS):
        vpc = index.one(subnet, "vpcId", *VPCS)
        home = vpc.urn if vpc else text(get(subnet.props, "vpcId"))
        cidrs = [text(c) for key in ("cidrBlock", "ipv6CidrBlock") if text(c := get(subnet.props, key))]
        known = subnets_of.setdefault(home, [])
        # A subnet lies in its VPC, also where the stack does not declare that, or a preview not know its ranges.
        known += [cidr for cidr in cidrs if addresses([cidr]) - addresses(known)]
        rows.append((subnet, home, cidrs))
    tables = Tables(index, subnets_of)
    own, default = _acls(index)
    made = {}
    for subnet, home, cidrs in rows:
        zone = get(subnet.props, "availabilityZone") or get(subnet.props, "availabilityZoneId")
        made[subnet.urn] = Subnet(
            urn=subnet.urn,
            name=subnet.name,
            vpc=home,
            tier=text(get(subnet.props, "tags", TIER)),
            zone=text(zone),
            addresses=addresses(cidrs),
            table=tables.of(subnet, home),
            acl=own.get(subnet.urn) or default.get(home) or Acl("network ACL default"),
        )
    return made


def peers(index: Index) -> dict[str, tuple[str, str]]:
    """The two VPCs of each peering connection, by URN where the stack declares them and else by id."""
    found = {}
    for connection in index.of(PEERING):
        ends = []
        for key in ("vpcId", "peerVpcId"):
            vpc = index.one(connection, key, *VPCS)
            ends.append(vpc.urn if vpc else text(get(connection.props, key)) or "a VPC that is not known yet")
        found[connection.urn] = (ends[0], ends[1])
    return found
