"""Launch templates and auto scaling groups: versions, rolling replacement, and what AWS refuses."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi.runtime.proto import provider_pb2

from sandbox.aws.table import rows
from sandbox.protocol.schema import UNKNOWN
from sandbox.protocol.wire import to_dict
from tests.sandbox.support.cloud import Cloud, Context, provider, struct, urn

pytestmark = pytest.mark.no_cover

REFRESH = {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 100, "autoRollback": False}}


def refreshes(cloud: Cloud, group: str) -> list[dict[str, Any]]:
    """The rolling replacements of a group that were asked for."""
    answer = cloud.api.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=group)
    found: list[dict[str, Any]] = answer["InstanceRefreshes"]
    return found


def test_another_version_of_the_template_replaces_the_machines(cloud: Cloud) -> None:
    """Only where the template changed, with the declared preferences; a change of size replaces nobody."""
    group = cloud.make("scalingGroup", instanceRefresh=REFRESH)
    cloud.update(group, maxSize=5)
    assert refreshes(cloud, group.id) == []
    cloud.update(cloud.made["launchTemplate"], userData="I2Nsb3VkLWNvbmZpZwojMwo=")
    template = cloud.made["launchTemplate"]
    cloud.update(group, launchTemplate={"id": template.id, "version": str(template.state["latestVersion"])})
    (refresh,) = refreshes(cloud, group.id)
    assert refresh["Preferences"] == {"MinHealthyPercentage": 100, "AutoRollback": False}


def test_without_a_declared_refresh_machines_stay(cloud: Cloud) -> None:
    """As in AWS: a new template is for new machines."""
    group = cloud.make("scalingGroup", instanceRefresh=None)
    cloud.update(group, launchTemplate={"id": cloud.made["launchTemplate"].id, "version": "$Latest"})
    assert refreshes(cloud, group.id) == []


def test_a_change_of_a_template_is_a_new_version(cloud: Cloud) -> None:
    """It becomes the default where the template says so; tags of the template are no version."""
    template = cloud.make("launchTemplate")
    cloud.update(template, userData="I2Nsb3VkLWNvbmZpZwojMwo=")
    assert (template.state["latestVersion"], template.state["defaultVersion"]) == (2, 2)
    cloud.update(template, tags={"Name": "other"})
    assert template.state["latestVersion"] == 2
    cloud.update(template, updateDefaultVersion=False, instanceType="t4g.micro")
    assert (template.state["latestVersion"], template.state["defaultVersion"]) == (3, 2)


def test_preview_of_a_change_says_that_there_will_be_a_version(cloud: Cloud) -> None:
    """So that the preview also shows the group that will follow it."""
    made = cloud.make("launchTemplate")
    request = provider_pb2.UpdateRequest(
        id=made.id,
        urn=urn(made.row.type),
        olds=struct(made.state),
        old_inputs=struct(made.inputs),
        news=struct({**made.inputs, "instanceType": "t4g.micro"}),
        preview=True,
    )
    planned = to_dict(provider().Update(request, Context()).properties)
    assert planned["latestVersion"] == UNKNOWN
    assert planned["defaultVersion"] == 1


def test_machines_start_from_the_template_and_end_with_the_group(cloud: Cloud) -> None:
    """A second version's user data starts machines too; deleting the group ends them."""
    template = cloud.make("launchTemplate")
    cloud.update(template, userData="I2Nsb3VkLWNvbmZpZwojMwo=")
    cloud.make("scalingGroup", launchTemplate={"id": template.id, "version": "2"})
    ec2 = cloud.api.client("ec2")

    def running() -> int:
        found = ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
        return sum(len(reservation["Instances"]) for reservation in found["Reservations"])

    assert running() == 2
    cloud.remove("scalingGroup")
    assert running() == 0


def test_the_key_that_aws_makes_for_disks_is_nobodys_resource(cloud: Cloud) -> None:
    """It comes with the first encrypted disk, stays, and is neither counted nor taken for one of ours."""
    key = rows()["aws:kms/key:Key"]
    before = cloud.api.identifiers(key)
    cloud.make("scalingGroup")
    assert cloud.api.identifiers(key) == before


def test_unknown_security_group_is_refused(cloud: Cloud) -> None:
    """EC2 would say so at the first machine only, when nobody looks."""
    with pytest.raises(ClientError, match="InvalidGroup"):
        cloud.make("launchTemplate", networkInterfaces=[{"securityGroups": ["sg-0123456789abcdef0"]}])


def test_a_template_in_use_stays(cloud: Cloud) -> None:
    """Its group would start no machine any more."""
    cloud.make("scalingGroup")
    template = cloud.made.pop("launchTemplate")
    cloud.made = {"launchTemplate": template, **cloud.made}
    with pytest.raises(ValueError, match="ResourceInUse"):
        cloud.remove("launchTemplate")
    cloud.made = {"launchTemplate": template, **cloud.made}


def test_outbound_federation_has_an_issuer_of_the_account(cloud: Cloud) -> None:
    """It stays the same while the switch is on."""
    made = cloud.make("outboundFederation")
    assert made.state["issuerIdentifier"].endswith(".tokens.sts.global.api.aws")
    seen = cloud.read(made)
    assert seen is not None
    assert seen["issuerIdentifier"] == made.state["issuerIdentifier"]
