"""Every form in which a stack can say where something is, and who may connect: read as AWS reads it."""

import json

import pytest

from policy.reachability import tailnet
from policy.reachability.index import Index
from policy.reachability.intervals import ALL_PORTS, NOTHING, addresses, cidrs_of, ports, show_addresses, show_ports
from policy.reachability.read import read_stack
from policy.reachability.who import path_from_internet
from tests.policy.support.topologies import (
    ATTACHMENT,
    LISTENER,
    OPEN,
    SCALING,
    TABLE,
    TARGETS,
    TEMPLATE,
    VPC,
    WORLD,
    admits,
    entry,
    group,
    host,
    stack,
    tcp,
)
from tests.policy.support.topology_parts import balancer, listens
from tests.support.resources import UNKNOWN, Ref, Res, as_stack

EVERYONE = tcp(5432, WORLD)
PLACE = [Ref("private-a"), Ref("private-b")]
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
SHUT = {"ingress": [], "egress": []}


def sources(resources: list[Res], target: str, *, guess: bool = False) -> set[str]:
    """Who can connect directly, and to which ports."""
    here = read_stack(as_stack(resources), guess=guess)
    (end,) = [endpoint for endpoint in here.topology.endpoints if endpoint.name == target]
    return {f"{found.source.name}: {show_ports(found.ports)}" for found in here.solver.into(end)}


def way_in(resources: list[Res], target: str = "orders") -> list[str]:
    """What stands on the shortest way from strangers."""
    here = read_stack(as_stack(resources))
    (end,) = [endpoint for endpoint in here.topology.endpoints if endpoint.name == target]
    return [connection.target.name for connection in path_from_internet(here, end)]


def store(type_: str, **inputs: object) -> list[Res]:
    """The base with one more store, whose group everyone may use."""
    return stack(group("open", {**tcp(0, WORLD, high=65535)}), Res(type_, "it", inputs))


SUBNETS = {"subnetIds": PLACE, "securityGroupIds": [Ref("open")]}
STORES = {
    "aws:mq/broker:Broker": ({"subnetIds": PLACE, "securityGroups": [Ref("open")]}, "every tcp port"),
    "aws:efs/mountTarget:MountTarget": ({"subnetId": PLACE[0], "securityGroups": [Ref("open")]}, "tcp 2049"),
    "aws:redshiftserverless/workgroup:Workgroup": (SUBNETS, "tcp 5439"),
    "aws:elasticache/serverlessCache:ServerlessCache": (SUBNETS, "tcp 6379"),
    "aws:opensearch/domain:Domain": ({"vpcOptions": SUBNETS}, "tcp 443"),
    "aws:msk/cluster:Cluster": (
        {"brokerNodeGroupInfo": {"clientSubnets": PLACE, "securityGroups": [Ref("open")]}},
        "every tcp port",
    ),
    "aws:eks/cluster:Cluster": ({"vpcConfig": {**SUBNETS, "endpointPublicAccess": False}}, "tcp 443"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (SUBNETS, "every tcp port"),
    "aws:lambda/function:Function": ({"vpcConfig": SUBNETS}, "every tcp port"),
    "aws:ecs/service:Service": (
        {"networkConfiguration": {"subnets": PLACE, "securityGroups": [Ref("open")]}},
        "every tcp port",
    ),
}


@pytest.mark.parametrize("type_", STORES)
def test_each_type_says_where_it_is(type_: str) -> None:
    """In its own properties, also inside others."""
    inputs, expected = STORES[type_]
    found = sources(store(type_, **inputs), "it")
    assert found == {f"{tier} tier: {expected}" for tier in ("public", "private", "database")}


@pytest.mark.parametrize(
    ("engine", "port"), [("postgres", 5432), ("aurora-mysql", 3306), ("sqlserver-se", 1433), ("oracle-ee", 1521)]
)
def test_a_database_listens_where_its_engine_does(engine: str, port: int) -> None:
    """Where no port is given; a port that is given decides."""
    opened = admits(tcp(0, WORLD, high=65535))
    assert f"public tier: tcp {port}" in sources(stack(orders={"engine": engine}, db_sg=opened), "orders")
    assert "public tier: tcp 7000" in sources(stack(orders={"engine": engine, "port": 7000}, db_sg=opened), "orders")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, {"internet: tcp 443"}),
        ({"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]}, {"internet: tcp 443"}),
        ({"endpointPublicAccess": True, "publicAccessCidrs": ["10.0.0.0/8"]}, set()),
        ({"endpointPublicAccess": UNKNOWN}, set()),
    ],
)
def test_api_of_a_cluster_is_public_unless_it_says_no(config: dict[str, object], expected: set[str]) -> None:
    """AWS serves it on the internet where nothing is said."""
    assert sources(stack(Res("aws:eks/cluster:Cluster", "eks", {"vpcConfig": config})), "eks") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("orders-prod", {"private tier: tcp 5432"}), ("arn:aws:rds:us-east-1:123456789012:db:orders-prod", set())],
)
def test_replica_of_this_region_lies_where_its_source_lies(source: str, expected: set[str]) -> None:
    """AWS refuses it a subnet group of its own; one in another region, named by ARN, has one."""
    copy = Res(
        "aws:rds/instance:Instance", "copy", {"replicateSourceDb": source, "vpcSecurityGroupIds": [Ref("db-sg")]}
    )
    found = sources(stack(copy, orders={"identifier": "orders-prod"}), "copy")
    assert {"private tier: tcp 5432"} & found == expected


FRONT = group("lb-sg", tcp(443, WORLD))
FROM_FRONT = admits({**tcp(5432), "securityGroups": [Ref("lb-sg")]})
TARGET = {"targetGroupArn": Ref("targets", "arn")}
GROUPED = Res(TARGETS, "targets", {"port": 5432, "vpcId": Ref("vpc")})
FIXED = {"loadBalancerArn": Ref("lb", "arn"), "port": 443, "defaultActions": [{"type": "fixed-response"}]}
TEMPLATED = Res(TEMPLATE, "template", {"vpcSecurityGroupIds": [Ref("lb-sg")]})
FLEET = {"vpcZoneIdentifiers": PLACE, "launchTemplate": {"id": Ref("template")}}
CLASSIC = {"subnets": [Ref("public-a")], "securityGroups": [Ref("lb-sg")], "listeners": [{"lbPort": 443}]}

PASSED_ON: dict[str, tuple[list[Res], list[str]]] = {
    "a rule of the listener": (
        [
            GROUPED,
            Res(LISTENER, "listener", FIXED),
            Res(
                "aws:lb/listenerRule:ListenerRule",
                "rule",
                {
                    "listenerArn": Ref("listener", "arn"),
                    "actions": [{"forward": {"targetGroups": [{"arn": Ref("targets", "arn")}]}}],
                },
            ),
            Res(ATTACHMENT, "member", {**TARGET, "targetId": Ref("orders")}),
        ],
        ["lb", "orders"],
    ),
    "a fixed response": ([Res(LISTENER, "listener", FIXED)], []),
    "an address": ([*listens()[:2], Res(ATTACHMENT, "member", {**TARGET, "targetId": "10.0.4.7"})], ["lb", "orders"]),
    "a target group of another stack": (
        [Res(LISTENER, "listener", {**FIXED, "defaultActions": [{"targetGroupArn": "arn:aws:elsewhere"}]})],
        ["lb", "orders"],
    ),
    "a fleet": (
        [*listens()[:2], TEMPLATED, Res(SCALING, "fleet", {**FLEET, "targetGroupArns": [Ref("targets", "arn")]})],
        [],
    ),
    "a fleet by attachment": (
        [
            *listens()[:2],
            TEMPLATED,
            Res(SCALING, "fleet", FLEET),
            Res(
                "aws:autoscaling/attachment:Attachment",
                "attached",
                {"lbTargetGroupArn": Ref("targets", "arn"), "autoscalingGroupName": Ref("fleet", "name")},
            ),
        ],
        [],
    ),
    "a service": ([*listens()[:2], Res("aws:ecs/service:Service", "app", {"loadBalancers": [TARGET]})], []),
}


@pytest.mark.parametrize("form", PASSED_ON)
def test_load_balancer_passes_on_to_its_targets(form: str) -> None:
    """And to whatever it reaches where these are not known."""
    more, expected = PASSED_ON[form]
    assert way_in(stack(FRONT, balancer(), *more, db_sg=FROM_FRONT)) == expected


@pytest.mark.parametrize(("instances", "expected"), [(["app"], []), ([], ["classic", "orders"])])
def test_classic_load_balancer(instances: list[str], expected: list[str]) -> None:
    """Its listeners and instances are its own properties."""
    inputs = {**CLASSIC, "instances": [Ref(name) for name in instances]}
    classic = Res("aws:elb/loadBalancer:LoadBalancer", "classic", inputs)
    resources = stack(FRONT, classic, group("app-sg"), host("app", "private-a", "app-sg"), db_sg=FROM_FRONT)
    assert way_in(resources) == expected
    assert "internet: tcp 443" in sources(resources, "classic")


NETWORKS: dict[str, tuple[list[Res], bool]] = {
    "default network ACL": (
        [Res(DEFAULT_ACL, "acl", {"defaultNetworkAclId": Ref("vpc", "defaultNetworkAclId"), **SHUT})],
        False,
    ),
    "default network ACL of another VPC": (
        [Res(VPC, "far", {}), Res(DEFAULT_ACL, "acl", {"defaultNetworkAclId": Ref("far", "x"), **SHUT})],
        True,
    ),
    "network ACL by association": (
        [
            Res("aws:ec2/networkAcl:NetworkAcl", "acl", {"vpcId": Ref("vpc"), **SHUT}),
            *(
                Res(
                    "aws:ec2/networkAclAssociation:NetworkAclAssociation",
                    f"in-{zone}",
                    {"networkAclId": Ref("acl"), "subnetId": Ref(f"database-{zone}")},
                )
                for zone in "ab"
            ),
        ],
        False,
    ),
    "network ACL for IPv6 alone": (
        [
            Res(
                "aws:ec2/networkAcl:NetworkAcl",
                "acl",
                {
                    "subnetIds": [Ref("database-a"), Ref("database-b")],
                    "ingress": [entry(1, "allow", "::/0")],
                    "egress": [entry(1, "allow", "::/0")],
                },
            )
        ],
        False,
    ),
    "second range of the VPC": (
        [
            Res(
                "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
                "more",
                {"vpcId": Ref("vpc"), "cidrBlock": "10.1.0.0/16"},
            )
        ],
        True,
    ),
}


@pytest.mark.parametrize("form", NETWORKS)
def test_network_is_read_in_each_form(form: str) -> None:
    """Whether the private tier still reaches the database."""
    more, reaches = NETWORKS[form]
    assert ("private tier: tcp 5432" in sources(stack(*more), "orders")) == reaches


@pytest.mark.parametrize("unknown", [False, True])
def test_main_table_by_association(*, unknown: bool) -> None:
    """The table that a VPC is told to use for the rest of its subnets."""
    to_internet = Res(
        TABLE,
        "main-rt",
        {"vpcId": Ref("vpc"), "routes": [{"cidrBlock": WORLD, "gatewayId": Ref("igw", unknown=unknown)}]},
    )
    told = {"vpcId": Ref("vpc", unknown=unknown), "routeTableId": Ref("main-rt", unknown=unknown)}
    main = Res("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "main", told)
    resources = stack(
        to_internet, main, without=["database-a-rt"], orders={"publiclyAccessible": True}, db_sg=admits(EVERYONE)
    )
    assert way_in(resources) == ["orders"]


@pytest.mark.parametrize(
    "route",
    [
        {"cidrBlock": WORLD, "gatewayId": "vpce-1"},
        {"cidrBlock": WORLD, "gatewayId": UNKNOWN},
        {"cidrBlock": "no range", "gatewayId": "igw-1"},
        {"cidrBlock": WORLD},
        {"cidrBlock": WORLD, "vpcEndpointId": "vpce-2"},
    ],
)
def test_routes_that_let_no_stranger_in(route: dict[str, object]) -> None:
    """Endpoints of AWS, what is malformed or not known yet, and what inspects packets inside."""
    resources = stack(database_rt={"routes": [route]}, orders={"publiclyAccessible": True}, db_sg=admits(EVERYONE))
    assert way_in(resources) == []


def test_vpn_gateway_as_a_route() -> None:
    """By its id, or by the resource that declares it."""
    gateway = Res("aws:ec2/vpnGateway:VpnGateway", "vgw", {"vpcId": Ref("vpc")})
    for target in ("vgw-1", Ref("vgw", unknown=True)):
        routes = [{"cidrBlock": "192.168.0.0/16", "gatewayId": target}]
        found = sources(stack(gateway, database_rt={"routes": routes}, db_sg=admits(EVERYONE)), "orders")
        assert [name for name in found if name.startswith("network behind VPN gateway")]


@pytest.mark.parametrize(
    "template",
    [
        {"vpcSecurityGroupIds": [Ref("fleet-sg")]},
        {"networkInterfaces": [{"securityGroups": [Ref("fleet-sg", unknown=True)]}]},
    ],
)
def test_fleet_is_read_from_its_template(template: dict[str, object]) -> None:
    """Groups and tags; the fleet's own tags are a list."""
    tags = {"tagSpecifications": [{"resourceType": "instance", "tags": {"nationgraph:access": "grafana"}}]}
    fleet = {"vpcZoneIdentifiers": PLACE, "launchTemplate": {"name": Ref("template", "name")}, "tags": []}
    more = [
        group("fleet-sg", tcp(443, WORLD)),
        Res(TEMPLATE, "template", {**template, **tags}),
        Res(SCALING, "fleet", fleet),
    ]
    here = read_stack(as_stack(stack(*more)))
    assert {endpoint.name: endpoint.access for endpoint in here.targets()} == {
        "orders": "core-database",
        "fleet": "grafana",
    }
    assert "public tier: tcp 443" in sources(stack(*more), "fleet")
    tagged = Res(
        SCALING,
        "fleet",
        {**fleet, "tags": [{"key": "nationgraph:access", "value": "argocd", "propagateAtLaunch": True}]},
    )
    assert read_stack(as_stack(stack(*more[:2], tagged))).targets()[-1].access == "argocd"
    assert sources(stack(Res(SCALING, "bare", {"vpcZoneIdentifiers": PLACE})), "bare") == set()


def test_what_is_unknown_is_read_both_ways() -> None:
    """Nothing is let through to accuse; everything, to say that something is missing."""
    unknown = {
        "db_sg": {"ingress": [UNKNOWN, tcp(5432, UNKNOWN)]},
        "orders": {"vpcSecurityGroupIds": [Ref("db-sg", unknown=True)], "publiclyAccessible": UNKNOWN},
    }
    assert sources(stack(**unknown), "orders") == set()
    assert "public tier: tcp 5432" in sources(stack(**unknown), "orders", guess=True)
    lost = stack(orders={"vpcSecurityGroupIds": UNKNOWN})
    assert sources(lost, "orders") == set()
    assert "public tier: tcp 5432" in sources(lost, "orders", guess=True)


HOSTS = {"database": "10.0.4.0/23"}
SSH = {"action": "accept", "src": ["group:data"], "dst": ["autogroup:internet:22", "tag:node:443"]}
POLICIES: dict[str, tuple[object, str, str]] = {
    "host by name": (
        {"acls": [{"src": ["group:data"], "dst": ["database:5432,6000-6001"]}]},
        "data",
        "tcp 5432, 6000-6001; udp 5432, 6000-6001",
    ),
    "one protocol": ({"acls": [{"src": ["tag:ci"], "proto": "tcp", "dst": ["10.0.4.7:*"]}]}, "ci", "every tcp port"),
    "grants": ({"grants": [{"src": ["group:data"], "dst": ["database"], "ip": ["tcp:5432"]}]}, "data", "tcp 5432"),
    "internet alone": ({"acls": [SSH]}, "data", "no port"),
    "everyone": ({"acls": [{"src": ["autogroup:member"], "dst": ["*:22"]}]}, tailnet.ANYONE, "tcp 22; udp 22"),
    "not a policy": ([], tailnet.ANYONE, "every tcp port; every udp port"),
}


@pytest.mark.parametrize("form", POLICIES)
def test_policy_of_the_tailnet(form: str) -> None:
    """What each source may reach of the database tier."""
    policy, source, expected = POLICIES[form]
    if isinstance(policy, dict):
        policy = {**policy, "hosts": HOSTS, "autoApprovers": {"routes": {"10.0.4.0/23": ["tag:router"]}}}
    acl = Res("tailscale:index/acl:Acl", "tailnet", {"acl": json.dumps(policy)})
    found = tailnet.read(Index(as_stack([acl]))).reach(source)
    opened = NOTHING
    for allowed, here in found:
        opened |= allowed if here & addresses(["10.0.4.0/23"]) else NOTHING
    assert show_ports(opened) == expected


def test_policy_that_is_no_json_counts_as_none() -> None:
    """The service refuses it and keeps what it has, which nobody here knows."""
    acl = Res("tailscale:index/acl:Acl", "tailnet", {"acl": "{"})
    assert tailnet.read(Index(as_stack([acl]))).reach(tailnet.ANYONE)


def test_sets_are_shown_short() -> None:
    """Ranges in order, the rest as a number; ports by protocol; what is no range or no port is nothing."""
    many = addresses(["10.0.0.0/8", "2001:db8::/32", "192.0.2.0/24", "198.51.100.0/24", "no range"])
    assert show_addresses(many) == "10.0.0.0/8, 192.0.2.0/24, 198.51.100.0/24 and 1 more"
    assert cidrs_of(many)[-1] == "2001:db8::/32"
    assert show_ports(ports("tcp", 1, 2) | ports("udp", 53, 53)) == "tcp 1-2; udp 53"
    assert ports("icmp", 0, 0) == NOTHING
    assert 5432 in ALL_PORTS
    assert 5432 not in ports("tcp", 1, 2)
    assert show_ports(NOTHING) == "no port"
    assert OPEN["protocol"] == "-1"
