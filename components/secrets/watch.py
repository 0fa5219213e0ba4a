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
from components.secrets.alarms import FAILED, rotation_events
from components.shared.alarms import declare_event_alarm
from components.shared.keys import customer_key, key_policy
from components.shared.platform import Platform
from components.shared.policy_documents import allow

FUNCTION: Final = "secret-watch"
EVERY: Final = "rate(6 hours)"
"""Four looks in a day, so that one that fails leaves no alarm without data."""


@dataclass(frozen=True, kw_only=True)
class SecretWatchArgs:
    """The zip of ``lambdas/secret_watch``."""

    platform: Platform
    code: pulumi.Archive
    handler: str


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
        platform, account = args.platform, args.platform.account
        names = FunctionNames(account=account, name=FUNCTION)
        policy = key_policy(account, names.log_statement())
        key = customer_key(f"{name}-key", "Logs of the watch over secrets", policy, platform.stateful(self))
        function = PrivateFunction(
            f"{name}-function",
            PrivateFunctionArgs(
                platform=platform,
                names=names,
                description="Measures the age of every secret and how long rotations have been open",
                code=args.code,
                handler=args.handler,
                environment={},
                statements=[
                    allow("List", "secretsmanager:ListSecrets", "*"),  # no resource types
                    allow("Dates", "secretsmanager:ListSecretVersionIds", account.arn("secretsmanager", "secret:*")),
                ],
                network=None,
                log_key_arn=key.arn,
                timeout_seconds=60,
                runbook="secret-rotation",
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
        topic = AlertTopic(f"{name}-rotations", AlertTopicArgs(site=platform, email=None), child)
        declare_event_alarm(f"{name}-failed", f"{name}-failed-notify", FAILED, platform, self)
        rotated = EventRule(
            f"{name}-rotated",
            name="nationgraph-secret-rotated",
            description="Secrets Manager: RotationSucceeded",
            event_pattern=json.dumps(rotation_events("RotationSucceeded")),
            opts=child,
        )
        EventTarget(f"{name}-rotated-notify", rule=rotated.name, arn=topic.arn, opts=child)
        self.topic_arn: pulumi.Output[str] = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})
