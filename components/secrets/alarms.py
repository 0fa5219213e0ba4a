"""When a secret needs a person: one table of alarms on what ``lambdas/secret_watch`` measures, and one event."""

from types import MappingProxyType
from typing import Any, Final

from components.shared.alarms import MINUTES, Alarm, AlarmTable, EventAlarm
from lib.rotation import BY_HAND_DAYS, LATE_DAYS, MAX_DAYS

NAMESPACE: Final = "NationGraph/Secrets"
DIMENSION: Final = "Secret"
DAY_SECONDS: Final = 24 * 60 * MINUTES
FAILURES: Final = ("RotationFailed", "RotationAbandoned")
"""The second: somebody put a value by hand, which took AWSPENDING from a rotation under way."""


def _daily(metric: str, threshold: int, meaning: str, runbook: str) -> Alarm:
    """The greatest value of a day is above the threshold, or the watch is silent: one that has stopped is not good."""
    return Alarm(
        metric=metric,
        statistic="Maximum",
        crossing="above",
        threshold=threshold,
        period_seconds=DAY_SECONDS,
        periods=1,
        missing="breaching",
        meaning=meaning,
        runbook=runbook,
    )


ROTATED: Final = AlarmTable(
    namespace=NAMESPACE,
    dimension=DIMENSION,
    rows=MappingProxyType(
        {
            "age": _daily("AgeDays", LATE_DAYS, f"has not rotated for {LATE_DAYS} days", "secret-rotation"),
            "pending": _daily("PendingHours", 24, "has a rotation that does not finish", "secret-rotation"),
        }
    ),
)
_DUE: Final = f"must be rotated by hand within {MAX_DAYS - BY_HAND_DAYS} days"
BY_HAND: Final = AlarmTable(
    namespace=NAMESPACE,
    dimension=DIMENSION,
    rows=MappingProxyType({"age": _daily("AgeDays", BY_HAND_DAYS, _DUE, "secret-without-api")}),
)


def rotation_events(*names: str) -> dict[str, Any]:
    """The pattern of events of rotations. Source: Secrets Manager user guide, "Log events with AWS CloudTrail"."""
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": ["AWS Service Event via CloudTrail"],
        "detail": {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": list(names)},
    }


FAILED: Final = EventAlarm(
    rule="nationgraph-secret-rotation-failed",
    pattern=rotation_events(*FAILURES),
    meaning=f"Secrets Manager: {', '.join(FAILURES)}",
    runbook="secret-rotation",
)
