"""SEC-06: no route leads from a database to the internet."""

import pytest

from policy.rules.sec_06.database_subnets import RULE
from tests.policy.support.blocks import DATA_NETWORK, VPC, database, judge, messages, subnet
from tests.support.resources import UNKNOWN, Case, Ref, Res

TABLE, ROUTE = "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route"
LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
IGW = Res("aws:ec2/internetGateway:InternetGateway", "igw", {"vpcId": Ref("vpc")})
TGW = "tgw-0123456789abcdef0"


def table(**inputs: object) -> Res:
    """The route table of the data tier."""
    return Res(TABLE, "data-rt", {"vpcId": Ref("vpc"), **inputs})


def association(of: str, *, unknown: bool = False) -> Res:
    """The association of a subnet with the data tier's table."""
    inputs = {"subnetId": Ref(of, unknown=unknown), "routeTableId": Ref("data-rt", unknown=unknown)}
    return Res("aws:ec2/routeTableAssociation:RouteTableAssociation", f"{of}-rt", inputs)


def route(name: str = "out", *, unknown: bool = False, **inputs: object) -> Res:
    """A route of the data tier's table as a resource of its own."""
    return Res(ROUTE, name, {"routeTableId": Ref("data-rt", unknown=unknown), **inputs})


ASSOCIATIONS = [association("data-a"), association("data-b")]
CLOSED = [*DATA_NETWORK, table(routes=[]), *ASSOCIATIONS, database()]
UNTABLED = [*DATA_NETWORK, database()]
PREVIEW = [
    *DATA_NETWORK[:3],
    Res("aws:rds/subnetGroup:SubnetGroup", "group", {"subnetIds": [Ref("data-a", unknown=True), UNKNOWN]}),
    table(),
    association("data-a", unknown=True),
    association("data-b", unknown=True),
    database(dbSubnetGroupName=Ref("group", unknown=True)),
]

CASES = [
    Case("pass", "closed tier", CLOSED),
    Case("pass", "preview of a closed tier", PREVIEW),
    Case(
        "pass",
        "routes inside the organisation",
        [*CLOSED, route(destinationCidrBlock="10.8.0.0/16", transitGatewayId=TGW)],
    ),
    Case(
        "fail",
        "default route to an internet gateway",
        [*CLOSED, IGW, route(destinationCidrBlock="0.0.0.0/0", gatewayId=Ref("igw"))],
        ["orders -> group -> data-a -> data-rt -> route 0.0.0.0/0 to gatewayId", "must have no default route"],
    ),
    Case(
        "fail",
        "inline default route",
        [
            *DATA_NETWORK,
            IGW,
            table(routes=[{"cidrBlock": "0.0.0.0/0", "gatewayId": Ref("igw")}]),
            *ASSOCIATIONS,
            database(),
        ],
        ["data-b -> data-rt -> route 0.0.0.0/0 to gatewayId"],
    ),
    Case("absent", "no association: the main table applies", UNTABLED, ["data-a -> main route table"]),
    Case("absent", "no subnet group", [*CLOSED[:-1], database(dbSubnetGroupName=None)], ["dbSubnetGroupName is None"]),
    Case(
        "absent",
        "subnets without a tier",
        [VPC, subnet("data-a", "a", 1, None), subnet("data-b", "b", 2, None), *CLOSED[3:]],
        ["orders -> group -> data-a: tag nationgraph:tier is None"],
    ),
    Case("unknown", "everything unknown", [*CLOSED[:-1], database(dbSubnetGroupName=UNKNOWN)]),
    Case(
        "unknown",
        "associations without a trace",
        [
            *UNTABLED,
            Res(ASSOCIATIONS[0].type, "lost", {"subnetId": UNKNOWN, "routeTableId": UNKNOWN}),
        ],
    ),
    Case("unknown", "route without a trace", [*CLOSED, route(destinationCidrBlock=UNKNOWN, gatewayId=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


HOSTILE = {
    "split": [
        route("low", destinationCidrBlock="0.0.0.0/1", transitGatewayId=TGW),
        route("high", destinationCidrBlock="128.0.0.0/1", transitGatewayId=TGW),
    ],
    "many small ranges": [
        route(f"r{n}", destinationCidrBlock=f"52.{n}.0.0/16", transitGatewayId=TGW) for n in range(2)
    ],
    "ipv6": [route(destinationIpv6CidrBlock="::/0", transitGatewayId=TGW)],
    "all public ipv6": [route(destinationIpv6CidrBlock="2000::/3", transitGatewayId=TGW)],
    "egress-only gateway": [route(destinationIpv6CidrBlock="::/0", egressOnlyGatewayId="eigw-1")],
    "narrow route to NAT": [route(destinationCidrBlock="203.0.113.7/32", natGatewayId="nat-1")],
    "network interface": [route(destinationCidrBlock="0.0.0.0/0", networkInterfaceId="eni-1")],
    "peering": [route(destinationCidrBlock="0.0.0.0/0", vpcPeeringConnectionId="pcx-1")],
    "gateway load balancer": [route(destinationCidrBlock="0.0.0.0/0", vpcEndpointId="vpce-1")],
    "unknown NAT": [
        Res("aws:ec2/natGateway:NatGateway", "nat"),
        route(unknown=True, destinationCidrBlock="0.0.0.0/0", natGatewayId=Ref("nat", unknown=True)),
    ],
    "unknown internet gateway": [
        IGW,
        route(unknown=True, destinationCidrBlock="203.0.113.7/32", gatewayId=Ref("igw", unknown=True)),
    ],
    "prefix list": [
        Res(LIST, "world", {"entries": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]}),
        route(destinationPrefixListId=Ref("world"), transitGatewayId=TGW),
    ],
    "unknown prefix list": [
        Res(LIST, "world", {"entries": [{"cidr": "0.0.0.0/0"}]}),
        route(unknown=True, destinationPrefixListId=Ref("world", unknown=True), transitGatewayId=TGW),
    ],
    "prefix list entry": [
        Res(LIST, "world", {"maxEntries": 1}),
        Res(
            "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
            "all",
            {"prefixListId": Ref("world"), "cidr": "0.0.0.0/0"},
        ),
        route(destinationPrefixListId=Ref("world"), transitGatewayId=TGW),
    ],
    "prefix list of another stack": [route(destinationPrefixListId="pl-elsewhere", transitGatewayId=TGW)],
}


@pytest.mark.parametrize("routes", HOSTILE.values(), ids=HOSTILE)
def test_every_form_of_a_way_out_is_found(routes: list[Res]) -> None:
    """A way out is one in any form; both subnets of the database are named with the path."""
    found = messages(RULE, [*CLOSED, *routes])
    assert found
    assert {message.split(" -> ")[2] for message in found} == {"data-a", "data-b"}


HARMLESS = {
    "local": {"cidrBlock": "10.0.0.0/16", "gatewayId": "local"},
    "gateway endpoint": {"destinationPrefixListId": "pl-6ea54007", "gatewayId": "vpce-1", "natGatewayId": ""},
    "partner": {"cidrBlock": "203.0.113.0/24", "transitGatewayId": TGW},
}


@pytest.mark.parametrize("inline", HARMLESS.values(), ids=HARMLESS)
def test_routes_that_stay_inside_are_no_way_out(inline: dict[str, str]) -> None:
    """Routes of the VPC itself, of gateway endpoints as read back from AWS, and of one known partner pass."""
    assert messages(RULE, [*DATA_NETWORK, table(routes=[inline]), *ASSOCIATIONS, database()]) == []


def test_one_zone_is_refused() -> None:
    """Two subnets in one zone are one zone."""
    resources = [VPC, subnet("data-a", "a", 1), subnet("data-b", "a", 2), *CLOSED[3:]]
    (message,) = messages(RULE, resources)
    assert message.endswith("availabilityZone of its subnets is ['eu-central-1a'], must be at least 2 zones")


def test_private_tier_is_no_data_tier() -> None:
    """Subnets for workloads have NAT sooner or later."""
    resources = [VPC, subnet("data-a", "a", 1), subnet("data-b", "b", 2, "private"), *CLOSED[3:]]
    (message,) = messages(RULE, resources)
    assert "data-b: tag nationgraph:tier is 'private'" in message


def test_one_subnet_without_association_is_named() -> None:
    """The other subnet's closed table does not cover for it."""
    (message,) = messages(RULE, [*DATA_NETWORK, table(), ASSOCIATIONS[0], database()])
    assert message.startswith("orders: path orders -> group -> data-b -> main route table")


def test_subnets_of_another_stack_are_refused() -> None:
    """What the stack does not declare can't be checked."""
    foreign = Res("aws:rds/subnetGroup:SubnetGroup", "group", {"name": "group", "subnetIds": ["subnet-1", "subnet-2"]})
    found = messages(RULE, [foreign, database()])
    assert "subnetIds hold ['subnet-1', 'subnet-2'], must be subnets of this stack" in found[0]


def test_tier_without_database_is_checked_too() -> None:
    """The tag is a promise before the first database moves in."""
    resources = [
        VPC,
        IGW,
        subnet("bi-a", "a", 1, "analytics"),
        table(routes=[{"cidrBlock": "0.0.0.0/0", "gatewayId": Ref("igw")}]),
    ]
    (message,) = messages(RULE, [*resources, association("bi-a")])
    assert message.startswith("bi-a: path bi-a -> data-rt -> route 0.0.0.0/0")


def test_vpn_gateway_may_propagate_a_default_route() -> None:
    """What it propagates is decided elsewhere and can't be read here."""
    found = messages(RULE, [*DATA_NETWORK, table(propagatingVgws=["vgw-1"]), *ASSOCIATIONS, database()])
    assert "all that VPN gateway vgw-1 propagates" in found[0]


def test_group_without_subnets_is_refused() -> None:
    """No subnets are no zones."""
    empty = Res("aws:rds/subnetGroup:SubnetGroup", "group", {"name": "group", "subnetIds": []})
    (message,) = messages(RULE, [empty, database()])
    assert "availabilityZone of its subnets is []" in message
