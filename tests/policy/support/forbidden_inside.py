"""Topologies in which somebody inside reaches a store who must not, with what the message must hold of the path."""

from tests.policy.support.topologies import OPEN, WORLD, admits, group, host, stack, tcp
from tests.policy.support.topology_parts import REFERENCE, balancer, function
from tests.support.resources import Ref, Res

FORBIDDEN_INSIDE: dict[str, tuple[list[Res], str]] = {
    "internal load balancer": (
        stack(
            group("lb-sg", tcp(443, "10.0.0.0/16")),
            balancer(internal=True),
            db_sg=admits({**REFERENCE, "securityGroups": [Ref("lb-sg")]}),
        ),
        "no grant lets lb reach tcp 5432 of core-database, but this path does: lb -> security group lb-sg out",
    ),
    "host with a public address": (
        stack(
            group("ssh", tcp(22, WORLD)),
            host("bastion", "public-a", "ssh", associatePublicIpAddress=True),
            db_sg=admits({**REFERENCE, "securityGroups": [Ref("ssh")]}),
        ),
        "-> bastion tcp 22 -> security group ssh out (every tcp port; every udp port for 0.0.0.0/0) -> subnet public-a",
    ),
    "host with an elastic address": (
        stack(
            group("ssh", tcp(22, WORLD)),
            host("bastion", "public-a", "ssh"),
            Res("aws:ec2/eip:Eip", "address", {"instance": Ref("bastion")}),
            db_sg=admits(tcp(5432, "10.0.0.0/24")),
        ),
        "-> bastion tcp 22 -> ",
    ),
    "proxy in front of the database": (
        stack(
            group("proxy-sg", tcp(5432, "10.0.0.0/16")),
            Res(
                "aws:rds/proxy:Proxy",
                "proxy",
                {"vpcSubnetIds": [Ref("public-a")], "vpcSecurityGroupIds": [Ref("proxy-sg")]},
            ),
            Res(
                "aws:rds/proxyTarget:ProxyTarget",
                "proxied",
                {"dbProxyName": Ref("proxy", "name"), "dbInstanceIdentifier": Ref("orders")},
            ),
            db_sg=admits({**REFERENCE, "securityGroups": [Ref("proxy-sg")]}),
        ),
        "no grant lets proxy reach",
    ),
    "CIDR of the public tier": (
        stack(db_sg=admits(tcp(5432, "10.0.0.0/23"))),
        "no grant lets public tier reach tcp 5432 of core-database, but this path does: public tier -> subnet public-a",
    ),
    "CIDR of the VPC": (stack(db_sg=admits(tcp(5432, "10.0.0.0/16"))), "no grant lets database tier reach"),
    "range of ports": (stack(db_sg=admits(tcp(5000, "10.0.0.0/23", high=6000))), "(tcp 5000-6000 for 10.0.0.0/23)"),
    "self-referencing group": (
        stack(host("web", "public-a", "db-sg"), db_sg={**admits({**REFERENCE, "self": True}), "egress": [OPEN]}),
        "no grant lets web reach tcp 5432 of core-database, but this path does: web -> security group db-sg out",
    ),
    "group of a function in the wrong tier": (
        stack(
            group("job-sg"),
            function("database-a", "job-sg"),
            db_sg=admits({**REFERENCE, "securityGroups": [Ref("job-sg")]}),
        ),
        "no grant lets job reach",
    ),
    "group that nobody carries": (
        stack(group("spare"), db_sg=admits({**REFERENCE, "securityGroups": [Ref("spare")]})),
        "no grant lets whoever carries security group spare reach",
    ),
    "group of another stack": (
        stack(db_sg=admits({**REFERENCE, "securityGroups": ["123456789012/sg-0123456789abcdef0"]})),
        "(tcp 5432 for group sg-0123456789abcdef0) -> orders",
    ),
    "database behind a group of another stack": (
        stack(orders={"vpcSecurityGroupIds": ["sg-elsewhere"]}),
        "(every tcp port; every udp port for 0.0.0.0/0, as another stack declares it) -> orders",
    ),
    "default group of the VPC": (
        stack(
            Res(
                "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", {"vpcId": Ref("vpc"), "ingress": [OPEN]}
            ),
            orders={"vpcSecurityGroupIds": None},
        ),
        "security group default (every tcp port; every udp port for 0.0.0.0/0) -> orders",
    ),
}
