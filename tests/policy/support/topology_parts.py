"""Pieces of forbidden and permitted topologies that several of them use."""

from tests.policy.support.topologies import (
    ACL,
    ATTACHMENT,
    BALANCER,
    LISTENER,
    PEERING,
    ROUTE,
    SUBNET,
    TABLE,
    TARGETS,
    VPC,
    WORLD,
    admits,
    entry,
    routers,
    tcp,
)
from tests.support.resources import Ref, Res

PUBLIC = {"publiclyAccessible": True}
TO_INTERNET = {"routes": [{"cidrBlock": WORLD, "gatewayId": Ref("igw")}]}
REFERENCE = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432}
HALVES = ("0.0.0.0/1", "128.0.0.0/1")
TO_DATABASE = [entry(100, "deny", "10.0.0.0/23"), entry(200, "allow", "10.0.0.0/16")]
EVERY_WAY = {"ingress": TO_DATABASE, "egress": [entry(100, "allow", "10.0.0.0/16")]}
DATABASE_SUBNETS = [Ref("database-a"), Ref("database-b")]


def acl(**inputs: object) -> Res:
    """The network ACL of the database tier."""
    return Res(ACL, "data-acl", {"vpcId": Ref("vpc"), "subnetIds": DATABASE_SUBNETS, **inputs})


def balancer(*, internal: bool = False, **more: object) -> Res:
    """A load balancer in the public tier."""
    place = {"subnets": [Ref("public-a"), Ref("public-b")], "securityGroups": [Ref("lb-sg")], "internal": internal}
    return Res(BALANCER, "lb", {**place, **more})


def listens(target: str = "orders", port: int = 443) -> list[Res]:
    """A listener of the load balancer, and what it passes on to."""
    action = {"type": "forward", "targetGroupArn": Ref("targets", "arn")}
    listener = {"loadBalancerArn": Ref("lb", "arn"), "port": port, "defaultActions": [action]}
    return [
        Res(TARGETS, "targets", {"port": 5432, "vpcId": Ref("vpc")}),
        Res(LISTENER, "listener", {**listener}),
        Res(ATTACHMENT, "member", {"targetGroupArn": Ref("targets", "arn"), "targetId": Ref(target)}),
    ]


def second_vpc(*, back: bool = True) -> list[Res]:
    """A VPC beside it with an internet gateway's worth of trouble, peered; ``back`` routes the answers there too."""
    over = {"vpcPeeringConnectionId": Ref("pcx")}
    answers = [Res(ROUTE, "back", {"routeTableId": Ref("database-rt"), "destinationCidrBlock": "10.9.0.0/16", **over})]
    return [
        Res(VPC, "far", {"cidrBlock": "10.9.0.0/16"}),
        Res(SUBNET, "far-a", {"vpcId": Ref("far"), "cidrBlock": "10.9.1.0/24", "availabilityZone": "eu-central-1a"}),
        Res(TABLE, "far-rt", {"vpcId": Ref("far"), "routes": [{"cidrBlock": "10.0.0.0/16", **over}]}),
        Res(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "far-a-rt",
            {"subnetId": Ref("far-a"), "routeTableId": Ref("far-rt")},
        ),
        Res(PEERING, "pcx", {"vpcId": Ref("vpc"), "peerVpcId": Ref("far")}),
        *(answers if back else []),
    ]


FAR = admits(tcp(5432, "10.9.0.0/16"))
TO_ROUTERS = admits({**REFERENCE, "securityGroups": [Ref("router-sg")]})
ROUTERS = routers("public-a", "public-b")
GRANTED = (("group:on-call", "10.0.4.0/23:5432"),)
DUAL = {
    "database_a": {"ipv6CidrBlock": "2001:db8:0:4::/64"},
    "database_rt": {"routes": [{"ipv6CidrBlock": "::/0", "gatewayId": Ref("igw")}]},
    "orders": {"networkType": "DUAL", **PUBLIC},
}
TRANSIT = Res(
    ROUTE,
    "out",
    {"routeTableId": Ref("database-rt"), "destinationCidrBlock": "172.16.0.0/12", "transitGatewayId": "tgw-1"},
)
LAMBDA = "aws:lambda/function:Function"


def function(subnet: str, carried: str) -> Res:
    """A function inside the VPC."""
    return Res(LAMBDA, "job", {"vpcConfig": {"subnetIds": [Ref(subnet)], "securityGroupIds": [Ref(carried)]}})
