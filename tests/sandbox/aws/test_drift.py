"""What somebody changes by hand is seen by Read, in inputs and in state, as a refresh of the engine would."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.aws.provider import Provider
from sandbox.protocol.wire import to_dict
from tests.sandbox.support.cloud import Cloud, Context, Made, provider, struct, urn

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

OPEN = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.168.0.0/16"}]}
ByHand = Callable[[Cloud, Made], Any]


@pytest.fixture
def plugin(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A provider on the emulated account."""
    monkeypatch.setenv("SANDBOX_AWS_ENDPOINT", endpoint)
    return provider()


def refresh(plugin: Provider, made: Made) -> Any:
    """The provider's Read, as the engine asks for it."""
    request = provider_pb2.ReadRequest(
        id=made.id, urn=urn(made.row.type), properties=struct(made.state), inputs=struct(made.inputs)
    )
    return plugin.Read(request, Context())


def client(cloud: Cloud, service: str) -> Any:
    """A client that changes things by hand."""
    return cloud.api.client(service)


@pytest.mark.parametrize(
    ("name", "by_hand", "expected"),
    [
        pytest.param(
            "securityGroup",
            lambda c, m: client(c, "ec2").authorize_security_group_ingress(GroupId=m.id, IpPermissions=[OPEN]),
            {
                "ingress": lambda old: [
                    *old,
                    {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]},
                ]
            },
            id="rule added",
        ),
        pytest.param(
            "securityGroup",
            lambda c, m: client(c, "ec2").revoke_security_group_ingress(GroupId=m.id, IpPermissions=[HTTPS]),
            {"ingress": lambda old: [old[1], {**old[0], "cidrBlocks": ["10.0.0.0/8"]}]},
            id="rule removed",
        ),
        pytest.param(
            "securityGroup",
            lambda c, m: client(c, "ec2").create_tags(Resources=[m.id], Tags=[{"Key": "by", "Value": "hand"}]),
            {"tags": lambda old: {**old, "by": "hand"}},
            id="tag added",
        ),
        pytest.param(
            "plainGroup",
            lambda c, m: client(c, "ec2").create_tags(Resources=[m.id], Tags=[{"Key": "by", "Value": "hand"}]),
            {"tags": lambda _: {"by": "hand"}},
            id="tag where none was declared",
        ),
        pytest.param(
            "vpc",
            lambda c, m: client(c, "ec2").delete_tags(Resources=[m.id], Tags=[{"Key": "Name"}]),
            {"tags": lambda _: {}},
            id="tag removed",
        ),
        pytest.param(
            "instance",
            lambda c, m: client(c, "rds").modify_db_instance(DBInstanceIdentifier=m.id, PubliclyAccessible=True),
            {"publiclyAccessible": lambda _: True},
            id="database made public",
        ),
        pytest.param(
            "networkAcl",
            lambda c, m: client(c, "ec2").delete_network_acl_entry(NetworkAclId=m.id, RuleNumber=200, Egress=False),
            {"ingress": lambda old: old[:1]},
            id="ACL entry removed",
        ),
        pytest.param(
            "plainRole",
            lambda c, m: client(c, "iam").update_role(RoleName=m.id, MaxSessionDuration=43200),
            {"maxSessionDuration": lambda _: 43200},
            id="default changed",
        ),
        pytest.param(
            "role",
            lambda c, m: client(c, "iam").delete_role_permissions_boundary(RoleName=m.id),
            {"permissionsBoundary": lambda _: None},
            id="boundary removed",
        ),
        pytest.param(
            "logGroup",
            lambda c, m: client(c, "logs").delete_retention_policy(logGroupName=m.id),
            {"retentionInDays": lambda _: 0},
            id="kept for ever",
        ),
        pytest.param(
            "secret",
            lambda c, m: client(c, "secretsmanager").update_secret(SecretId=m.id, Description="other"),
            {"description": lambda _: "other"},
            id="description changed",
        ),
        pytest.param(
            "bucketPublicAccessBlock",
            lambda c, m: client(c, "s3").put_public_access_block(
                Bucket=m.id,
                PublicAccessBlockConfiguration={
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": False,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
            ),
            {"blockPublicPolicy": lambda _: False},
            id="bucket opened",
        ),
        pytest.param(
            "key",
            lambda c, m: client(c, "kms").disable_key_rotation(KeyId=m.id),
            {"enableKeyRotation": lambda _: False},
            id="rotation off",
        ),
    ],
)
def test_change_by_hand_shows(
    cloud: Cloud, plugin: Provider, name: str, by_hand: ByHand, expected: dict[str, Callable[[Any], Any]]
) -> None:
    """Exactly the changed inputs differ after a refresh."""
    made = cloud.make(name)
    assert to_dict(refresh(plugin, made).inputs) == made.inputs
    by_hand(cloud, made)
    answer = refresh(plugin, made)
    seen = to_dict(answer.inputs)
    for prop, change in expected.items():
        wanted = change(made.inputs.get(prop))
        assert seen.get(prop) == wanted
        assert to_dict(answer.properties).get(prop) == wanted
        assert {k: v for k, v in seen.items() if k != prop} == {k: v for k, v in made.inputs.items() if k != prop}
    assert seen != made.inputs


@pytest.mark.parametrize(
    "name", ["internetGateway", "eip", "securityGroupRule", "rolePolicyAttachment", "bucket", "key"]
)
def test_resource_deleted_by_hand_is_gone(cloud: Cloud, plugin: Provider, name: str) -> None:
    """Read answers without an id, and Delete has nothing left to do."""
    made = cloud.make(name)
    cloud.remove(name)
    assert refresh(plugin, made).id == ""
    request = provider_pb2.DeleteRequest(
        id=made.id, urn=urn(made.row.type), properties=struct(made.state), old_inputs=struct(made.inputs)
    )
    plugin.Delete(request, Context())


def test_rule_of_its_own_is_no_drift_of_a_group_without_inline_rules(cloud: Cloud, plugin: Provider) -> None:
    """A group that declares no rules leaves those of other resources alone, also in an update."""
    made, rule = cloud.make("plainGroup"), cloud.make("securityGroupRule")
    assert to_dict(refresh(plugin, made).inputs) == made.inputs
    cloud.update(made, tags={"a": "b"})
    assert to_dict(refresh(plugin, rule).inputs) == rule.inputs


def test_part_of_a_resource_removed_by_hand_does_not_stop_delete(cloud: Cloud) -> None:
    """An instance profile whose role was taken out by hand is still deleted."""
    made = cloud.make("instanceProfile")
    iam = cloud.api.client("iam")
    iam.remove_role_from_instance_profile(InstanceProfileName=made.id, RoleName=made.inputs["role"])
    cloud.remove("instanceProfile")
    assert cloud.read(made) is None
