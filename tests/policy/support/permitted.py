"""Topologies of which nothing must be said."""

from tests.policy.support.topologies import WORLD, admits, group, host, stack, tailnet, tcp
from tests.policy.support.topology_parts import (
    EVERY_WAY,
    FAR,
    GRANTED,
    PUBLIC,
    REFERENCE,
    ROUTERS,
    TO_INTERNET,
    TO_ROUTERS,
    TRANSIT,
    acl,
    balancer,
    listens,
    second_vpc,
)
from tests.support.resources import Ref, Res

APP = [
    group("app-sg", {**REFERENCE, "fromPort": 80, "toPort": 80, "securityGroups": [Ref("lb-sg")]}),
    host("app", "private-a", "app-sg"),
]

PERMITTED: dict[str, list[Res]] = {
    "private tier": stack(),
    "group of a host in the private tier": stack(
        *APP, group("lb-sg"), db_sg={"ingress": [{**REFERENCE, "securityGroups": [Ref("app-sg")]}]}
    ),
    "load balancer, application, database": stack(group("lb-sg", tcp(443, WORLD)), balancer(), *listens("app"), *APP),
    "load balancer without targets that the database does not let in": stack(
        group("lb-sg", tcp(443, WORLD)), balancer()
    ),
    "group that nobody carries, tagged with its tier": stack(
        group("nodes", tags={"nationgraph:tier": "private"}),
        db_sg=admits({**REFERENCE, "securityGroups": [Ref("nodes")]}),
    ),
    "self-referencing group of the database alone": stack(db_sg=admits({**REFERENCE, "self": True})),
    "network ACL that shuts the public tier out": stack(
        acl(**EVERY_WAY), db_sg={"ingress": [tcp(5432, "10.0.0.0/22")]}
    ),
    "peering without a way back": stack(*second_vpc(back=False), db_sg=FAR),
    "peering that the database does not let in": stack(*second_vpc()),
    "second VPC without peering": stack(*second_vpc()[:2], db_sg=FAR),
    "transit gateway that the database does not let in": stack(TRANSIT),
    "host on the internet that the database does not let in": stack(
        group("ssh", tcp(22, WORLD)), host("bastion", "public-a", "ssh", associatePublicIpAddress=True)
    ),
    "host that lets nothing out": stack(
        group("ssh", tcp(22, WORLD), egress=[]),
        host("bastion", "public-a", "ssh", associatePublicIpAddress=True),
        db_sg=admits({**REFERENCE, "securityGroups": [Ref("ssh")]}),
    ),
    "routers of the tailnet": stack(*ROUTERS, tailnet(*GRANTED), db_sg=TO_ROUTERS),
    "routers that lead to other tiers too": stack(
        *ROUTERS,
        tailnet(*GRANTED, ("group:engineering", "10.0.2.0/23:8080"), routes=["10.0.2.0/23", "10.0.4.0/23"]),
        db_sg=TO_ROUTERS,
    ),
    "IPv6 that goes out only": stack(
        private_a={"ipv6CidrBlock": "2001:db8:0:2::/64"},
        private_rt={"routes": [{"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"}]},
    ),
    "public address without a way to the internet": stack(orders=PUBLIC),
    "public address that only the private tier may use": stack(orders=PUBLIC, database_rt=TO_INTERNET),
    "office behind the internet gateway": stack(
        group("office", tcp(443, "203.0.113.0/24")), host("web", "public-a", "office", associatePublicIpAddress=True)
    ),
}
