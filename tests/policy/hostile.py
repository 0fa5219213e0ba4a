"""Topologies that must be refused, each with what the message must hold of its path; and those that must not be."""

from tests.policy.topologies import (
    ACL,
    ATTACHMENT,
    BALANCER,
    DATABASE,
    INGRESS_RULE,
    LIST,
    LISTENER,
    OPEN,
    PEERING,
    ROUTE,
    SUBNET,
    TABLE,
    TARGETS,
    VPC,
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
from tests.support import Ref, Res

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
GRANTED = (("group:on-call", "10.0.4.0/23:5432"), ("tag:ci", "10.0.4.0/23:5432"))
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


HOSTILE: dict[str, tuple[list[Res], str]] = {
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
        "-> bastion tcp 22 -> security group ssh out (every tcp port; every udp port for anywhere) -> subnet public-a",
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
        "security group sg-elsewhere of another stack (all, as another stack declares it) -> orders",
    ),
    "default group of the VPC": (
        stack(
            Res(
                "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", {"vpcId": Ref("vpc"), "ingress": [OPEN]}
            ),
            orders={"vpcSecurityGroupIds": None},
        ),
        "security group default (every tcp port; every udp port for anywhere) -> orders",
    ),
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
        "group ci is granted port 5432 of core-database in catalog/access.yaml, but no path leads there",
    ),
    "policy narrower than the model": (
        stack(*ROUTERS, tailnet(GRANTED[0]), db_sg=TO_ROUTERS),
        "group ci is granted port 5432",
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

APP = [
    group("app-sg", {**REFERENCE, "fromPort": 80, "toPort": 80, "securityGroups": [Ref("lb-sg")]}),
    host("app", "private-a", "app-sg"),
]

GOOD: dict[str, list[Res]] = {
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
