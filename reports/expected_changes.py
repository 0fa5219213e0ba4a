"""What AWS changes by itself because a stack lets it: no drift, and each with its reason.

A row is about a property of some types and holds a condition. What no row knows is drift, and so is what goes the other
way: a downgrade, a new major version, storage that shrank, a count beyond its limits.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Props = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One property that differs; ``declared`` are the resource's values before, ``stack`` all others' by type."""

    type: str
    path: str
    before: Any
    after: Any
    declared: Props
    stack: Mapping[str, Sequence[Props]]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """``path`` is a pattern for the whole path of a property; lists have an index, ``[0]``."""

    types: tuple[str, ...]
    path: str
    condition: Callable[[Observed], bool]
    reason: str


_MAJOR_PARTS: Final = {
    "postgres": 1, "aurora-postgresql": 1, "oracle": 1, "custom-oracle": 1, "redis": 1, "valkey": 1,
    "mysql": 2, "mariadb": 2, "aurora": 2, "sqlserver": 2, "custom-sqlserver": 2, "db2": 2, "docdb": 2, "neptune": 2,
    "memcached": 2,
}  # fmt: skip
"""Of how many numbers a major version consists, by the beginning of the engine's name. Source: AWS's user guides."""
_TWO_BEFORE: Final = {"postgres": 10, "aurora-postgresql": 10, "redis": 6}
"""The first version from which a major version is one number; before it was two."""
_ENGINE_OF: Final = {"docdb": "docdb", "neptune": "neptune", "elasticache": "redis", "memorydb": "redis"}
"""Of a type without ``engine``, by its service."""


def _numbers(version: Any) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", str(version))]


def _major_parts(observed: Observed, numbers: Sequence[int]) -> int:
    engine = str(observed.declared.get("engine") or _ENGINE_OF.get(observed.type.split(":")[1].partition("/")[0], ""))
    known = max((name for name in _MAJOR_PARTS if engine.lower().startswith(name)), key=len, default="")
    if numbers and numbers[0] < _TWO_BEFORE.get(known, 0):
        return 2
    return _MAJOR_PARTS.get(known, 1)


def _is_minor(observed: Observed) -> bool:
    """Whether a version was raised within its major one; a declared ``16`` stands for every 16.x."""
    before, after = _numbers(observed.before), _numbers(observed.after)
    parts = min(_major_parts(observed, before), len(before))
    return bool(before) and before[:parts] == after[:parts] and before < after


def _allows(props: Props, flag: str, *, default: bool) -> bool:
    value = props.get(flag)
    return default if value is None else str(value).lower() == "true"


def _upgraded(flag: str = "autoMinorVersionUpgrade", *, default: bool = True) -> Callable[[Observed], bool]:
    return lambda observed: _allows(observed.declared, flag, default=default) and _is_minor(observed)


def _upgraded_by_members(observed: Observed) -> bool:
    """A cluster is upgraded by AWS where every member in the stack allows it."""
    identifier = observed.declared.get("clusterIdentifier") or observed.declared.get("id")
    kind = observed.type.partition("/")[0] + "/clusterInstance:ClusterInstance"
    members = [props for props in observed.stack.get(kind, ()) if props.get("clusterIdentifier") == identifier]
    flags = [_allows(props, "autoMinorVersionUpgrade", default=True) for props in (observed.declared, *members)]
    return all(flags) and _is_minor(observed)


def _number(value: Any) -> float | None:
    """A number, also where it is written as text."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _at(props: Any, path: str) -> Any:
    for step in path.split("."):
        props = props.get(step) if isinstance(props, Mapping) else None
    return props


def _grown(limit: str) -> Callable[[Observed], bool]:
    """Raised, and not above the declared limit."""

    def condition(observed: Observed) -> bool:
        before, after, most = map(_number, (observed.before, observed.after, _at(observed.declared, limit)))
        return before is not None and after is not None and most is not None and before < after <= most

    return condition


def _between(low: Any, value: Any, high: Any) -> bool:
    """Whether all three are numbers, in this order."""
    least, number, most = map(_number, (low, value, high))
    return least is not None and number is not None and most is not None and least <= number <= most


def _within(low: str, high: str) -> Callable[[Observed], bool]:
    """Between two declared limits."""
    return lambda observed: _between(_at(observed.declared, low), observed.after, _at(observed.declared, high))


_NAMES: Final = ("name", "id", "arn", "functionName", "replicationGroupId", "identifier", "tableName")


def _scaled(namespace: str) -> Callable[[Observed], bool]:
    """Between the limits of a target of Application Auto Scaling that names the resource."""

    def named(observed: Observed, target: Props) -> bool:
        wanted = str(target.get("resourceId") or "")
        own = {str(observed.declared[key]) for key in _NAMES if observed.declared.get(key)}
        segments = {wanted, *re.split(r"[/:]", wanted)}
        cluster = str(observed.declared.get("cluster") or "").rpartition("/")[2]
        tails = own | {re.split(r"[/:]", name)[-1] for name in own}
        return bool(segments & tails) and (not cluster or cluster in segments)

    def condition(observed: Observed) -> bool:
        return any(
            target.get("serviceNamespace") == namespace
            and _between(target.get("minCapacity"), observed.after, target.get("maxCapacity"))
            and named(observed, target)
            for target in observed.stack.get("aws:appautoscaling/target:Target", ())
        )

    return condition


def _rotated(observed: Observed) -> bool:
    secret = observed.declared.get("secretId")
    rotations = observed.stack.get("aws:secretsmanager/secretRotation:SecretRotation", ())
    return bool(secret) and any(rotation.get("secretId") == secret for rotation in rotations)


MINOR: Final = "AWS raises minor versions by itself in the maintenance window, which the stack allows"
STORAGE: Final = "storage autoscaling raises it up to maxAllocatedStorage"
SCALING: Final = "autoscaling moves it between its limits"
SCALABLE: Final = (
    ("ecs", "aws:ecs/service:Service", "desiredCount"),
    ("dynamodb", "aws:dynamodb/table:Table", r"(globalSecondaryIndexes\[\d+\]\.)?(read|write)Capacity"),
    (
        "elasticache",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "numNodeGroups|replicasPerNodeGroup|numCacheClusters",
    ),
    (
        "lambda",
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
        "provisionedConcurrentExecutions",
    ),
    ("appstream", "aws:appstream/fleet:Fleet", r"computeCapacity\.desiredInstances"),
    ("ec2", "aws:ec2/spotFleetRequest:SpotFleetRequest", "targetCapacity"),
    ("kafka", "aws:msk/cluster:Cluster", r"brokerNodeGroupInfo\.storageInfo\.ebsStorageInfo\.volumeSize"),
)
"""What Application Auto Scaling moves: its namespace, the type, and the path of the property."""
EXPECTED: Final = (
    Expected(
        types=(
            "aws:rds/instance:Instance",
            "aws:rds/clusterInstance:ClusterInstance",
            "aws:docdb/clusterInstance:ClusterInstance",
            "aws:neptune/clusterInstance:ClusterInstance",
            "aws:elasticache/cluster:Cluster",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "aws:memorydb/cluster:Cluster",
            "aws:dms/replicationInstance:ReplicationInstance",
        ),
        path="engineVersion",
        condition=_upgraded(),
        reason=MINOR,
    ),
    Expected(
        types=("aws:rds/cluster:Cluster", "aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster"),
        path="engineVersion",
        condition=_upgraded_by_members,
        reason=MINOR,
    ),
    Expected(
        types=(
            "aws:rds/globalCluster:GlobalCluster",
            "aws:docdb/globalCluster:GlobalCluster",
            "aws:neptune/globalCluster:GlobalCluster",
            "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
            "aws:memorydb/multiRegionCluster:MultiRegionCluster",
        ),
        path="engineVersion",
        condition=_is_minor,
        reason="it follows the minor version of its members",
    ),
    Expected(
        types=("aws:mq/broker:Broker",),
        path="engineVersion",
        condition=_upgraded(default=False),
        reason=MINOR,
    ),
    Expected(
        types=("aws:redshift/cluster:Cluster",),
        path="clusterVersion",
        condition=_upgraded("allowVersionUpgrade"),
        reason=MINOR,
    ),
    Expected(
        types=("aws:rds/instance:Instance",),
        path="allocatedStorage",
        condition=_grown("maxAllocatedStorage"),
        reason=STORAGE,
    ),
    Expected(
        types=("aws:autoscaling/group:Group",),
        path="desiredCapacity",
        condition=_within("minSize", "maxSize"),
        reason=SCALING,
    ),
    Expected(
        types=("aws:eks/nodeGroup:NodeGroup",),
        path=r"scalingConfig\.desiredSize",
        condition=_within("scalingConfig.minSize", "scalingConfig.maxSize"),
        reason=SCALING,
    ),
    *(
        Expected(types=(kind,), path=path, condition=_scaled(namespace), reason=SCALING)
        for namespace, kind, path in SCALABLE
    ),
    Expected(
        types=("aws:secretsmanager/secretVersion:SecretVersion",),
        path=r"versionStages(\[\d+\])?",
        condition=_rotated,
        reason="a rotation moves the stages of versions",
    ),
)


def reason(observed: Observed) -> str:
    """Why a difference is none that somebody made; empty where it is drift."""
    rows = (row for row in EXPECTED if observed.type in row.types and re.fullmatch(row.path, observed.path))
    return next((row.reason for row in rows if row.condition(observed)), "")
