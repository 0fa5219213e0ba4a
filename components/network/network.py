"""SEC-06, SEC-07: a VPC of four tiers in which the data tiers have no way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.ec2.default_security_group import DefaultSecurityGroup
from pulumi_aws.ec2.eip import Eip
from pulumi_aws.ec2.internet_gateway import InternetGateway
from pulumi_aws.ec2.nat_gateway import NatGateway
from pulumi_aws.ec2.network_acl import NetworkAcl, NetworkAclEgressArgsDict, NetworkAclIngressArgsDict
from pulumi_aws.ec2.route_table import RouteTable, RouteTableRouteArgsDict
from pulumi_aws.ec2.route_table_association import RouteTableAssociation
from pulumi_aws.ec2.subnet import Subnet
from pulumi_aws.ec2.vpc import Vpc

from components.network.endpoints import Endpoints, EndpointsArgs
from components.network.flow_logs import FlowLogs, FlowLogsArgs
from components.shared.platform import Platform
from lib.addresses import subnet_cidr, vpc_network, zone_slot

TIERS: Final = ("public", "private", "database", "analytics")
DATA_TIERS: Final = ("database", "analytics")


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What a network needs. ``zones`` are zone names (``eu-central-1a``); a lone NAT gateway stands in the first."""

    platform: Platform
    cidr: str
    zones: Sequence[str]
    nat_per_zone: bool

    def __post_init__(self) -> None:
        vpc_network(self.cidr)
        for zone in self.zones:
            zone_slot(self.platform.account.region, zone)
        if len(set(self.zones)) != len(self.zones):
            raise ValueError(f"zones: {', '.join(self.zones)} names a zone twice; name each once")
        if len(self.zones) < 2:
            raise ValueError(f"zones: need at least 2 to survive the loss of one, got {len(self.zones)}; add a zone")


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The subnets of one tier, in the order of the zones, and the route tables that they share."""

    subnet_ids: Sequence[pulumi.Output[str]]
    cidrs: Sequence[str]
    zones: Sequence[str]
    route_table_ids: Sequence[pulumi.Output[str]]


class Network(pulumi.ComponentResource):
    """A VPC whose database and analytics tiers reach nothing, and are reached by nothing, outside the VPC.

    Guarantees: the route tables of the data tiers hold the local route alone and are authoritative, so a route added by
    hand is drift; their network ACLs admit the VPC's CIDR alone, both ways. Because of both, the S3 gateway endpoint is
    not associated with them: RDS backs up over AWS's own network. No subnet hands out public addresses. Security groups
    are closed unless a component opens one. AWS services are reached over endpoints that serve only this account's
    principals. All traffic is logged. Where a subnet lies is decided by ``lib.addresses``.

    Does not manage peering, VPN, DNS zones, nor the default route table and network ACL, which no subnet here uses.

    Creates ``{name}-vpc``, ``-default``, ``-internet``; for each tier and zone ``-{tier}-{zone}`` and its
    ``-association-{tier}-{zone}``; ``-routes-{tier}`` (private: for each NAT, ``-routes-private-{zone}``); for each NAT
    ``-nat-{zone}`` and ``-nat-address-{zone}``; ``-nacl-{tier}`` for the data tiers; the components ``-endpoints`` and
    ``-flow-logs``.
    """

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:network:Network", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        vpc = Vpc(f"{name}-vpc", cidr_block=args.cidr, enable_dns_support=True, enable_dns_hostnames=True, opts=child)
        DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, ingress=[], egress=[], opts=child)
        subnets = {tier: _subnets(name, args, tier, vpc.id, child) for tier in TIERS}
        tables = _route_tables(name, args, vpc.id, subnets["public"], child)
        tiers = {tier: _tier(args, tier, subnets[tier], tables[tier]) for tier in TIERS}
        for tier in TIERS:
            _associate(f"{name}-association-{tier}", args.zones, subnets[tier], tables[tier], child)
        for tier in DATA_TIERS:
            _closed_acl(f"{name}-nacl-{tier}", args.cidr, vpc.id, tiers[tier].subnet_ids, child)
        self.vpc_id: pulumi.Output[str] = vpc.id
        self.cidr = args.cidr
        # The base of the VPC's range plus two. Source: VPC user guide, "Amazon DNS server".
        self.resolver = str(vpc_network(args.cidr).network_address + 2)
        self.tiers: Mapping[str, Tier] = tiers
        self.public, self.private = tiers["public"], tiers["private"]
        self.database, self.analytics = tiers["database"], tiers["analytics"]
        endpoints = EndpointsArgs(
            platform=args.platform,
            vpc_id=vpc.id,
            cidr=args.cidr,
            subnet_ids=self.private.subnet_ids,
            route_table_ids=self.private.route_table_ids,
        )
        self.endpoint_security_group_id = Endpoints(f"{name}-endpoints", endpoints, child).security_group_id
        FlowLogs(f"{name}-flow-logs", FlowLogsArgs(platform=args.platform, vpc_id=vpc.id), child)
        self.register_outputs({"vpc_id": self.vpc_id, "cidr": self.cidr})


def _subnets(
    name: str, args: NetworkArgs, tier: str, vpc_id: pulumi.Output[str], child: pulumi.ResourceOptions
) -> list[Subnet]:
    """One subnet for each zone, tagged with its tier."""
    return [
        Subnet(
            f"{name}-{tier}-{zone}",
            vpc_id=vpc_id,
            availability_zone=zone,
            cidr_block=subnet_cidr(args.cidr, tier, zone_slot(args.platform.account.region, zone)),
            map_public_ip_on_launch=False,
            tags={"nationgraph:tier": tier},
            opts=child,
        )
        for zone in args.zones
    ]


def _route_tables(
    name: str, args: NetworkArgs, vpc_id: pulumi.Output[str], public: list[Subnet], child: pulumi.ResourceOptions
) -> dict[str, list[RouteTable]]:
    """The route tables of each tier. Routes are inline, hence authoritative: what is not listed is removed."""

    def table(suffix: str, routes: list[RouteTableRouteArgsDict]) -> RouteTable:
        return RouteTable(f"{name}-routes-{suffix}", vpc_id=vpc_id, routes=routes, opts=child)

    gateway = InternetGateway(f"{name}-internet", vpc_id=vpc_id, opts=child)
    behind = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[gateway]))
    private = []
    for zone, subnet in list(zip(args.zones, public, strict=True))[: None if args.nat_per_zone else 1]:
        address = Eip(f"{name}-nat-address-{zone}", domain="vpc", opts=child)
        nat = NatGateway(f"{name}-nat-{zone}", allocation_id=address.id, subnet_id=subnet.id, opts=behind)
        private.append(table(f"private-{zone}", [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]))
    return {
        "public": [table("public", [{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}])],
        "private": private,
        **{tier: [table(tier, [])] for tier in DATA_TIERS},
    }


def _associate(
    name: str,
    zones: Sequence[str],
    subnets: Sequence[Subnet],
    tables: Sequence[RouteTable],
    child: pulumi.ResourceOptions,
) -> None:
    """Each subnet on its zone's route table, or on the tier's only one."""
    for index, (zone, subnet) in enumerate(zip(zones, subnets, strict=True)):
        table = tables[index % len(tables)]
        RouteTableAssociation(f"{name}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=child)


def _tier(args: NetworkArgs, tier: str, subnets: Sequence[Subnet], tables: Sequence[RouteTable]) -> Tier:
    return Tier(
        subnet_ids=[subnet.id for subnet in subnets],
        cidrs=[subnet_cidr(args.cidr, tier, zone_slot(args.platform.account.region, zone)) for zone in args.zones],
        zones=list(args.zones),
        route_table_ids=[table.id for table in tables],
    )


def _closed_acl(
    name: str,
    cidr: str,
    vpc_id: pulumi.Output[str],
    subnet_ids: Sequence[pulumi.Output[str]],
    child: pulumi.ResourceOptions,
) -> None:
    """Only the VPC, both ways: network ACLs keep no state, so answers need a rule. AWS denies what no rule allows."""
    ingress: NetworkAclIngressArgsDict = {
        "rule_no": 100,
        "action": "allow",
        "protocol": "-1",
        "from_port": 0,
        "to_port": 0,
        "cidr_block": cidr,
    }
    egress: NetworkAclEgressArgsDict = {**ingress}
    NetworkAcl(name, vpc_id=vpc_id, subnet_ids=subnet_ids, ingress=[ingress], egress=[egress], opts=child)
