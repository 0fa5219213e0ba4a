"""When a secret needs a person: one table of alarms on what ``lambdas/secret_watch`` measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pulumi
from pulumi_aws.cloudwatch.metric_alarm import MetricAlarm

from components.shared.runbooks import runbook_link

NAMESPACE: Final = "NationGraph/Secrets"
DAY_SECONDS: Final = 86400


@dataclass(frozen=True, kw_only=True)
class SecretAlarm:
    """One alarm: the greatest value of a day is above the threshold, or the watch is silent."""

    metric: str
    threshold: int
    meaning: str


ROTATED: Final[Mapping[str, SecretAlarm]] = MappingProxyType(
    {
        "age": SecretAlarm(metric="AgeDays", threshold=80, meaning="has not rotated for 80 days"),
        "pending": SecretAlarm(metric="PendingHours", threshold=24, meaning="has a rotation that does not finish"),
    }
)
BY_HAND: Final[Mapping[str, SecretAlarm]] = MappingProxyType(
    {"age": SecretAlarm(metric="AgeDays", threshold=75, meaning="must be rotated by hand within 15 days")}
)


def watch_secret(  # noqa: PLR0913 - one call for each kind of secret
    name: str,
    alarms: Mapping[str, SecretAlarm],
    *,
    secret_name: str,
    topic_arn: pulumi.Input[str],
    runbook: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """One ``{name}-{key}`` alarm for each row, to the topic when it starts and when it is over."""
    for key, alarm in alarms.items():
        MetricAlarm(
            f"{name}-{key}",
            alarm_description=f"{secret_name} {alarm.meaning}: {runbook_link(runbook)}",
            namespace=NAMESPACE,
            metric_name=alarm.metric,
            dimensions={"Secret": secret_name},
            statistic="Maximum",
            period=DAY_SECONDS,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=alarm.threshold,
            treat_missing_data="breaching",  # a watch that has stopped is not a secret that is young
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            opts=opts,
        )
