"""What AWS takes in part: an apply method alone is no change to RDS, and the difference stays."""

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.aws.provider import Provider
from sandbox.protocol.wire import to_dict
from tests.sandbox.support.cloud import Cloud, Context, Made, provider, struct, urn

TOKEN = "aws:rds/parameterGroup:ParameterGroup"


@pytest.fixture
def plugin(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A provider on the emulated account."""
    monkeypatch.setenv("SANDBOX_AWS_ENDPOINT", endpoint)
    return provider()


def parameters(**methods: str) -> list[dict[str, str]]:
    """The sample's parameters with other apply methods or, behind a colon, other values."""
    known = {"rds.force_ssl": ("1", "immediate"), "max_slot_wal_keep_size": ("1024", "pending-reboot")}
    made = []
    for name, (value, method) in known.items():
        new = methods.get(name.replace(".", "_"), method)
        made.append({"name": name, "value": new.partition(":")[2] or value, "applyMethod": new.partition(":")[0]})
    return made


def update(plugin: Provider, made: Made, new: dict[str, Any]) -> dict[str, Any]:
    """The state after an update."""
    request = provider_pb2.UpdateRequest(
        id=made.id, urn=urn(TOKEN), olds=struct(made.state), old_inputs=struct(made.inputs), news=struct(new)
    )
    return to_dict(plugin.Update(request, Context()).properties)


def differs(plugin: Provider, made: Made, state: dict[str, Any], inputs: dict[str, Any]) -> list[str]:
    """What the next run of the same program would change."""
    request = provider_pb2.DiffRequest(
        id=made.id, urn=urn(TOKEN), olds=struct(state), old_inputs=struct(inputs), news=struct(inputs)
    )
    return list(plugin.Diff(request, Context()).diffs)


def test_an_apply_method_alone_is_never_taken(cloud: Cloud, plugin: Provider) -> None:
    """The update succeeds, the state shows what RDS has, and every later run finds the same difference."""
    made = cloud.make("parameterGroup")
    assert differs(plugin, made, made.state, made.inputs) == []
    new = {**made.inputs, "parameters": parameters(max_slot_wal_keep_size="immediate")}
    for _ in range(2):
        state = update(plugin, made, new)
        held = {entry["name"]: entry["applyMethod"] for entry in state["parameters"]}
        assert held["max_slot_wal_keep_size"] == "pending-reboot"
        assert differs(plugin, made, state, new) == ["parameters"]


def test_with_the_value_it_is_taken(cloud: Cloud, plugin: Provider) -> None:
    """Another value brings the method with it, and what stays is no difference."""
    made = cloud.make("parameterGroup")
    new = {**made.inputs, "parameters": parameters(max_slot_wal_keep_size="immediate:2048")}
    state = update(plugin, made, new)
    assert {entry["name"]: entry["applyMethod"] for entry in state["parameters"]}[
        "max_slot_wal_keep_size"
    ] == "immediate"
    assert differs(plugin, made, state, new) == []


def test_taken_out_and_put_back_it_is_taken(cloud: Cloud, plugin: Provider) -> None:
    """A parameter that was reset has no method that stays."""
    made = cloud.make("parameterGroup")
    without = {**made.inputs, "parameters": parameters()[:1]}
    state = update(plugin, made, without)
    assert [entry["name"] for entry in state["parameters"]] == ["rds.force_ssl"]
    made.state, made.inputs = state, without
    new = {**without, "parameters": parameters(max_slot_wal_keep_size="immediate")}
    state = update(plugin, made, new)
    assert differs(plugin, made, state, new) == []


def test_a_group_that_a_rule_names_stays(cloud: Cloud) -> None:
    """EC2 refuses to delete it until the rule is gone; a rule of its own does not hold it."""
    ec2 = cloud.api.client("ec2")
    vpc = cloud.make("vpc").id
    named, naming = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("named", "naming")
    )
    rule = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": named}]}]
    for group, direction in ((naming, "ingress"), (naming, "egress"), (named, "ingress")):
        getattr(ec2, f"authorize_security_group_{direction}")(GroupId=group, IpPermissions=rule)
        if group == naming:
            with pytest.raises(ec2.exceptions.ClientError, match="DependencyViolation"):
                ec2.delete_security_group(GroupId=named)
            getattr(ec2, f"revoke_security_group_{direction}")(GroupId=group, IpPermissions=rule)
    ec2.delete_security_group(GroupId=named)
    ec2.delete_security_group(GroupId=naming)
