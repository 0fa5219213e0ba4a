"""Route tables: which addresses lead where, with the longest prefix first, and which table a subnet has."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts import prefix_lists, routes
from policy.facts.props import UNKNOWN, get, items
from policy.reachability.index import Index, text
from policy.reachability.intervals import NOTHING, IntervalSet, addresses
from policy.reachability.model import LOCAL, NextHop, Table
from policy.reachability.read_groups import VPCS

MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
VPN_GATEWAY = "aws:ec2/vpnGateway:VpnGateway"

# The property of a route, what it leads to, and which types may declare that.
WAYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "gatewayId": ("internet gateway", ("aws:ec2/internetGateway:InternetGateway",)),
    "natGatewayId": ("NAT gateway", ("aws:ec2/natGateway:NatGateway",)),
    "egressOnlyGatewayId": ("egress-only gateway", (routes.EXITS["egressOnlyGatewayId"],)),
    "carrierGatewayId": ("carrier gateway", (routes.EXITS["carrierGatewayId"],)),
    "transitGatewayId": ("transit gateway", ("aws:ec2transitgateway/transitGateway:TransitGateway",)),
    "vpcPeeringConnectionId": ("peering", (PEERING,)),
    "networkInterfaceId": ("interface", ("aws:ec2/networkInterface:NetworkInterface",)),
    "vpcEndpointId": ("inspection endpoint", ("aws:ec2/vpcEndpoint:VpcEndpoint",)),
    "localGatewayId": ("local gateway", ()),
    "coreNetworkArn": ("core network", ()),
    "odbNetworkArn": ("database network", ()),
}


def next_hop(index: Index, source: PolicyResource, route: Mapping[str, Any], inside: str | None) -> NextHop | None:
    """Where one route leads; None where it serves AWS's own endpoints, or where a preview can't tell."""
    key = next((name for name in WAYS if get(route, name)), None)
    if key is None:
        return None
    value = get(route, key)
    kind, types = WAYS[key]
    if text(value) == "local":
        return LOCAL
    if key == "gatewayId":
        if text(value).startswith("vpce-"):
            return None
        if text(value).startswith("vgw-") or index.named(source, inside or key, value, VPN_GATEWAY):
            return "VPN gateway", _which(index, source, inside or key, value, (VPN_GATEWAY,))
        if value is UNKNOWN and not index.named(source, inside or key, value, *types):
            return None
    return kind, _which(index, source, inside or key, value, types)


def _which(index: Index, source: PolicyResource, key: str, value: object, types: Sequence[str]) -> str:
    found = index.named(source, key, value, *types)
    return found[0].urn if found else text(value) or "new"


def _rows(index: Index, table: PolicyResource, separate: Sequence[PolicyResource]) -> Iterator[tuple[str, NextHop]]:
    """Each route's CIDR, a prefix list's one by one, and where it leads."""
    lists = index.of(prefix_lists.LIST, prefix_lists.ENTRY)
    inline = ((table, route, "routes") for route in items(table.props, "routes") if isinstance(route, Mapping))
    for source, route, inside in (*inline, *((route, route.props, None) for route in separate)):
        cidrs = [text(get(route, name)) for name in routes.RANGES]
        if to_list := get(route, routes.PREFIX_LIST):
            named = prefix_lists.ranges(source, inside or routes.PREFIX_LIST, to_list, lists)
            cidrs += ("0.0.0.0/0", "::/0") if named is None else named  # a list of another stack may hold everything
        if leads := next_hop(index, source, route, inside):
            yield from ((cidr, leads) for cidr in cidrs if cidr)
    for gateway in items(table.props, "propagatingVgws"):
        found = ("VPN gateway", _which(index, table, "propagatingVgws", gateway, (VPN_GATEWAY,)))
        yield from ((cidr, found) for cidr in ("0.0.0.0/0", "::/0"))


def resolve(name: str, rows: Sequence[tuple[str, NextHop]]) -> Table:
    """The table after the longest prefix has won; of two equal ones the first."""
    measured = []
    for cidr, leads in rows:
        try:
            network = ipaddress.ip_network(cidr, strict=False)
        except ValueError:
            continue  # the provider refuses it
        measured.append((network.max_prefixlen - network.prefixlen, cidr, leads))
    taken: IntervalSet = NOTHING
    leads_to: dict[NextHop, IntervalSet] = {}
    for _, cidr, leads in sorted(measured, key=lambda row: row[0]):
        here = addresses([cidr])
        leads_to[leads] = leads_to.get(leads, NOTHING) | (here - taken)
        taken |= here
    return Table(name, leads_to)


class Tables:
    """The route tables of a stack, and which of them decides for a subnet."""

    def __init__(self, index: Index, local: Mapping[str, Sequence[str]]) -> None:
        """``local`` are the CIDRs of each VPC, by its URN: routes to them are in every table."""
        self._index = index
        self._local = local
        self._separate = index.grouped("routeTableId", routes.TABLES, routes.ROUTE)
        self._own = index.grouped("subnetId", ["aws:ec2/subnet:Subnet"], routes.ASSOCIATION)
        self._made: dict[tuple[str, str], Table] = {}
        self._main: dict[str, PolicyResource] = {}
        for resource in index.of(routes.TABLES[1]):
            for vpc in index.of(*VPCS):
                default = get(vpc.props, "defaultRouteTableId")
                named = text(default) and default == get(resource.props, "defaultRouteTableId")
                if named or vpc in resource.property_dependencies.get("defaultRouteTableId", []):
                    self._main[vpc.urn] = resource
        for resource in index.of(MAIN):
            owner = index.one(resource, "vpcId", *VPCS)
            table = index.one(resource, "routeTableId", *routes.TABLES)
            if owner and table:
                self._main[owner.urn] = table

    def of(self, subnet: PolicyResource, vpc: str) -> Table:
        """The associated table, else the VPC's main one, else one with the local routes alone, as AWS makes it."""
        named = [
            table
            for association in self._own.get(subnet.urn, ())
            for table in self._index.refs(association, "routeTableId", *routes.TABLES)
        ]
        table = named[0] if named else self._main.get(vpc)
        key = (table.urn if table else "", vpc)
        if key not in self._made:
            rows = list(_rows(self._index, table, self._separate.get(table.urn, ()))) if table else []
            rows += [(cidr, LOCAL) for cidr in self._local.get(vpc, ())]
            self._made[key] = resolve(table.name if table else "main", rows)
        return self._made[key]
