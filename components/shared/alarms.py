"""Alarms as rows: what a capability watches, when it wakes somebody, and the page for whoever wakes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pulumi
from pulumi_aws.cloudwatch.event_rule import EventRule
from pulumi_aws.cloudwatch.event_target import EventTarget
from pulumi_aws.cloudwatch.metric_alarm import MetricAlarm

from components.shared.platform import Platform
from components.shared.runbooks import runbook_link

MINUTES: Final = 60


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One row: ``metric`` is above or below ``threshold`` in each of ``periods`` of ``period_seconds``.

    With ``of`` the threshold is a percentage of a capacity that the caller knows. ``missing`` is what a silent metric
    means. ``meaning`` says what is wrong, and ``runbook`` names the page of ``docs/runbooks`` that says what to do.
    """

    metric: str
    crossing: Literal["above", "below"]
    threshold: int
    of: str | None = None
    statistic: Literal["Average", "Maximum", "Minimum", "Sum"]
    period_seconds: int = 5 * MINUTES
    periods: int
    missing: Literal["breaching", "ignore", "notBreaching"]
    meaning: str
    runbook: str


@dataclass(frozen=True, kw_only=True)
class AlarmTable:
    """The alarms of one capability by the end of their names: metrics of a namespace, told apart by a dimension."""

    namespace: str
    dimension: str
    rows: Mapping[str, Alarm]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a table is declared for: the value of its dimension, what people call it, and its capacities."""

    value: pulumi.Input[str]
    called: str
    capacity: Mapping[str, int] = field(default_factory=dict)


def declare_alarms(name: str, table: AlarmTable, watched: Watched, platform: Platform, parent: pulumi.Resource) -> None:
    """One ``{name}-{key}`` for each row, to the platform's topic when it starts and when it is over."""
    for key, alarm in table.rows.items():
        whole = 100 if alarm.of is None else watched.capacity[alarm.of]
        MetricAlarm(
            f"{name}-{key}",
            alarm_description=f"{watched.called}: {alarm.meaning}: {runbook_link(alarm.runbook)}",
            namespace=table.namespace,
            metric_name=alarm.metric,
            dimensions={table.dimension: watched.value},
            statistic=alarm.statistic,
            period=alarm.period_seconds,
            evaluation_periods=alarm.periods,
            comparison_operator="GreaterThanThreshold" if alarm.crossing == "above" else "LessThanThreshold",
            threshold=whole * alarm.threshold // 100,
            treat_missing_data=alarm.missing,
            alarm_actions=[platform.alarm_topic_arn],
            ok_actions=[platform.alarm_topic_arn],
            opts=pulumi.ResourceOptions(parent=parent),
        )


@dataclass(frozen=True, kw_only=True)
class EventAlarm:
    """An event that wakes somebody: the rule's fixed name, the pattern of the event, what it means, and the page.

    ``state`` is the rule's: some events reach only rules that ask for all management events.
    """

    rule: str
    pattern: Mapping[str, Any]
    meaning: str
    runbook: str
    state: str = "ENABLED"


def declare_event_alarm(name: str, notify: str, alarm: EventAlarm, platform: Platform, parent: pulumi.Resource) -> None:
    """The rule ``name`` and its target ``notify``, the platform's topic."""
    child = pulumi.ResourceOptions(parent=parent)
    rule = EventRule(
        name,
        name=alarm.rule,
        description=f"{alarm.meaning}: {runbook_link(alarm.runbook)}",
        state=alarm.state,
        event_pattern=json.dumps(alarm.pattern),
        opts=child,
    )
    EventTarget(notify, rule=rule.name, arn=platform.alarm_topic_arn, opts=child)
