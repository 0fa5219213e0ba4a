"""A database that fails slowly tells somebody: each alarm, its threshold, and what silence means."""

from typing import Any

import pulumi
import pytest

from components.database.alarms import TABLE, capacities, memory_gib, wal_limit_mib
from components.shared.alarms import Watched, declare_alarms
from tests.components.support.platform import TOPIC, platform
from tests.conftest import Deploy

GIB = 2**30


def alarms(deploy: Deploy, instance_class: str = "db.m7g.large", storage_gib: int = 100) -> dict[str, dict[str, Any]]:
    """The inputs of each alarm on a database ``orders``, by the end of its name."""

    def program() -> None:
        parent = pulumi.ComponentResource("nationgraph:tests:Database", "parent")
        watched = Watched(value="orders", called="orders", capacity=capacities(instance_class, storage_gib))
        declare_alarms("orders", TABLE, watched, platform(), parent)

    made = deploy(program).all("aws:cloudwatch/metricAlarm:MetricAlarm")
    return {alarm.name.removeprefix("orders-"): alarm.inputs for alarm in made}


@pytest.mark.parametrize(
    ("key", "metric", "crossing", "threshold", "missing"),
    [
        ("cpu", "CPUUtilization", "GreaterThanThreshold", 80, "breaching"),
        ("storage", "FreeStorageSpace", "LessThanThreshold", 8 * GIB, "ignore"),
        ("connections", "DatabaseConnections", "GreaterThanThreshold", 630, "ignore"),
        ("replica-lag", "OldestReplicationSlotLag", "GreaterThanThreshold", 10 * GIB, "notBreaching"),
        ("retained-wal", "TransactionLogsDiskUsage", "GreaterThanThreshold", 16 * GIB, "ignore"),
    ],
)
def test_alarm_fires_at(  # noqa: PLR0917 - the columns of the table
    deploy: Deploy, key: str, metric: str, crossing: str, threshold: int, missing: str
) -> None:
    """Thresholds of a db.m7g.large with 100 GiB, worked out by hand."""
    alarm = alarms(deploy)[key]
    assert alarm["namespace"] == "AWS/RDS"
    assert alarm["metricName"] == metric
    assert alarm["comparisonOperator"] == crossing
    assert alarm["threshold"] == threshold
    assert alarm["treatMissingData"] == missing


def test_what_the_roadmap_needs_is_watched(deploy: Deploy) -> None:
    """The five that SEC-06 and ENB-02 need are there."""
    assert set(alarms(deploy)) >= {"cpu", "storage", "connections", "replica-lag", "retained-wal"}


def test_every_alarm_names_the_instance_and_tells_the_topic(deploy: Deploy) -> None:
    """When it starts and when it is over, after a quarter of an hour, with a description."""
    for alarm in alarms(deploy).values():
        assert alarm["dimensions"] == {"DBInstanceIdentifier": "orders"}
        assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]
        assert alarm["period"] * alarm["evaluationPeriods"] == 900
        assert alarm["alarmDescription"].startswith("orders: ")


def test_thresholds_follow_the_instance(deploy: Deploy) -> None:
    """Twice the storage, twice the bytes; more memory, more connections; CPU stays a share."""
    small, large = alarms(deploy), alarms(deploy, "db.r7g.xlarge", 200)
    for key in ("storage", "replica-lag", "retained-wal"):
        assert large[key]["threshold"] == 2 * small[key]["threshold"]
    assert large["connections"]["threshold"] == 2522
    assert large["cpu"]["threshold"] == 80


def test_slots_lag_before_they_are_lost() -> None:
    """Both WAL alarms fire below the size at which PostgreSQL drops the slot, and the limit leaves most of the disk."""
    for storage_gib in (20, 100, 65536):
        limit = wal_limit_mib(storage_gib) * 2**20
        assert 0 < TABLE.rows["replica-lag"].threshold < TABLE.rows["retained-wal"].threshold < 100
        assert limit == capacities("db.t4g.medium", storage_gib)["wal_bytes"] <= storage_gib * GIB // 4


@pytest.mark.parametrize(
    ("instance_class", "gib", "connections"),
    [
        ("db.t4g.micro", 1, 112),
        ("db.t4g.medium", 4, 450),
        ("db.m7g.large", 8, 901),
        ("db.r6gd.2xlarge", 64, 5000),
        ("db.m6i.32xlarge", 512, 5000),
    ],
)
def test_memory_and_connections_of_a_class(instance_class: str, gib: int, connections: int) -> None:
    """AWS's published memory, and its formula for connections with its limit of 5000."""
    assert memory_gib(instance_class) == gib
    assert capacities(instance_class, 20)["connections"] == connections


@pytest.mark.parametrize("instance_class", ["", "db.m7g", "db.x2g.large", "db.m7g.huge", "m7g.large", "db.serverless"])
def test_classes_of_unknown_memory_are_refused(instance_class: str) -> None:
    """A guess would make an alarm that never fires."""
    with pytest.raises(ValueError, match=r"so its connections cannot be watched; choose a class such as"):
        memory_gib(instance_class)
