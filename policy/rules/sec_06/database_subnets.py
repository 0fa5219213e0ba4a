"""SEC-06: no route leads from a database to the internet, so that not even a wrong security group lets data out."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts import routes
from policy.facts.props import UNKNOWN, get, is_local_replica, items, named_by, of_type, referenced

DATABASES = {
    "aws:rds/instance:Instance": "dbSubnetGroupName",
    "aws:rds/cluster:Cluster": "dbSubnetGroupName",
    "aws:redshift/cluster:Cluster": "clusterSubnetGroupName",
}
GROUPS = ("aws:rds/subnetGroup:SubnetGroup", "aws:redshift/subnetGroup:SubnetGroup")
SUBNET = "aws:ec2/subnet:Subnet"
TIER = "nationgraph:tier"
DATA_TIERS = ("database", "analytics")


def _ways_out(subnet: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    tables = routes.tables_of(subnet, resources)
    if tables is UNKNOWN:
        return
    if not tables:
        yield "main route table: no route table of this stack is associated, must be one without a default route"
    for table in tables:
        for route in routes.ways_out(table, resources):
            yield f"{table.name} -> route {route}: must have no default route and no way to the internet"


def _group(group: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    subnets = of_type(resources, SUBNET)
    values = list(items(group.props, "subnetIds"))
    members = referenced(group, "subnetIds", subnets)
    if UNKNOWN not in values and len(values) > len(members):
        foreign = [value for value in values if not named_by(group, "subnetIds", value, subnets)]
        yield f": subnetIds hold {foreign}, must be subnets of this stack"
    zones = [get(s.props, "availabilityZone") or get(s.props, "availabilityZoneId") for s in members]
    known = sorted({zone for zone in zones if isinstance(zone, str)})
    unclear = UNKNOWN in zones or (UNKNOWN in values and len(values) > len(members))
    if len(known) < 2 and not unclear:
        yield f": availabilityZone of its subnets is {known}, must be at least 2 zones"
    for subnet in members:
        tier = get(subnet.props, "tags", TIER)
        if tier is not UNKNOWN and tier not in DATA_TIERS:
            yield f" -> {subnet.name}: tag {TIER} is {tier!r}, must be one of {DATA_TIERS}"
        yield from (f" -> {subnet.name} -> {message}" for message in _ways_out(subnet, resources))


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Follow each database to its routes, then each subnet of a data tier that holds no database yet."""
    seen = set()
    for database in of_type(resources, *DATABASES):
        key = DATABASES[database.resource_type]
        groups = referenced(database, key, of_type(resources, *GROUPS))
        given = get(database.props, key)
        if not groups and given is None and is_local_replica(database):
            continue  # it lies where its source lies
        if not groups and given is not UNKNOWN:
            yield database, f"{key} is {given!r}, must name a subnet group of this stack"
        for group in groups:
            seen |= {subnet.urn for subnet in referenced(group, "subnetIds", of_type(resources, SUBNET))}
            yield from (
                (database, f"path {database.name} -> {group.name}{found}") for found in _group(group, resources)
            )
    for subnet in of_type(resources, SUBNET):
        if subnet.urn not in seen and get(subnet.props, "tags", TIER) in DATA_TIERS:
            yield from ((subnet, f"path {subnet.name} -> {found}") for found in _ways_out(subnet, resources))


RULE = Rule(
    clause="SEC-06",
    description="Databases lie in data-tier subnets of two zones or more, whose route tables have no default route.",
    severity=Severity.CRITICAL,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),),
    remediation="Pass the subnets of components.network.network.Network's database or analytics tier.",
    check_stack=check_stack,
)
