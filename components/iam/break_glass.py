"""SEC-07: the role for emergencies, which wakes somebody whenever it is used."""

from dataclasses import dataclass

import pulumi

from components.iam.deploy_permissions import repair_document
from components.iam.roles import HOUR, AccessPolicies, IdentityRole, make_role
from components.iam.trust import Directory, people_trust
from components.shared.account import BREAK_GLASS_RULE, Account
from components.shared.alarms import EventAlarm, declare_event_alarm
from components.shared.platform import Platform
from components.shared.policy_documents import allow, document

MFA_SECONDS = 15 * 60


@dataclass(frozen=True, kw_only=True)
class BreakGlassArgs:
    """``policies`` are those of the deploy role, ``directory`` says where people sign in."""

    platform: Platform
    policies: AccessPolicies
    directory: Directory
    state_bucket_arn: pulumi.Input[str]
    state_key_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        self.directory.check(self.platform.account)


class BreakGlass(pulumi.ComponentResource):
    """Guarantees MFA within 15 minutes, sessions of an hour, and a message to the topic for each attempt to assume it.

    It deploys by hand and repairs what the pipeline cannot: keys, state versions, restores. It stays under the
    boundary, so that it changes no identity, no audit trail and not its own alarm. Creates ``{name}-role``,
    ``{name}-policy``, attachments, ``{name}-used`` and ``{name}-notify``. Does not manage the CloudTrail trail of
    management events, without which EventBridge hears nothing of STS.
    """

    def __init__(self, name: str, args: BreakGlassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:BreakGlass", name, {}, opts)
        account, policies = args.platform.account, args.policies
        objects = pulumi.Output.concat(args.state_bucket_arn, "/*")
        state = [
            allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [objects]),
            allow("StateKey", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], args.state_key_arn),
        ]
        role = IdentityRole(
            name="break-glass",
            description="Emergencies only; every use raises an alarm",
            trust=people_trust(account, args.directory, "break-glass", MFA_SECONDS),
            session_seconds=HOUR,
            policies={**policies.read, **policies.deploy},
            own=document(*repair_document(account)["Statement"], *state),
        )
        self.role_arn = make_role(name, role, args.platform, self)
        declare_event_alarm(f"{name}-used", f"{name}-notify", _use(account), args.platform, self)
        self.register_outputs({"role_arn": self.role_arn})


def _use(account: Account) -> EventAlarm:
    """Somebody assumed the role, or tried to.

    CloudTrail calls AssumeRole a read-only event, which a rule that is merely ENABLED may not receive:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    return EventAlarm(
        rule=BREAK_GLASS_RULE,
        state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        pattern={
            "source": ["aws.sts"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventSource": ["sts.amazonaws.com"],
                "eventName": ["AssumeRole"],
                "requestParameters": {"roleArn": [account.identity_role("break-glass")]},
            },
        },
        meaning="Somebody assumed or tried to assume the break-glass role",
        runbook="break-glass-used",
    )
