"""SEC-07: a store of data refuses connections without TLS, whatever its clients ask for."""

import contextlib
from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import UNKNOWN, get, is_local_replica, items, of_type, referenced

# By type: the property that names the parameter group, and the group's type.
GROUPS = {
    "aws:rds/instance:Instance": ("parameterGroupName", "aws:rds/parameterGroup:ParameterGroup"),
    "aws:rds/cluster:Cluster": ("dbClusterParameterGroupName", "aws:rds/clusterParameterGroup:ClusterParameterGroup"),
}
# By parameter: the values that force TLS. Document DB, Neptune and Redshift do so where nothing is said.
FORCING = {
    "rds.force_ssl": ("1",),
    "require_secure_transport": ("1", "ON"),
    "tls": ("enabled", "tls1.2+", "tls1.3+", "fips-140-3"),
    "neptune_enforce_ssl": ("1",),
    "require_ssl": ("true", "1"),
}
REDSHIFT_GROUP = "aws:redshift/parameterGroup:ParameterGroup"
PARAMETER_GROUPS = {
    "aws:rds/parameterGroup:ParameterGroup": ("rds.force_ssl", "require_secure_transport"),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": ("rds.force_ssl", "require_secure_transport"),
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": ("tls",),
    "aws:neptune/clusterParameterGroup:ClusterParameterGroup": ("neptune_enforce_ssl",),
    REDSHIFT_GROUP: ("require_ssl",),
}
NOT_FORCED_BY_DEFAULT = ("redshift-1.0", "default.redshift-1.0")
# By how the engine's name begins. An engine that is absent (a replica) is taken for PostgreSQL.
PARAMETERS = {
    ("mysql", "mariadb", "aurora-mysql"): "require_secure_transport",
    ("oracle", "db2", "custom-"): None,  # theirs is an option of the option group, or is set on the machine
}
REQUIREMENTS = dangers.table("encryption_in_transit")


def _parameter(engine: object) -> str | None:
    if engine == "aurora":
        return "require_secure_transport"
    return next((name for starts, name in PARAMETERS.items() if str(engine).startswith(starts)), "rds.force_ssl")


def _flaw(group: PolicyResource, name: str, *, needed: bool) -> str | None:
    """What the group says of the parameter instead of forcing TLS; nothing where it forces it or may yet."""
    rows = list(items(group.props, "parameters"))
    values = [get(row, "value") for row in rows if row is not UNKNOWN and get(row, "name") == name]
    unclear = any(row is UNKNOWN or get(row, "name") is UNKNOWN for row in rows)
    accepted = [value.lower() for value in FORCING[name]]
    wrong = [value for value in values if value is not UNKNOWN and str(value).lower() not in accepted]
    if wrong or (needed and not (values or unclear)):
        return f"{name} of {group.name} is {wrong[0] if wrong else None!r}, must be {FORCING[name][0]!r}"
    return None


def _database(database: PolicyResource, groups: Sequence[PolicyResource], name: str) -> Iterator[str]:
    """Each database has a parameter group of this stack, which states the parameter; AWS's default may change."""
    key = GROUPS[database.resource_type][0]
    given = get(database.props, key)
    if not groups and given is None and is_local_replica(database):
        return  # it has its source's group
    if not groups and given is not UNKNOWN:
        yield f"{key} is {given!r}, must name a parameter group of this stack with {name}={FORCING[name][0]}"
    flaws = (_flaw(group, name, needed=True) for group in groups)
    yield from (f"{key}: {flaw}" for flaw in flaws if flaw)


def _groups(resources: Sequence[PolicyResource], judged: set[str]) -> Iterator[tuple[PolicyResource, str]]:
    for group in of_type(resources, *PARAMETER_GROUPS):
        if group.urn not in judged:
            needed = get(group.props, "family") in NOT_FORCED_BY_DEFAULT
            flaws = (_flaw(group, name, needed=needed) for name in PARAMETER_GROUPS[group.resource_type])
            yield from ((group, f"parameters: {flaw}") for flaw in flaws if flaw)
    for cluster in of_type(resources, "aws:redshift/cluster:Cluster"):
        if get(cluster.props, "clusterParameterGroupName") in NOT_FORCED_BY_DEFAULT:
            yield (
                cluster,
                "clusterParameterGroupName is 'default.redshift-1.0', must name a group with require_ssl=true",
            )


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Databases with their parameter groups, groups of other stacks' databases, and switches of all other services."""
    judged = set()
    for database in of_type(resources, *GROUPS):
        engine = get(database.props, "engine")
        key, type_ = GROUPS[database.resource_type]
        groups = referenced(database, key, of_type(resources, type_))
        name = _parameter(engine)
        if name and engine is not UNKNOWN:
            judged |= {group.urn for group in groups}
            yield from ((database, message) for message in _database(database, groups, name))
    yield from _groups(resources, judged)
    for resource in of_type(resources, *REQUIREMENTS):
        with contextlib.suppress(UnknownValueError):  # raised last
            for message in dangers.findings(resource, REQUIREMENTS[resource.resource_type]):
                yield resource, message


RULE = Rule(
    clause="SEC-07",
    description="Databases, caches, brokers and search accept connections over TLS only.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.7"),),
    remediation="Declare databases with components.database.PrivateDatabase; elsewhere set the property that is named.",
    check_stack=check_stack,
)
