"""Topologies with paths from other networks, with what the message must hold; and grants without a path."""

from tests.policy.support.topologies import (
    DATABASE,
    PEERING,
    WORLD,
    admits,
    entry,
    group,
    host,
    routers,
    stack,
    tailnet,
    tcp,
)
from tests.policy.support.topology_parts import (
    DATABASE_SUBNETS,
    EVERY_WAY,
    FAR,
    GRANTED,
    REFERENCE,
    ROUTERS,
    TO_DATABASE,
    TO_ROUTERS,
    TRANSIT,
    acl,
    second_vpc,
)
from tests.support.resources import Ref, Res

FORBIDDEN_ACROSS_NETWORKS: dict[str, tuple[list[Res], str]] = {
    "network ACL in the wrong order": (
        stack(
            acl(ingress=[{**TO_DATABASE[0], "ruleNo": 300}, TO_DATABASE[1]], egress=EVERY_WAY["egress"]),
            db_sg={"ingress": [tcp(5432, "10.0.0.0/22")]},
        ),
        "public tier -> subnet public-a -> network ACL default -> network ACL data-acl -> subnet database-a",
    ),
    "network ACL of one subnet": (
        stack(acl(**{**EVERY_WAY, "subnetIds": DATABASE_SUBNETS[:1]}), db_sg={"ingress": [tcp(5432, "10.0.0.0/22")]}),
        "network ACL default -> network ACL default -> subnet database-b",
    ),
    "peering": (
        stack(*second_vpc(), db_sg=FAR),
        "far: subnet far-a -> subnet far-a -> network ACL default -> route table far-rt -> peering pcx -> network ACL",
    ),
    "peering with a host in the other VPC": (
        stack(
            *second_vpc(),
            group("web", vpc="far"),
            host("far-web", "far-a", "web"),
            db_sg=admits({**REFERENCE, "securityGroups": [Ref("web")]}),
        ),
        "no grant lets far-web reach",
    ),
    "peering with a VPC of another stack": (
        stack(
            Res(PEERING, "pcx", {"vpcId": Ref("vpc"), "peerVpcId": "vpc-elsewhere"}),
            second_vpc()[-1],
            db_sg=FAR,
        ),
        "no grant lets network behind peering vpc-elsewhere by pcx reach",
    ),
    "transit gateway": (
        stack(TRANSIT, db_sg=admits(tcp(5432, "172.20.0.0/16"))),
        "network behind transit gateway tgw-1 172.20.0.0/16 -> transit gateway tgw-1 -> route table database-rt",
    ),
    "VPN gateway that propagates": (
        stack(database_rt={"propagatingVgws": ["vgw-1"]}, db_sg=admits(tcp(5432, "192.168.0.0/16"))),
        "network behind VPN gateway vgw-1 192.168.0.0/16",
    ),
    "subnet without a tier": (
        stack(private_a={"tags": {}}),
        "no grant lets subnet private-a reach tcp 5432",
    ),
    "second database without a tag": (
        stack(
            Res(
                DATABASE,
                "copy",
                {
                    "engine": "postgres",
                    "dbSubnetGroupName": Ref("group", "name"),
                    "vpcSecurityGroupIds": [Ref("db-sg")],
                },
            )
        ),
        "copy: no grant lets private tier reach tcp 5432 of nothing that tag nationgraph:access names",
    ),
    "tag that names nothing": (
        stack(orders={"tags": {"nationgraph:access": "orders-database"}}),
        "tag nationgraph:access is 'orders-database', must name a resource",
    ),
    "cache beside the database": (
        stack(
            Res(
                "aws:elasticache/subnetGroup:SubnetGroup",
                "cache-group",
                {"name": "cache-group", "subnetIds": [Ref("private-a")]},
            ),
            group("cache-sg", tcp(6379, "10.0.0.0/16")),
            Res(
                "aws:elasticache/replicationGroup:ReplicationGroup",
                "cache",
                {"subnetGroupName": Ref("cache-group", "name"), "securityGroupIds": [Ref("cache-sg")]},
            ),
        ),
        "cache: no grant lets public tier reach tcp 6379",
    ),
    "tailnet without a policy": (
        stack(*ROUTERS, db_sg=TO_ROUTERS),
        "no grant lets any member of the tailnet reach tcp 5432 of core-database",
    ),
    "policy that lets everyone in": (
        stack(*ROUTERS, tailnet(("*", "*:*")), db_sg=TO_ROUTERS),
        "tailnet any member of the tailnet -> routers -> security group router-sg out",
    ),
    "policy wider than the model": (
        stack(*ROUTERS, tailnet(*GRANTED, ("group:contractors", "10.0.4.0/24:5000-6000")), db_sg=TO_ROUTERS),
        "no grant lets contractors reach tcp 5432 of core-database, but this path does: tailnet contractors -> routers",
    ),
    "exit node": (
        stack(
            *ROUTERS, tailnet(*GRANTED, ("group:support", "0.0.0.0/0:*"), routes=[], exit_node=True), db_sg=TO_ROUTERS
        ),
        "no grant lets support reach tcp 5432 of core-database",
    ),
    "router in one zone": (
        stack(*routers("public-a"), tailnet(*GRANTED), db_sg=TO_ROUTERS),
        "group on-call is granted port 5432 of core-database in catalog/access.yaml, but through routers of one zone",
    ),
    "routers that the database does not let in": (
        stack(*ROUTERS, tailnet(*GRANTED)),
        "group on-call is granted port 5432 of core-database in catalog/access.yaml, but no path leads there",
    ),
    "policy narrower than the model": (
        stack(*ROUTERS, tailnet(("group:on-call", "10.0.4.0/23:5433")), db_sg=TO_ROUTERS),
        "group on-call is granted port 5432",
    ),
    "routes that nobody may advertise": (
        stack(*ROUTERS, tailnet(*GRANTED, routes=["10.0.2.0/23"]), db_sg=TO_ROUTERS),
        "group on-call is granted port 5432",
    ),
    "workloads shut out": (
        stack(db_sg={"ingress": []}),
        "catalog/access.yaml, but no path leads there from the private tier",
    ),
    "answers shut out": (
        stack(acl(ingress=[entry(1, "allow", WORLD)], egress=[entry(1, "allow", WORLD, 443, 443, protocol="tcp")])),
        "group workloads is granted port 5432",
    ),
    "router with a shell on the internet": (
        stack(*routers("public-a", "public-b", ingress=[tcp(22, WORLD)]), tailnet(*GRANTED), db_sg=TO_ROUTERS),
        "orders: is reached from the internet, must not be: internet",
    ),
}
