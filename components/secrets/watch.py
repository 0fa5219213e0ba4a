"""SEC-02, SEC-03: one watch over all secrets of an account, and the event that says that one was renewed."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudwatch.event_rule import EventRule
from pulumi_aws.cloudwatch.event_target import EventTarget
from pulumi_aws.lambda_.permission import Permission

from components.alerts.alerts import AlertTopic, AlertTopicArgs
from components.functions.functions import PrivateFunction, PrivateFunctionArgs
from components.functions.names import FunctionNames
from components.iam.documents import Account, allow
from components.shared.keys import customer_key, key_policy

FUNCTION: Final = "secret-watch"
FAILURES: Final = ["RotationFailed", "RotationAbandoned"]
"""The second: somebody put a value by hand, which took AWSPENDING from a rotation under way."""
EVERY: Final = "rate(6 hours)"
"""Four looks in a day, so that one that fails leaves no alarm without data."""


@dataclass(frozen=True, kw_only=True)
class SecretWatchArgs:
    """The zip of ``lambdas/secret_watch``, the account, and who is told."""

    code: pulumi.Archive
    handler: str
    account: Account
    permissions_boundary_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    log_retention_days: int
    protect: bool


class SecretWatch(pulumi.ComponentResource):
    """Guarantees that the age of every secret is a metric, that failures are told, and that rotations are an event.

    The function lists secrets and reads none; it stands outside the VPC because it needs no private way. Rotations are
    service events of Secrets Manager that reach EventBridge through CloudTrail: without a trail of management events
    they are not heard, and the alarms on age and on the functions' errors still are. Workloads subscribe to ``topic``
    and refresh on a message instead of polling.

    Creates ``{name}-key``, the component ``-function``, ``-schedule``, ``-run``, ``-invoke``, ``-failed``,
    ``-failed-notify``, ``-rotated``, ``-rotated-notify`` and the component ``-rotations``.
    """

    def __init__(self, name: str, args: SecretWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:secret_watch:SecretWatch", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = FunctionNames(account=args.account, name=FUNCTION)
        stateful = pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=args.protect)
        policy = key_policy(args.account.id, names.log_statement())
        key = customer_key(f"{name}-key", "Logs of the watch over secrets", policy, stateful)
        function = PrivateFunction(
            f"{name}-function",
            PrivateFunctionArgs(
                names=names,
                description="Measures the age of every secret and how long rotations have been open",
                code=args.code,
                handler=args.handler,
                environment={},
                statements=[
                    allow("List", "secretsmanager:ListSecrets", "*"),  # no resource types
                    allow(
                        "Dates", "secretsmanager:ListSecretVersionIds", args.account.arn("secretsmanager", "secret:*")
                    ),
                ],
                network=None,
                permissions_boundary_arn=args.permissions_boundary_arn,
                log_key_arn=key.arn,
                log_retention_days=args.log_retention_days,
                timeout_seconds=60,
                alarm_topic_arn=args.alarm_topic_arn,
                runbook="secret-rotation",
                protect=args.protect,
            ),
            child,
        )
        schedule = EventRule(f"{name}-schedule", name=names.function, schedule_expression=EVERY, opts=child)
        EventTarget(f"{name}-run", rule=schedule.name, arn=function.arn, opts=child)
        Permission(
            f"{name}-invoke",
            statement_id="schedule",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="events.amazonaws.com",
            source_arn=schedule.arn,
            opts=child,
        )
        topic = AlertTopic(
            f"{name}-rotations",
            AlertTopicArgs(email=None, account_id=args.account.id, protect=args.protect),
            child,
        )
        _tell(f"{name}-failed", "nationgraph-secret-rotation-failed", FAILURES, args.alarm_topic_arn, child)
        _tell(f"{name}-rotated", "nationgraph-secret-rotated", ["RotationSucceeded"], topic.arn, child)
        self.topic_arn: pulumi.Output[str] = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})


def _tell(
    name: str, rule_name: str, events: list[str], topic_arn: pulumi.Input[str], child: pulumi.ResourceOptions
) -> None:
    """Source of the names: Secrets Manager user guide, "Log AWS Secrets Manager events with AWS CloudTrail"."""
    rule = EventRule(
        name,
        name=rule_name,
        description=f"Secrets Manager: {', '.join(events)}",
        event_pattern=json.dumps(
            {
                "source": ["aws.secretsmanager"],
                "detail-type": ["AWS Service Event via CloudTrail"],
                "detail": {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": events},
            }
        ),
        opts=child,
    )
    EventTarget(f"{name}-notify", rule=rule.name, arn=topic_arn, opts=child)
