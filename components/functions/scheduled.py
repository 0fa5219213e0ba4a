"""A Lambda function that runs by the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws.cloudwatch.event_rule import EventRule
from pulumi_aws.cloudwatch.event_target import EventTarget
from pulumi_aws.lambda_.permission import Permission

from components.functions.functions import FunctionPlace, PrivateFunction, PrivateFunctionArgs, Program
from components.functions.names import FunctionNames
from components.shared.keys import customer_key, key_policy
from components.shared.platform import Platform


@dataclass(frozen=True, kw_only=True)
class ScheduledFunctionArgs:
    """``schedule`` is an expression of EventBridge, such as ``rate(6 hours)``; ``statements`` are what it may do.

    ``place`` None leaves it outside of the VPC, without private ways.
    """

    platform: Platform
    names: FunctionNames
    description: str
    program: Program
    statements: Sequence[Mapping[str, Any]]
    schedule: str
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    place: FunctionPlace | None = None


class ScheduledFunction(pulumi.ComponentResource):
    """Guarantees a function that runs on its schedule and that nothing else may invoke.

    Creates ``{name}-key`` for its logs, the component
    ``{name}-function``, ``{name}-schedule``, ``{name}-run`` and ``{name}-invoke``.
    """

    def __init__(self, name: str, args: ScheduledFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:functions:ScheduledFunction", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        platform = args.platform
        policy = key_policy(platform.account, args.names.log_statement())
        key = customer_key(f"{name}-key", f"Logs of {args.names.function}", policy, platform.stateful(self))
        function = PrivateFunction(
            f"{name}-function",
            PrivateFunctionArgs(
                platform=platform,
                names=args.names,
                description=args.description,
                program=args.program,
                environment=args.environment,
                statements=args.statements,
                network=args.place,
                log_key_arn=key.arn,
            ),
            child,
        )
        schedule = EventRule(
            f"{name}-schedule", name=args.names.function, schedule_expression=args.schedule, opts=child
        )
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
        self.arn: pulumi.Output[str] = function.arn
        self.role_arn: pulumi.Output[str] = function.role_arn
        self.register_outputs({"arn": self.arn})
