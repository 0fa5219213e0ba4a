"""SEC-06: no database answers on the internet."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import Resource, get, is_local_replica

REQUIREMENTS = dangers.table("public_data")
# Which property names the subnet group, without which AWS puts a database into the default VPC.
SUBNET_GROUP = {
    "aws:rds/instance:Instance": "dbSubnetGroupName",
    "aws:redshift/cluster:Cluster": "clusterSubnetGroupName",
}


def check(resource: Resource) -> Iterator[str]:
    """The public flag is False and the subnets are chosen; by default AWS puts a database into the default VPC."""
    key = SUBNET_GROUP.get(resource.resource_type)
    group = get(resource.props, key) if key else None
    if key and group in (None, "", "default") and not (group is None and is_local_replica(resource)):
        yield f"{key} is {group!r}, must name a subnet group of the database or analytics tier"
    yield from dangers.findings(resource, REQUIREMENTS[resource.resource_type])


RULE = Rule(
    clause="SEC-06",
    description="Whatever holds or moves data is not publicly accessible; databases state their subnet group.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.3.3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Declare it with components.database.database.PrivateDatabase.",
    types=frozenset(REQUIREMENTS),
    check=check,
)
