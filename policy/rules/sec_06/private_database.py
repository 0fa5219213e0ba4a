"""SEC-06: no database answers on the internet."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get, raise_unknown

# Which property names the subnet group; None where the cluster that the instance joins names it.
SUBNET_GROUP = {
    "aws:rds/instance:Instance": "dbSubnetGroupName",
    "aws:rds/clusterInstance:ClusterInstance": None,
    "aws:redshift/cluster:Cluster": "clusterSubnetGroupName",
}


def check(resource: Resource) -> Iterator[str]:
    """The public flag is False and the subnets are chosen; by default AWS puts a database into the default VPC."""
    public = get(resource.props, "publiclyAccessible")
    if public is not False and public is not UNKNOWN:
        yield f"publiclyAccessible is {public!r}, must be False"
    key = SUBNET_GROUP[resource.resource_type]
    group = get(resource.props, key) if key else UNKNOWN
    if group in (None, "", "default"):
        yield f"{key} is {group!r}, must name a subnet group of the database or analytics tier"
    raise_unknown(resource, "publiclyAccessible")


RULE = Rule(
    clause="SEC-06",
    description="Databases are not publicly accessible and state their subnet group.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.3.3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Declare it with components.database.database.PrivateDatabase.",
    types=frozenset(SUBNET_GROUP),
    check=check,
)
