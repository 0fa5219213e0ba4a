"""SEC-07: what holds data is not lost to one wrong command."""

from collections.abc import Sequence
from typing import Any

import pytest
from pulumi_policy import ResourceValidationArgs
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_07.stateful_protection import OPTION, REQUIREMENTS, RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages, without
from tests.support.resources import UNKNOWN, Case, Res, as_resource_args, urn_of

DB, KEY, BUCKET = "aws:rds/instance:Instance", "aws:kms/key:Key", "aws:s3/bucket:Bucket"
SECRET = "aws:secretsmanager/secret:Secret"
OF_DATABASE = [row.path for row in REQUIREMENTS[DB] if row.path != OPTION]
SAFE: dict[str, Any] = {
    **database().inputs,
    "deletionProtection": True,
    "backupRetentionPeriod": 14,
    "copyTagsToSnapshot": True,
    "skipFinalSnapshot": False,
    "finalSnapshotIdentifier": "orders-final",
}


def orders(*left_out: str, protect: Any = True, **inputs: Any) -> Res:
    """A protected database, changed."""
    return Res(DB, "orders", {**without(SAFE, *left_out), **inputs}, protect=protect)


DOCUMENTS, CACHE, TABLE = (
    "aws:docdb/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:dynamodb/table:Table",
)
KEPT: dict[str, Any] = {
    "deletionProtection": True,
    "backupRetentionPeriod": 14,
    "skipFinalSnapshot": False,
    "finalSnapshotIdentifier": "orders-final",
}
REDSHIFT = {**without(KEPT, "deletionProtection", "backupRetentionPeriod"), "automatedSnapshotRetentionPeriod": 7}
SOUND: list[tuple[str, dict[str, Any]]] = [
    (DOCUMENTS, KEPT),
    ("aws:neptune/cluster:Cluster", {**KEPT, "copyTagsToSnapshot": True}),
    ("aws:redshift/cluster:Cluster", REDSHIFT),
    (CACHE, {"snapshotRetentionLimit": 5, "finalSnapshotIdentifier": "sessions"}),
    (CACHE, {"globalReplicationGroupId": "global"}),
    ("aws:elasticache/cluster:Cluster", {"engine": "memcached"}),
    ("aws:elasticache/cluster:Cluster", {"engine": "redis", "replicationGroupId": "group"}),
    (TABLE, {"deletionProtectionEnabled": True, "pointInTimeRecovery": {"enabled": True}}),
    ("aws:cognito/userPool:UserPool", {"deletionProtection": "ACTIVE"}),
    ("aws:fsx/windowsFileSystem:WindowsFileSystem", {"storageCapacity": 300}),
    ("aws:backup/vault:Vault", {"name": "vault"}),
    ("aws:ecr/repository:Repository", {"name": "core"}),
    ("aws:kms/replicaKey:ReplicaKey", {"deletionWindowInDays": 30}),
]
LOST: list[tuple[str, dict[str, Any], str]] = [
    (DOCUMENTS, {**KEPT, "deletionProtection": False}, "deletionProtection is False"),
    (DOCUMENTS, {**KEPT, "skipFinalSnapshot": True}, "skipFinalSnapshot is True"),
    ("aws:neptune/cluster:Cluster", {**KEPT, "backupRetentionPeriod": 1}, "backupRetentionPeriod is 1"),
    ("aws:docdb/globalCluster:GlobalCluster", {"deletionProtection": False}, "deletionProtection is False"),
    ("aws:redshift/cluster:Cluster", {**REDSHIFT, "automatedSnapshotRetentionPeriod": 0}, "RetentionPeriod is 0"),
    (CACHE, {"snapshotRetentionLimit": 0, "finalSnapshotIdentifier": "a"}, "snapshotRetentionLimit is 0"),
    (TABLE, {"deletionProtectionEnabled": True}, "pointInTimeRecovery.enabled is None"),
    (TABLE, {"deletionProtectionEnabled": True, "pointInTimeRecovery": "on"}, "pointInTimeRecovery is 'on'"),
    ("aws:cognito/userPool:UserPool", {"deletionProtection": "INACTIVE"}, "deletionProtection is 'INACTIVE'"),
    ("aws:qldb/ledger:Ledger", {"deletionProtection": False}, "deletionProtection is False"),
    ("aws:efs/backupPolicy:BackupPolicy", {"backupPolicy": {"status": "DISABLED"}}, "status is 'DISABLED'"),
    ("aws:backup/vault:Vault", {"forceDestroy": True}, "forceDestroy is True"),
    ("aws:ecr/repository:Repository", {"forceDelete": True}, "forceDelete is True"),
    ("aws:fsx/openZfsFileSystem:OpenZfsFileSystem", {"skipFinalBackup": True}, "skipFinalBackup is True"),
    ("aws:kms/replicaKey:ReplicaKey", {"deletionWindowInDays": "3"}, "deletionWindowInDays is '3'"),
]

CASES = [
    *(
        Case("pass", f"{type_} {number}", [Res(type_, "it", inputs, protect=True)])
        for number, (type_, inputs) in enumerate(SOUND)
    ),
    *(
        Case("fail", f"{type_} {says}", [Res(type_, "it", inputs, protect=True)], [says])
        for type_, inputs, says in LOST
    ),
    Case("pass", "database", [*DATA_NETWORK, orders()]),
    Case("pass", "key", [Res(KEY, "key", {"deletionWindowInDays": 30}, protect=True)]),
    Case("pass", "secret", [Res(SECRET, "token", {"recoveryWindowInDays": 30}, protect=True)]),
    Case("pass", "bucket", [Res(BUCKET, "logs", {"forceDestroy": False}, protect=True)]),
    Case(
        "fail",
        "database without deletion protection",
        [*DATA_NETWORK, orders(deletionProtection=False)],
        ["orders: deletionProtection is False, must be True"],
    ),
    Case(
        "fail",
        "database kept for a day, without a final snapshot",
        [*DATA_NETWORK, orders(backupRetentionPeriod=1, skipFinalSnapshot=True)],
        ["orders: backupRetentionPeriod is 1, must be 7 to 35 days", "orders: skipFinalSnapshot is True"],
    ),
    Case("fail", "key without protect", [Res(KEY, "key", {"deletionWindowInDays": 30})], ["key: option protect is"]),
    Case(
        "fail",
        "secret gone at once",
        [Res(SECRET, "token", {"recoveryWindowInDays": 0}, protect=True)],
        ["token: recoveryWindowInDays is 0"],
    ),
    Case(
        "fail",
        "bucket that takes its objects along",
        [Res(BUCKET, "logs", {"forceDestroy": True}, protect=True)],
        ["logs: forceDestroy is True"],
    ),
    *(Case("absent", key, [*DATA_NETWORK, orders(key)], [f"orders: {key} is None"]) for key in OF_DATABASE),
    Case("absent", "deletion window of a key", [Res(KEY, "key", {}, protect=True)], ["deletionWindowInDays is None"]),
    Case(
        "absent", "recovery window of a secret", [Res(SECRET, "token", protect=True)], ["recoveryWindowInDays is None"]
    ),
    Case("unknown", "all values", [*DATA_NETWORK, orders(**dict.fromkeys(OF_DATABASE, UNKNOWN))]),
    Case("unknown", "bucket", [Res(BUCKET, "logs", {"forceDestroy": UNKNOWN}, protect=True)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def _in_stack(stack: str, resource: Res) -> Sequence[str]:
    args = as_resource_args(resource)
    moved = ResourceValidationArgs(
        args.resource_type,
        args.props,
        urn_of(args.resource_type, args.name, stack),
        args.name,
        args.opts,
        None,
        None,
        None,
    )
    assert RULE.check is not None
    return list(RULE.check(moved))


UNPROTECTED = orders(protect=False, deletionProtection=False)


@pytest.mark.parametrize("stack", ["production", "staging", "dev", "sandbox-2", "my-sandbox"])
def test_only_the_sandbox_is_exempt(stack: str) -> None:
    """A name that resembles the sandbox's is a stack like any other."""
    assert len(_in_stack(stack, UNPROTECTED)) == 2


def test_sandbox_needs_no_deletion_protection() -> None:
    """`make down` must be able to remove it."""
    assert _in_stack("sandbox", UNPROTECTED) == []


@pytest.mark.parametrize("left_out", ["backupRetentionPeriod", "copyTagsToSnapshot", "skipFinalSnapshot"])
def test_sandbox_is_held_to_the_rest(left_out: str) -> None:
    """Backups and snapshots are tried where they cost nothing."""
    resource = orders(left_out, protect=False)
    (message,) = _in_stack("sandbox", resource)
    assert left_out in message


@pytest.mark.parametrize(
    ("days", "kept"), [(6, False), (7, True), (35, True), (36, False), ("14", True), ("40", False)]
)
def test_retention_bounds(days: object, *, kept: bool) -> None:
    """7 to 35 days, both included; 35 is what RDS allows."""
    assert (messages(RULE, [*DATA_NETWORK, orders(backupRetentionPeriod=days)]) == []) == kept


def test_replica_has_the_backups_of_its_source() -> None:
    """AWS takes no final snapshot of a read replica; protection and tags it can have."""
    backups = ("backupRetentionPeriod", "skipFinalSnapshot", "finalSnapshotIdentifier")
    assert messages(RULE, [*DATA_NETWORK, orders(*backups, replicateSourceDb="orders")]) == []
    assert (
        len(
            messages(
                RULE, [*DATA_NETWORK, orders(*backups, "deletionProtection", replicateSourceDb="orders", protect=False)]
            )
        )
        == 2
    )


def test_unknown_value_is_told_to_the_engine() -> None:
    """The engine notes that the rule had no verdict."""
    assert RULE.check is not None
    with pytest.raises(UnknownValueError):
        list(RULE.check(as_resource_args(orders(deletionProtection=UNKNOWN))))


def test_name_to_come_is_a_name() -> None:
    """A final snapshot named after another resource is unknown in the first preview; that is no reason to worry."""
    assert RULE.check is not None
    assert list(RULE.check(as_resource_args(orders(finalSnapshotIdentifier=UNKNOWN)))) == []
