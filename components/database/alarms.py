"""When a database needs a person: one table of alarms, with thresholds relative to what the instance has."""

import re
from types import MappingProxyType
from typing import Final

from components.shared.alarms import Alarm, AlarmTable

WAL_SHARE_PERCENT: Final = 20
"""Share of the storage that replication slots may hold back as write-ahead log (WAL) before PostgreSQL drops them."""

PERIODS: Final = 3
"""A threshold must be crossed in three periods of five minutes running."""

TABLE: Final = AlarmTable(
    namespace="AWS/RDS",
    dimension="DBInstanceIdentifier",
    rows=MappingProxyType(
        {
            # RDS reports CPU every minute while the instance lives: its silence is the outage, and one alarm says so.
            "cpu": Alarm(
                metric="CPUUtilization",
                statistic="Average",
                crossing="above",
                threshold=80,
                periods=PERIODS,
                missing="breaching",
                meaning="CPU is busy, or the instance is silent",
                runbook="database-cpu",
            ),
            # RDS adds storage when 10% is free. Less means that it could not: at its maximum, or within six hours of
            # the last time. Raise storage_gib after growth, so that this follows.
            "storage": Alarm(
                metric="FreeStorageSpace",
                statistic="Minimum",
                crossing="below",
                threshold=8,
                of="storage_bytes",
                periods=PERIODS,
                missing="ignore",
                meaning="storage runs out and autoscaling has not helped",
                runbook="database-storage",
            ),
            # Of AWS's formula on nominal memory. RDS keeps some memory for itself, so the real limit is lower, by a
            # quarter on the smallest classes: hence 70% and not 80%.
            "connections": Alarm(
                metric="DatabaseConnections",
                statistic="Maximum",
                crossing="above",
                threshold=70,
                of="connections",
                periods=PERIODS,
                missing="ignore",
                meaning="connections run out",
                runbook="database-connections",
            ),
            # Replica lag seen from the source, for RDS replicas and logical subscribers alike: ReplicaLag exists on
            # RDS replicas only and knows no subscriber. Without a slot there is no metric, and nothing lags.
            "replica-lag": Alarm(
                metric="OldestReplicationSlotLag",
                statistic="Maximum",
                crossing="above",
                threshold=50,
                of="wal_bytes",
                periods=PERIODS,
                missing="notBreaching",
                meaning="a replica or subscriber is half way to losing its replication slot",
                runbook="database-replication",
            ),
            "retained-wal": Alarm(
                metric="TransactionLogsDiskUsage",
                statistic="Maximum",
                crossing="above",
                threshold=80,
                of="wal_bytes",
                periods=PERIODS,
                missing="ignore",
                meaning="an abandoned replication slot holds back WAL and eats the storage",
                runbook="database-replication",
            ),
        }
    ),
)
"""Every threshold of the database, in one place, relative to what the instance has."""

_SIZE_GIB: Final = MappingProxyType(
    {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16}
    | {f"{n}xlarge": 16 * n for n in (2, 4, 8, 12, 16, 24, 32, 48)}
)
"""Memory by size in families t and m; family r has twice as much."""


def memory_gib(instance_class: str) -> int:
    """Nominal memory in GiB. Raises ``ValueError`` for a class that is not of family t, m or r, or of an unknown size.

    Source: RDS user guide, "Hardware specifications for DB instance classes".
    """
    match = re.fullmatch(r"db\.([tmr])[0-9]+[a-z]*\.([0-9a-z]+)", instance_class)
    if match is None or match[2] not in _SIZE_GIB:
        raise ValueError(
            f"instance_class: the memory of {instance_class!r} is not known, so its connections cannot be watched; "
            "choose a class such as db.t4g.medium, db.m7g.large or db.r7g.xlarge"
        )
    return _SIZE_GIB[match[2]] * (2 if match[1] == "r" else 1)


def wal_limit_mib(storage_gib: int) -> int:
    """``max_slot_wal_keep_size`` in MiB: a dead subscriber costs a resynchronisation and not the database."""
    return storage_gib * 1024 * WAL_SHARE_PERCENT // 100


def capacities(instance_class: str, storage_gib: int) -> dict[str, int]:
    """What the percentages of the table are of.

    ``connections`` is AWS's default of ``max_connections``, LEAST(memory in bytes / 9531392, 5000); RDS user guide,
    "Maximum number of database connections".
    """
    return {
        "storage_bytes": storage_gib * 2**30,
        "connections": min(memory_gib(instance_class) * 2**30 // 9531392, 5000),
        "wal_bytes": wal_limit_mib(storage_gib) * 2**20,
    }
