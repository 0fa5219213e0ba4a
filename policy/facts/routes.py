"""The routes that a subnet really has: which table applies, and what in it leads out of the network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts import prefix_lists
from policy.facts.props import (
    UNKNOWN,
    Unknown,
    attached,
    get,
    is_overlarge,
    items,
    named_by,
    of_type,
    public_addresses,
    referenced,
    undecided,
)

ROUTE = "aws:ec2/route:Route"
TABLES = ("aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable")
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"

# A route to one of these leaves for the internet, whatever its destination.
EXITS = {
    "gatewayId": "aws:ec2/internetGateway:InternetGateway",
    "natGatewayId": "aws:ec2/natGateway:NatGateway",
    "egressOnlyGatewayId": "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "carrierGatewayId": "aws:ec2/carrierGateway:CarrierGateway",
}
TARGETS = (
    *(*EXITS, "transitGatewayId", "vpcPeeringConnectionId", "networkInterfaceId", "vpcEndpointId"),
    *("localGatewayId", "coreNetworkArn", "odbNetworkArn"),
)
RANGES = ("cidrBlock", "ipv6CidrBlock", "destinationCidrBlock", "destinationIpv6CidrBlock")
PREFIX_LIST = "destinationPrefixListId"


@dataclass(frozen=True)
class Route:
    """One route: how a message names it, its ranges (None: declared elsewhere), whether it leads to a gateway."""

    label: str
    cidrs: tuple[str, ...] | None
    is_exit: bool


def tables_of(subnet: PolicyResource, resources: Sequence[PolicyResource]) -> list[PolicyResource] | Unknown:
    """The tables associated with a subnet; none where the main table applies, UNKNOWN where a preview can't tell."""
    associations = of_type(resources, ASSOCIATION)
    own = attached(subnet, "subnetId", associations)
    tables = [table for a in own for table in referenced(a, "routeTableId", of_type(resources, *TABLES))]
    unclear = undecided("routeTableId", own) if own else undecided("subnetId", associations)
    return UNKNOWN if unclear and not tables else tables


def _route(
    source: PolicyResource, route: Mapping[str, Any], resources: Sequence[PolicyResource], inside: str | None = None
) -> Route | None:
    """One route of ``source``: ``inside`` a property of a table or, where that is None, a resource of its own."""
    target = next((name for name in TARGETS if get(route, name)), None)
    value = get(route, target) if target else None
    if target is None or (target == "gatewayId" and str(value).startswith(("local", "vpce-"))):
        return None  # the VPC's own range, or AWS's list of the addresses behind a gateway endpoint
    gates = named_by(source, inside or target, value, of_type(resources, EXITS.get(target, "")))
    known_exit = value is not UNKNOWN and target in EXITS and (target != "gatewayId" or str(value).startswith("igw-"))
    to = value if value is not UNKNOWN else ", ".join(gate.name for gate in gates) or "a new resource"

    cidrs: tuple[str, ...] | None = tuple(c for name in RANGES if isinstance(c := get(route, name), str) and c)
    to_list = get(route, PREFIX_LIST)
    if to_list:
        cidrs = prefix_lists.ranges(source, inside or PREFIX_LIST, to_list, resources)
    described = ", ".join(cidrs or ()) or (f"prefix list {to_list}" if isinstance(to_list, str) else "a new range")
    return Route(f"{described} to {target} {to}", cidrs, known_exit or bool(gates))


def _routes(table: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[Route]:
    for inline in items(table.props, "routes"):
        if isinstance(inline, Mapping) and (found := _route(table, inline, resources, "routes")):
            yield found
    for separate in attached(table, "routeTableId", of_type(resources, ROUTE)):
        if found := _route(separate, separate.props, resources):
            yield found


def ways_out(table: PolicyResource, resources: Sequence[PolicyResource]) -> list[str]:
    """The routes by which a table may lead to the internet, as labels.

    They are routes to an internet gateway of any kind, default routes in any form to anything (also as several ranges
    that are harmless one by one), prefix lists that the stack does not declare, and what a VPN gateway propagates.
    """
    routes = list(dict.fromkeys(_routes(table, resources)))
    public = [route for route in routes if sum(public_addresses(route.cidrs or ()))]
    wide = [route for route in public if is_overlarge(route.cidrs or ())]
    if not wide and is_overlarge(cidr for route in public for cidr in route.cidrs or ()):
        wide = public
    found = [route.label for route in routes if route.is_exit or route.cidrs is None or route in wide]
    return found + [f"all that VPN gateway {vgw} propagates" for vgw in items(table.props, "propagatingVgws") if vgw]
