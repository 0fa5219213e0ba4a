"""Stacks to reason about: a sound one, and a way to write another one as what differs from it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.resources import Ref, Res

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
TABLE, ROUTE = "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GATEWAY, NAT = "aws:ec2/internetGateway:InternetGateway", "aws:ec2/natGateway:NatGateway"
GROUP, INSTANCE = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/instance:Instance"
ACL, DATABASE = "aws:ec2/networkAcl:NetworkAcl", "aws:rds/instance:Instance"
SUBNET_GROUP, BALANCER = "aws:rds/subnetGroup:SubnetGroup", "aws:lb/loadBalancer:LoadBalancer"
LISTENER, TARGETS = "aws:lb/listener:Listener", "aws:lb/targetGroup:TargetGroup"
ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
SCALING, TEMPLATE = "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"
PEERING, TAILNET = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "tailscale:index/acl:Acl"
LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

TIERS = {"public": (0, 1), "private": (2, 3), "database": (4, 5)}
PRIVATE = ("10.0.2.0/24", "10.0.3.0/24")
WORLD = "0.0.0.0/0"
OPEN = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [WORLD], "ipv6CidrBlocks": ["::/0"]}


def tcp(low: int, *cidrs: str, high: int | None = None, **more: Any) -> dict[str, Any]:
    """One inline security group rule."""
    return {"protocol": "tcp", "fromPort": low, "toPort": high or low, "cidrBlocks": list(cidrs), **more}


def entry(number: int, action: str, cidr: str, low: int = 0, high: int = 0, *, protocol: str = "-1") -> dict[str, Any]:
    """One inline network ACL rule."""
    family = "ipv6CidrBlock" if ":" in cidr else "cidrBlock"
    return {"ruleNo": number, "action": action, "protocol": protocol, "fromPort": low, "toPort": high, family: cidr}


def group(
    name: str, *ingress: Mapping[str, Any], egress: Sequence[Any] = (OPEN,), vpc: str = "vpc", **more: Any
) -> Res:
    """A security group, which lets everything out where nothing is said."""
    inputs = {"vpcId": Ref(vpc), "description": name, "ingress": list(ingress), "egress": list(egress), **more}
    return Res(GROUP, name, inputs)


def host(name: str, subnet: str, *groups: Any, **more: Any) -> Res:
    """An instance."""
    carried = [Ref(group) if isinstance(group, str) and not group.startswith("sg-") else group for group in groups]
    return Res(INSTANCE, name, {"subnetId": Ref(subnet), "vpcSecurityGroupIds": carried, **more})


def routers(*subnets: str, ingress: Sequence[Any] = ()) -> list[Res]:
    """Subnet routers of the tailnet, with a group of their own."""
    direct = {**tcp(41641, WORLD), "protocol": "udp"}
    template = {
        "vpcSecurityGroupIds": [Ref("router-sg")],
        "networkInterfaces": [],
        "tags": {"nationgraph:access": "router"},
    }
    template["networkInterfaces"] = [{"associatePublicIpAddress": True, "securityGroups": [Ref("router-sg")]}]
    places = [Ref(subnet) for subnet in subnets]
    return [
        group("router-sg", direct, *ingress),
        Res(TEMPLATE, "router-template", template),
        Res(SCALING, "routers", {"vpcZoneIdentifiers": places, "launchTemplate": {"id": Ref("router-template")}}),
    ]


def tailnet(*rules: tuple[str, str], routes: Sequence[str] = ("10.0.4.0/23",), exit_node: bool = False) -> Res:
    """The policy of the tailnet: who may reach which ``range:ports``."""
    acls = [{"action": "accept", "src": [who], "dst": [what]} for who, what in rules]
    approvers: dict[str, Any] = {"routes": {route: ["tag:router"] for route in routes}}
    if exit_node:
        approvers["exitNode"] = ["tag:router"]
    return Res(TAILNET, "tailnet", {"acl": json.dumps({"acls": acls, "autoApprovers": approvers})})


def _network() -> list[Res]:
    made = [
        Res(VPC, "vpc", {"cidrBlock": "10.0.0.0/16"}),
        Res(GATEWAY, "igw", {"vpcId": Ref("vpc")}),
        Res(NAT, "nat", {"subnetId": Ref("public-a")}),
    ]
    ways = {
        "public": {"cidrBlock": WORLD, "gatewayId": Ref("igw")},
        "private": {"cidrBlock": WORLD, "natGatewayId": Ref("nat")},
    }
    for tier, blocks in TIERS.items():
        routes = [ways[tier]] if tier in ways else []
        made.append(Res(TABLE, f"{tier}-rt", {"vpcId": Ref("vpc"), "routes": routes}))
        for zone, block in zip("ab", blocks, strict=True):
            name = f"{tier}-{zone}"
            place = {"vpcId": Ref("vpc"), "cidrBlock": f"10.0.{block}.0/24", "availabilityZone": f"eu-central-1{zone}"}
            made.append(Res(SUBNET, name, {**place, "tags": {"nationgraph:tier": tier}}))
            made.append(Res(ASSOCIATION, f"{name}-rt", {"subnetId": Ref(name), "routeTableId": Ref(f"{tier}-rt")}))
    return made


BASE = {
    resource.name: resource
    for resource in [
        *_network(),
        Res(SUBNET_GROUP, "group", {"name": "group", "subnetIds": [Ref("database-a"), Ref("database-b")]}),
        group("db-sg", tcp(5432, *PRIVATE), egress=[]),
        Res(
            DATABASE,
            "orders",
            {
                "engine": "postgres",
                "instanceClass": "db.t4g.medium",
                "dbSubnetGroupName": Ref("group", "name"),
                "vpcSecurityGroupIds": [Ref("db-sg")],
                "publiclyAccessible": False,
                "tags": {"nationgraph:access": "core-database"},
            },
        ),
    ]
}
"""A VPC of three tiers in two zones, and a database that the private tier reaches."""


def stack(*more: Res, without: Sequence[str] = (), **changes: Mapping[str, Any]) -> list[Res]:
    """The base with ``changes`` to the inputs of resources (``db_sg`` for ``db-sg``), some left out, and ``more``."""
    made = []
    for name, resource in BASE.items():
        inputs = {**resource.inputs, **changes.get(name.replace("-", "_"), {})}
        if name not in without:
            made.append(Res(resource.type, name, inputs))
    return [*made, *more]


def admits(*ingress: Mapping[str, Any]) -> dict[str, Any]:
    """Changes the database's security group to let in this besides its clients."""
    return {"ingress": [tcp(5432, *PRIVATE), *ingress]}
