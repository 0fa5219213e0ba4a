"""What components are told of the stack that they stand in, and the options that it gives them."""

from typing import Any

import pulumi
import pytest

from components.shared.account import Account
from components.shared.platform import Platform, Site
from tests.components.support.platform import HERE, TAGS, TOPIC, platform
from tests.conftest import Deploy


class Holder(pulumi.ComponentResource):
    """One child that holds state and one that waits for it."""

    def __init__(self, name: str, where: Platform) -> None:
        super().__init__("nationgraph:tests:Holder", name)
        first = pulumi.CustomResource("tests:index:Store", f"{name}-first", {}, where.stateful(self))
        pulumi.CustomResource("tests:index:Store", f"{name}-second", {}, where.stateful(self, depends_on=[first]))
        self.register_outputs({})


@pytest.mark.parametrize("protect", [True, False])
def test_state_is_protected_and_retained(deploy: Deploy, *, protect: bool) -> None:
    """By ``protect``, both or neither; the child hangs below its component and waits for what it needs."""
    made = deploy(lambda: Holder("it", platform(protect=protect)))
    first, second = made.named("it-first"), made.named("it-second")
    assert {(r.protect, r.retain) for r in (first, second)} == {(protect, protect)}
    assert first.parent == second.parent == made.named("it").urn
    assert first.urn in second.dependencies


def test_a_site_becomes_a_platform() -> None:
    """With boundary and topic; everything else stays as it was."""
    site = Site(account=HERE, tags=TAGS, log_retention_days=90, protect=True)
    assert site.platform(boundary_arn=HERE.boundary, alarm_topic_arn=TOPIC) == platform()


@pytest.mark.parametrize("days", [0, 31, 100])
def test_unknown_retention_is_refused(days: int) -> None:
    """Once, before any component: a retention that CloudWatch Logs does not offer names those that it does."""
    says = f"log_retention_days: CloudWatch Logs keeps nothing for {days} days; choose one of"
    with pytest.raises(ValueError, match=says):
        platform(log_retention_days=days)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_arns_are_of_the_region_s_partition(region: str, partition: str) -> None:
    """Of the account's resources, of IAM and of buckets alike."""
    account = Account(id="123456789012", region=region)
    arns: list[Any] = [account.arn("sns", "alerts"), account.boundary, account.identity_role("deploy")]
    arns += [account.iam("root"), account.bucket(account.state_bucket)]
    assert {arn.split(":")[1] for arn in arns} == {partition}
