"""SEC-07: the role for emergencies, which wakes somebody whenever it is used."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws.cloudwatch.event_rule import EventRule
from pulumi_aws.cloudwatch.event_target import EventTarget

from components.iam.deploy_permissions import repair_document
from components.iam.documents import Directory, allow, document, people_trust
from components.iam.roles import HOUR, Foundations, IdentityRole, make_role

MFA_SECONDS = 15 * 60


@dataclass(frozen=True, kw_only=True)
class BreakGlassArgs:
    """``alarm_topic_arn`` is an SNS topic whose policy lets EventBridge publish."""

    foundations: Foundations
    directory: Directory
    alarm_topic_arn: pulumi.Input[str]
    state_bucket_arn: pulumi.Input[str]
    state_key_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        self.directory.check(self.foundations.account)


class BreakGlass(pulumi.ComponentResource):
    """Guarantees MFA within 15 minutes, sessions of an hour, and a message to the topic for each attempt to assume it.

    It deploys by hand and repairs what the pipeline cannot: keys, state versions, restores. It stays under the
    boundary, so that it changes no identity, no audit trail and not its own alarm. Creates ``{name}-role``,
    ``{name}-policy``, attachments, ``{name}-used`` and ``{name}-notify``. Does not manage the CloudTrail trail of
    management events, without which EventBridge hears nothing of STS.
    """

    def __init__(self, name: str, args: BreakGlassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:BreakGlass", name, {}, opts)
        base = args.foundations
        child = pulumi.ResourceOptions(parent=self)
        objects = pulumi.Output.concat(args.state_bucket_arn, "/*")
        state = [
            allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [objects]),
            allow("StateKey", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], args.state_key_arn),
        ]
        role = IdentityRole(
            name="break-glass",
            description="Emergencies only; every use raises an alarm",
            trust=people_trust(base.account, args.directory, "break-glass", MFA_SECONDS),
            session_seconds=HOUR,
            policies={**base.policies.read, **base.policies.deploy},
            own=document(*repair_document(base.account)["Statement"], *state),
        )
        self.role_arn = make_role(name, role, base.boundary_arn, self)
        # CloudTrail calls AssumeRole a read-only event, which a rule that is merely ENABLED may not receive:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
        used = EventRule(
            f"{name}-used",
            name="nationgraph-break-glass",
            description="Somebody assumed or tried to assume the break-glass role",
            state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
            event_pattern=json.dumps(
                {
                    "source": ["aws.sts"],
                    "detail-type": ["AWS API Call via CloudTrail"],
                    "detail": {
                        "eventSource": ["sts.amazonaws.com"],
                        "eventName": ["AssumeRole"],
                        "requestParameters": {"roleArn": [base.account.identity_role("break-glass")]},
                    },
                }
            ),
            opts=child,
        )
        EventTarget(f"{name}-notify", rule=used.name, arn=args.alarm_topic_arn, opts=child)
        self.register_outputs({"role_arn": self.role_arn})
