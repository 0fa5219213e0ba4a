"""Where alarms go: one encrypted SNS topic for CloudWatch alarms and EventBridge rules."""

import re
from dataclasses import dataclass

import pulumi
from pulumi_aws.sns.topic import Topic
from pulumi_aws.sns.topic_policy import TopicPolicy
from pulumi_aws.sns.topic_subscription import TopicSubscription

from components.shared.account import Account
from components.shared.keys import Statement, customer_key, key_policy
from components.shared.platform import Site


@dataclass(frozen=True, kw_only=True)
class AlertTopicArgs:
    """What an alert topic needs; ``email`` None leaves the topic without a subscriber of its own."""

    site: Site
    email: str | None

    def __post_init__(self) -> None:
        if self.email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", self.email):
            raise ValueError(
                f"email: {self.email!r} is not an address, so nobody would be told; "
                "write it like on-call@nationgraph.com, or None for no subscription"
            )


class AlertTopic(pulumi.ComponentResource):
    """Guarantees that alarms and events of this account, and nobody else's alarms, reach an encrypted topic over TLS.

    Creates ``{name}-key``, ``{name}-topic``, ``{name}-topic-policy`` and, with an email, ``{name}-email``, whose owner
    has to confirm it once. Does not manage PagerDuty or Slack routing, nor the alarms themselves.

    EventBridge gets no condition: it sends neither ``aws:SourceAccount`` nor ``aws:SourceArn`` to SNS or to the key,
    and with a condition its events are dropped in silence. Source: SNS developer guide, "Key management" ("not
    supported for EventBridge-to-encrypted topics"), and EventBridge user guide, "Amazon SNS permissions".
    """

    def __init__(self, name: str, args: AlertTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:alerts:AlertTopic", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = args.site.account
        policy = key_policy(account, *_publishers(["kms:Decrypt", "kms:GenerateDataKey*"], "*", account))
        key = customer_key(f"{name}-key", "Alerts in transit through SNS", policy, args.site.stateful(self))
        topic = Topic(f"{name}-topic", kms_master_key_id=key.arn, signature_version=2, opts=child)
        TopicPolicy(f"{name}-topic-policy", arn=topic.arn, policy=_topic_policy(topic.arn, account), opts=child)
        if args.email is not None:
            TopicSubscription(f"{name}-email", topic=topic.arn, protocol="email", endpoint=args.email, opts=child)
        self.arn: pulumi.Output[str] = topic.arn
        self.register_outputs({"arn": self.arn})


def _publishers(actions: list[str], resource: pulumi.Input[str], account: Account) -> list[Statement]:
    """What CloudWatch (for alarms of this account) and EventBridge may do."""
    grant = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return [
        {
            "Sid": "AlarmsOfThisAccount",
            **grant,
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
        },
        {"Sid": "Events", **grant, "Principal": {"Service": "events.amazonaws.com"}},
    ]


def _topic_policy(arn: pulumi.Output[str], account: Account) -> pulumi.Output[str]:
    """Only the two services publish, and nobody without TLS. Roles of the account publish by their own policies."""
    tls = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    statements = [*_publishers(["sns:Publish"], arn, account), tls]
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})
