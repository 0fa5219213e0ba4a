"""SEC-02, SEC-03: the events of rotations: failures wake people, successes tell workloads to read anew."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws.cloudwatch.event_rule import EventRule
from pulumi_aws.cloudwatch.event_target import EventTarget

from components.alerts.alerts import AlertTopic, AlertTopicArgs
from components.secrets.alarms import FAILED, rotation_events
from components.shared.alarms import declare_event_alarm
from components.shared.platform import Platform


@dataclass(frozen=True, kw_only=True)
class RotationEventsArgs:
    """The account whose secrets are heard."""

    platform: Platform


class RotationEvents(pulumi.ComponentResource):
    """Guarantees that the failure of a rotation rings the platform's topic, and that each success is a message.

    Workloads subscribe to ``topic_arn`` and refresh on a message instead of polling. Rotations are service events of
    Secrets Manager that reach EventBridge through CloudTrail: without a trail of management events they are not heard,
    and the alarms on age and on the functions' errors still are.

    Creates ``{name}-failed``, ``{name}-failed-notify``, ``{name}-succeeded``, ``{name}-succeeded-notify`` and the
    component ``{name}-events``.
    """

    def __init__(self, name: str, args: RotationEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:secrets:RotationEvents", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = AlertTopic(f"{name}-events", AlertTopicArgs(site=args.platform, email=None), child)
        declare_event_alarm(f"{name}-failed", f"{name}-failed-notify", FAILED, args.platform, self)
        succeeded = EventRule(
            f"{name}-succeeded",
            name="nationgraph-secret-rotated",
            description="Secrets Manager: RotationSucceeded",
            event_pattern=json.dumps(rotation_events("RotationSucceeded")),
            opts=child,
        )
        EventTarget(f"{name}-succeeded-notify", rule=succeeded.name, arn=topic.arn, opts=child)
        self.topic_arn: pulumi.Output[str] = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})
