"""What every component needs to know of the stack that it stands in, as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.shared.account import Account
from components.shared.logs import require_retention


@dataclass(frozen=True, kw_only=True)
class Site:
    """The account of a stack before anything stands in it: for what boundary and alarm topic themselves are made of.

    ``tags`` are the stack's vocabulary, for what AWS makes by itself and Pulumi's tags do not reach (machines of an
    auto scaling group). ``log_retention_days`` is a retention of CloudWatch Logs, for every log group. ``protect``
    keeps what holds state from deletion: by Pulumi, and by AWS where it has a deletion protection.

    Raises ValueError where CloudWatch Logs has no such retention.
    """

    account: Account
    tags: Mapping[str, str]
    log_retention_days: int
    protect: bool

    def __post_init__(self) -> None:
        require_retention("log_retention_days", self.log_retention_days)

    def stateful(
        self, parent: pulumi.Resource, *, depends_on: Sequence[pulumi.Resource] = ()
    ) -> pulumi.ResourceOptions:
        """The options of a child that holds state: it can be neither deleted nor lost with the stack, if protected."""
        return pulumi.ResourceOptions(
            parent=parent, protect=self.protect, retain_on_delete=self.protect, depends_on=list(depends_on)
        )

    def platform(self, *, boundary_arn: pulumi.Input[str], alarm_topic_arn: pulumi.Input[str]) -> "Platform":
        """The same account once roles have a boundary and alarms a topic."""
        return Platform(
            account=self.account,
            tags=self.tags,
            log_retention_days=self.log_retention_days,
            protect=self.protect,
            boundary_arn=boundary_arn,
            alarm_topic_arn=alarm_topic_arn,
        )


@dataclass(frozen=True, kw_only=True)
class Platform(Site):
    """What every component takes: the account, what bounds its roles, and where its alarms ring.

    ``boundary_arn`` is the permissions boundary of every role, ``alarm_topic_arn`` the topic to which CloudWatch and
    EventBridge of this account may publish.
    """

    boundary_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
