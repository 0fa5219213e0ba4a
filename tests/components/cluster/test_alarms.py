"""The control plane wakes somebody before it stops: each alarm, its threshold, and what silence means."""

import pytest

from tests.components.cluster.support.cluster import NAME, deployed
from tests.components.support.platform import TOPIC
from tests.conftest import Deploy

GIB = 2**30


@pytest.mark.parametrize(
    ("key", "metric", "statistic", "threshold"),
    [
        ("errors", "apiserver_request_total_5XX", "Sum", 50),
        ("unschedulable", "scheduler_pending_pods_UNSCHEDULABLE", "Sum", 4),
        ("storage", "apiserver_storage_size_bytes", "Maximum", 6 * GIB),
    ],
)
def test_alarm_fires_at(deploy: Deploy, key: str, metric: str, statistic: str, threshold: int) -> None:
    """Above its threshold for a quarter of an hour; a control plane that sends nothing changes no state."""
    alarm = deployed(deploy).named(f"cluster-alarm-{key}").inputs
    assert (alarm["namespace"], alarm["dimensions"]) == ("AWS/EKS", {"ClusterName": NAME})
    assert (alarm["metricName"], alarm["statistic"], alarm["threshold"]) == (metric, statistic, threshold)
    assert alarm["comparisonOperator"] == "GreaterThanThreshold"
    assert alarm["period"] * alarm["evaluationPeriods"] == 900
    assert alarm["treatMissingData"] == "ignore"
    assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]
    assert alarm["alarmDescription"].startswith(f"{NAME}: ")
