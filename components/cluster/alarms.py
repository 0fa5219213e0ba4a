"""What wakes somebody for the control plane. EKS gives the metrics of ``AWS/EKS`` by itself, once a minute.

Source: EKS user guide, "Monitor cluster data with Amazon CloudWatch", with the statistics that are valid for each.
"""

from types import MappingProxyType
from typing import Final

from components.shared.alarms import Alarm, AlarmTable

STORAGE_BYTES: Final = 8 * 2**30
"""What etcd holds; then the API server takes no writes. Source: EKS best practices guide, "etcd database size"."""

TABLE: Final = AlarmTable(
    namespace="AWS/EKS",
    dimension="ClusterName",
    rows=MappingProxyType(
        {
            # Ten a minute, for a quarter of an hour: single errors belong to every rollout of the control plane.
            "errors": Alarm(
                metric="apiserver_request_total_5XX",
                statistic="Sum",
                crossing="above",
                threshold=50,
                periods=3,
                missing="ignore",
                meaning="the API server fails requests",
                runbook="cluster-control-plane",
            ),
            # One pod that waits counts one a minute: more than four in each of three periods is one for 15 minutes.
            "unschedulable": Alarm(
                metric="scheduler_pending_pods_UNSCHEDULABLE",
                statistic="Sum",
                crossing="above",
                threshold=4,
                periods=3,
                missing="ignore",
                meaning="pods find no node",
                runbook="cluster-capacity",
            ),
            "storage": Alarm(
                metric="apiserver_storage_size_bytes",
                statistic="Maximum",
                crossing="above",
                threshold=75,
                of="storage_bytes",
                periods=3,
                missing="ignore",
                meaning="the control plane's storage fills, and when it is full nothing can be changed",
                runbook="cluster-control-plane",
            ),
        }
    ),
)
