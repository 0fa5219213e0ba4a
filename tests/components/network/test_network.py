"""SEC-06, SEC-07: the data tiers have no way out, everything else only the ways that are meant."""

from typing import Any

import pytest

from components.network.network import DATA_TIERS, TIERS, Network, NetworkArgs
from tests.components.support.platform import platform
from tests.conftest import REGION, Deploy, Deployment, Recorded

pytestmark = pytest.mark.no_cover

CIDR = "10.3.0.0/16"
ZONES = [f"{REGION}{letter}" for letter in "abc"]
ARGS: dict[str, Any] = {
    "platform": platform(),
    "cidr": CIDR,
    "zones": ZONES,
    "nat_per_zone": True,
}

SUBNET = "aws:ec2/subnet:Subnet"
TABLE = "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
NAT = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """A network called ``net``, production's unless changed."""
    return deploy(lambda: Network("net", NetworkArgs(**{**ARGS, **changes})))


def routes_of(made: Deployment, subnet: Recorded) -> list[dict[str, str]]:
    """The routes that apply in a subnet: those of the table that its only association names."""
    (association,) = [a for a in made.all(ASSOCIATION) if a.inputs["subnetId"] == f"{subnet.name}-id"]
    (table,) = [t for t in made.all(TABLE) if f"{t.name}-id" == association.inputs["routeTableId"]]
    routes: list[dict[str, str]] = table.inputs["routes"]
    return routes


def tier(made: Deployment, name: str) -> list[Recorded]:
    """The subnets of a tier by zone; resources are registered in no particular order."""
    found = [s for s in made.all(SUBNET) if s.inputs["tags"]["nationgraph:tier"] == name]
    return sorted(found, key=lambda subnet: subnet.inputs["availabilityZone"])


def test_vpc_resolves_names(deploy: Deploy) -> None:
    """Private DNS of the endpoints needs both DNS attributes."""
    vpc = deployed(deploy).one("aws:ec2/vpc:Vpc").inputs
    assert vpc["cidrBlock"] == CIDR
    assert vpc["enableDnsSupport"] is True
    assert vpc["enableDnsHostnames"] is True


@pytest.mark.parametrize("zones", [ZONES[:2], ZONES])
def test_every_tier_has_a_subnet_in_every_zone(deploy: Deploy, zones: list[str]) -> None:
    """Four tiers by zones, none of which hands out public addresses."""
    made = deployed(deploy, zones=zones)
    for name in TIERS:
        assert [s.inputs["availabilityZone"] for s in tier(made, name)] == zones
    assert len(made.all(SUBNET)) == 4 * len(zones)
    assert all(s.inputs["mapPublicIpOnLaunch"] is False for s in made.all(SUBNET))


def test_a_third_zone_moves_no_subnet(deploy: Deploy) -> None:
    """Every subnet of two zones is there with the same name and CIDR in three, also when the new zone comes first."""

    def subnets(zones: list[str]) -> dict[str, str]:
        return {s.name: s.inputs["cidrBlock"] for s in deployed(deploy, zones=zones).all(SUBNET)}

    assert subnets(ZONES[1:]).items() < subnets(ZONES).items()


@pytest.mark.parametrize("nat_per_zone", [True, False])
def test_data_tiers_have_only_the_local_route(deploy: Deploy, *, nat_per_zone: bool) -> None:
    """The list of routes is given and empty: no default route, no NAT, no gateway, and one added by hand is drift."""
    made = deployed(deploy, nat_per_zone=nat_per_zone)
    subnets = [subnet for name in DATA_TIERS for subnet in tier(made, name)]
    assert len(subnets) == 6
    assert [routes_of(made, subnet) for subnet in subnets] == [[]] * 6
    assert made.all("aws:ec2/route:Route") == []


def test_data_tiers_share_no_route_table(deploy: Deploy) -> None:
    """Each tier has route tables of its own, so that a change to one tier cannot open another."""
    made = deployed(deploy)
    by_table: dict[str, set[str]] = {}
    for association in made.all(ASSOCIATION):
        (subnet,) = [s for s in made.all(SUBNET) if f"{s.name}-id" == association.inputs["subnetId"]]
        by_table.setdefault(association.inputs["routeTableId"], set()).add(subnet.inputs["tags"]["nationgraph:tier"])
    assert len(by_table) == len(made.all(TABLE))
    assert all(len(tiers) == 1 for tiers in by_table.values())


def test_public_tier_leaves_by_the_internet_gateway(deploy: Deploy) -> None:
    """Load balancers and NAT gateways stand in the public tier."""
    made = deployed(deploy)
    for subnet in tier(made, "public"):
        assert routes_of(made, subnet) == [{"cidrBlock": "0.0.0.0/0", "gatewayId": "net-internet-id"}]


def test_nat_per_zone_survives_the_loss_of_a_zone(deploy: Deploy) -> None:
    """Each zone's workloads leave by a NAT gateway in their own zone's public subnet, with its own address."""
    made = deployed(deploy, nat_per_zone=True)
    assert len(made.all(NAT)) == len(made.all("aws:ec2/eip:Eip")) == 3
    for zone, subnet in zip(ZONES, tier(made, "private"), strict=True):
        assert routes_of(made, subnet) == [{"cidrBlock": "0.0.0.0/0", "natGatewayId": f"net-nat-{zone}-id"}]
        nat = made.named(f"net-nat-{zone}")
        assert nat.inputs["subnetId"] == f"net-public-{zone}-id"
        assert nat.inputs["allocationId"] == f"net-nat-address-{zone}-id"
        assert made.named("net-internet").urn in nat.dependencies


def test_one_nat_serves_every_zone(deploy: Deploy) -> None:
    """Without NAT per zone there is one, in the first zone, and all workloads leave by it."""
    made = deployed(deploy, nat_per_zone=False)
    assert made.one(NAT).inputs["subnetId"] == f"net-public-{ZONES[0]}-id"
    for subnet in tier(made, "private"):
        assert routes_of(made, subnet) == [{"cidrBlock": "0.0.0.0/0", "natGatewayId": f"net-nat-{ZONES[0]}-id"}]


def test_data_tiers_admit_only_the_vpc(deploy: Deploy) -> None:
    """One network ACL for each data tier on all its subnets; its only rule, in and out, is the VPC's CIDR."""
    made = deployed(deploy)
    acls = made.all("aws:ec2/networkAcl:NetworkAcl")
    assert {acl.name: acl.inputs["subnetIds"] for acl in acls} == {
        f"net-nacl-{name}": [f"net-{name}-{zone}-id" for zone in ZONES] for name in DATA_TIERS
    }
    rule = {"ruleNo": 100, "action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": CIDR}
    for acl in acls:
        assert acl.inputs["ingress"] == [rule]
        assert acl.inputs["egress"] == [rule]


def test_default_security_group_is_closed(deploy: Deploy) -> None:
    """Both lists are given and empty: what is launched without a group can neither speak nor be spoken to."""
    group = deployed(deploy).one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert group["ingress"] == []
    assert group["egress"] == []


def test_s3_is_reached_over_a_gateway(deploy: Deploy) -> None:
    """All private route tables lead to S3, those of the data tiers do not."""
    endpoint = deployed(deploy).named("net-endpoints-s3").inputs
    assert endpoint["vpcEndpointType"] == "Gateway"
    assert endpoint["serviceName"] == f"com.amazonaws.{REGION}.s3"
    assert endpoint["routeTableIds"] == [f"net-routes-private-{zone}-id" for zone in ZONES]


def test_aws_services_are_reached_over_interfaces(deploy: Deploy) -> None:
    """Secrets Manager, STS, ECR, CloudWatch Logs and KMS under their usual names, in every zone of the private tier."""
    interfaces = [e.inputs for e in deployed(deploy).all(ENDPOINT) if e.inputs["vpcEndpointType"] == "Interface"]
    assert {e["serviceName"] for e in interfaces} == {
        f"com.amazonaws.{REGION}.{service}"
        for service in ("secretsmanager", "sts", "ecr.api", "ecr.dkr", "logs", "kms")
    }
    for endpoint in interfaces:
        assert endpoint["privateDnsEnabled"] is True
        assert endpoint["subnetIds"] == [f"net-private-{zone}-id" for zone in ZONES]
        assert endpoint["securityGroupIds"] == ["net-endpoints-security-group-id"]


def test_outputs_name_every_tier(deploy: Deploy) -> None:
    """Subnets, CIDRs, zones and route tables of each tier, in the order of the zones."""
    seen: dict[str, Any] = {}

    def program() -> None:
        network = Network("net", NetworkArgs(**ARGS))
        network.vpc_id.apply(lambda value: seen.update(vpc=value))
        network.endpoint_security_group_id.apply(lambda value: seen.update(endpoints=value))
        for name in TIERS:
            made = getattr(network, name)
            seen[name] = (made.cidrs, made.zones, len(made.subnet_ids), len(made.route_table_ids))
        seen["cidr"] = network.cidr

    deploy(program)
    assert seen["vpc"] == "net-vpc-id"
    assert seen["cidr"] == CIDR
    assert seen["endpoints"] == "net-endpoints-security-group-id"
    assert seen["public"] == (["10.3.128.0/23", "10.3.130.0/23", "10.3.132.0/23"], ZONES, 3, 1)
    assert seen["private"] == (["10.3.0.0/20", "10.3.16.0/20", "10.3.32.0/20"], ZONES, 3, 3)
    assert seen["database"] == (["10.3.144.0/23", "10.3.146.0/23", "10.3.148.0/23"], ZONES, 3, 1)
    assert seen["analytics"] == (["10.3.160.0/23", "10.3.162.0/23", "10.3.164.0/23"], ZONES, 3, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cidr": "10.3.0.0/24"}, "10.3.0.0/24: a VPC of /24 does not fit the slots; choose /16 to /20"),
        ({"cidr": "100.64.0.0/16"}, "100.64.0.0/16 reaches beyond the private ranges"),
        ({"zones": ZONES[:1]}, "zones: need at least 2 to survive the loss of one, got 1; add a zone"),
        ({"zones": [ZONES[0], ZONES[0]]}, "names a zone twice; name each once"),
        ({"zones": [ZONES[0], "eu-west-1b"]}, "'eu-west-1b' is not a zone of eu-central-1"),
    ],
)
def test_bad_args_are_refused(changes: dict[str, Any], message: str) -> None:
    """A wrong value fails before any resource exists and says what to write instead."""
    with pytest.raises(ValueError, match=message):
        NetworkArgs(**{**ARGS, **changes})
