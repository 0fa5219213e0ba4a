"""SEC-07: a database refuses connections without TLS, whatever its clients ask for."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, get, items, of_type, referenced

# By type: the property that names the parameter group, and the group's type.
GROUPS = {
    "aws:rds/instance:Instance": ("parameterGroupName", "aws:rds/parameterGroup:ParameterGroup"),
    "aws:rds/cluster:Cluster": ("dbClusterParameterGroupName", "aws:rds/clusterParameterGroup:ClusterParameterGroup"),
}
# By how the engine's name begins: parameter and value. An engine that is absent (a replica) is taken for PostgreSQL.
FORCED = {
    ("mysql", "mariadb", "aurora-mysql"): ("require_secure_transport", ("1", "ON")),
    ("oracle", "db2"): None,  # theirs is an option of the option group
}
POSTGRES = ("rds.force_ssl", ("1",))


def _required(engine: object) -> tuple[str, tuple[str, ...]] | None:
    return next((value for names, value in FORCED.items() if str(engine).startswith(names)), POSTGRES)


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each database has a parameter group of this stack, which states the parameter; AWS's default may change."""
    for database in of_type(resources, *GROUPS):
        engine = get(database.props, "engine")
        required = _required(engine)
        if required is None or engine is UNKNOWN:
            continue
        (name, accepted), (key, type_) = required, GROUPS[database.resource_type]
        groups = referenced(database, key, of_type(resources, type_))
        given = get(database.props, key)
        if not groups and given is not UNKNOWN:
            yield database, f"{key} is {given!r}, must name a parameter group of this stack with {name}={accepted[0]}"
        for group in groups:
            rows = list(items(group.props, "parameters"))
            values = [get(row, "value") for row in rows if row is not UNKNOWN and get(row, "name") == name]
            unclear = any(row is UNKNOWN or get(row, "name") is UNKNOWN for row in rows)
            wrong = [value for value in values if value is not UNKNOWN and str(value) not in accepted]
            if wrong or not (values or unclear):
                shown = wrong[0] if wrong else None
                yield database, f"{key}: {name} of {group.name} is {shown!r}, must be {accepted[0]!r}"


RULE = Rule(
    clause="SEC-07",
    description="Databases accept connections over TLS only.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.7"),),
    remediation="Declare it with components.database.PrivateDatabase, whose parameter group sets rds.force_ssl.",
    check_stack=check_stack,
)
