"""Topologies in which strangers reach a data store, each with what the message must hold of the path."""

from tests.policy.support.topologies import INGRESS_RULE, LIST, WORLD, admits, group, stack, tcp
from tests.policy.support.topology_parts import DUAL, HALVES, PUBLIC, REFERENCE, TO_INTERNET, balancer, listens
from tests.support.resources import Ref, Res

FORBIDDEN_FROM_OUTSIDE: dict[str, tuple[list[Res], str]] = {
    "public address": (
        stack(orders=PUBLIC, database_rt=TO_INTERNET, db_sg=admits(tcp(5432, WORLD))),
        "internet all of IPv4 -> internet gateway igw -> route table database-rt",
    ),
    "0.0.0.0/1 plus 128.0.0.0/1": (
        stack(
            orders=PUBLIC,
            database_rt={"routes": [{"cidrBlock": half, "gatewayId": Ref("igw")} for half in HALVES]},
            db_sg=admits(*(tcp(5432, half) for half in HALVES)),
        ),
        "-> subnet database-a -> security group db-sg (tcp 5432 for 0.0.0.0/1) -> orders tcp 5432",
    ),
    "IPv6 only": (
        stack(db_sg=admits(tcp(5432, ipv6CidrBlocks=["::/0"])), **DUAL),
        "internet all of IPv6 but 2001:db8:0:4::/64 -> internet gateway",
    ),
    "half of IPv6": (
        stack(db_sg=admits(tcp(5432, ipv6CidrBlocks=["2000::/4"])), **DUAL),
        "security group db-sg (tcp 5432 for 2000::/4) -> orders",
    ),
    "prefix list": (
        stack(
            Res(LIST, "world", {"entries": [{"cidr": half} for half in HALVES]}),
            orders=PUBLIC,
            database_rt=TO_INTERNET,
            db_sg=admits({**REFERENCE, "prefixListIds": [Ref("world")]}),
        ),
        "security group db-sg (tcp 5432 for 0.0.0.0/0)",
    ),
    "prefix list of another stack": (
        stack(orders=PUBLIC, database_rt=TO_INTERNET, db_sg=admits({**REFERENCE, "prefixListIds": ["pl-elsewhere"]})),
        "prefix list pl-elsewhere of another stack) -> orders",
    ),
    "main route table": (
        stack(
            Res(
                "aws:ec2/defaultRouteTable:DefaultRouteTable",
                "main-rt",
                {"defaultRouteTableId": Ref("vpc", "defaultRouteTableId"), **TO_INTERNET},
            ),
            without=["database-a-rt"],
            orders=PUBLIC,
            db_sg=admits(tcp(5432, WORLD)),
        ),
        "route table main-rt -> network ACL default -> subnet database-a",
    ),
    "rule as a resource of its own": (
        stack(
            Res(INGRESS_RULE, "hole", {"securityGroupId": Ref("db-sg"), "ipProtocol": "-1", "cidrIpv4": WORLD}),
            orders=PUBLIC,
            database_rt=TO_INTERNET,
        ),
        "security group db-sg (every tcp port; every udp port for 0.0.0.0/0)",
    ),
    "member of a cluster": (
        stack(
            Res("aws:rds/clusterInstance:ClusterInstance", "writer", {"clusterIdentifier": Ref("aurora"), **PUBLIC}),
            Res(
                "aws:rds/cluster:Cluster",
                "aurora",
                {
                    "engine": "aurora-postgresql",
                    "dbSubnetGroupName": Ref("group", "name"),
                    "vpcSecurityGroupIds": [Ref("db-sg")],
                },
            ),
            database_rt=TO_INTERNET,
            db_sg=admits(tcp(5432, WORLD)),
        ),
        "aurora: is reached from the internet, must not be: internet",
    ),
    "domain outside any VPC": (
        stack(Res("aws:opensearch/domain:Domain", "search", {"engineVersion": "OpenSearch_2.11"})),
        "internet anywhere -> public endpoint outside any VPC -> search tcp 443",
    ),
    "load balancer to database": (
        stack(
            group("lb-sg", tcp(443, WORLD)),
            balancer(),
            *listens(),
            db_sg=admits({**REFERENCE, "securityGroups": [Ref("lb-sg")]}),
        ),
        "-> lb tcp 443 -> security group lb-sg out",
    ),
    "load balancer without targets": (
        stack(group("lb-sg", tcp(443, WORLD)), balancer(), db_sg=admits(tcp(5432, "10.0.0.0/24"))),
        "-> security group lb-sg (tcp 443 for 0.0.0.0/0) -> lb tcp 443 -> security group lb-sg out",
    ),
    "load balancer that keeps the client's address": (
        stack(
            balancer(loadBalancerType="network", securityGroups=[]),
            *listens(port=5432),
            db_sg={"ingress": [tcp(5432, "8.0.0.0/8")]},
        ),
        "-> lb tcp 5432; udp 5432 -> subnet public-a",
    ),
}
