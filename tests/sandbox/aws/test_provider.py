"""The provider's protocol: previews, errors, secrets, failed creations, functions, configuration."""

import json
import os
from typing import Any

import pytest
from botocore.exceptions import ClientError
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox import faults
from sandbox.aws import resource
from sandbox.aws.api import Api
from sandbox.aws.provider import Provider
from sandbox.aws.table import rows
from sandbox.protocol.schema import UNKNOWN
from sandbox.protocol.wire import to_dict
from tests.sandbox.support.cloud import ACCOUNT, REGION, AbortedError, Cloud, Context, check, provider, struct, urn
from tests.sandbox.support.dying_server import ENDS, dying

VPC, DB = "aws:ec2/vpc:Vpc", "aws:rds/instance:Instance"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
)
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"


@pytest.fixture
def plugin(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """A provider on the emulated account."""
    monkeypatch.setenv("SANDBOX_AWS_ENDPOINT", endpoint)
    return provider()


def create(plugin: Provider, token: str, inputs: dict[str, Any], *, preview: bool = False) -> Any:
    """The provider's Create."""
    return plugin.Create(
        provider_pb2.CreateRequest(urn=urn(token), properties=struct(inputs), preview=preview), Context()
    )


def delete(plugin: Provider, token: str, made: Any) -> Any:
    """The provider's Delete."""
    return plugin.Delete(provider_pb2.DeleteRequest(id=made.id, urn=urn(token), properties=made.properties), Context())


def test_preview_shows_what_aws_will_compute_as_unknown_and_touches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview needs no account: there is none here."""
    monkeypatch.delenv("SANDBOX_AWS_ENDPOINT", raising=False)
    inputs, _ = check(DB, {"instanceClass": "db.t4g.micro", "engine": "postgres"})
    planned = to_dict(create(provider(), DB, inputs, preview=True).properties)
    assert planned["arn"] == planned["address"] == planned["port"] == UNKNOWN
    assert planned["engine"] == "postgres"
    assert planned["publiclyAccessible"] is False
    assert "kmsKeyId" not in planned
    olds = {**planned, "arn": "arn:x", "tags": {"a": "b"}}
    request = provider_pb2.UpdateRequest(
        id="i", urn=urn(DB), olds=struct(olds), old_inputs=struct({"tags": {"a": "b"}}), news=struct({}), preview=True
    )
    updated = to_dict(provider().Update(request, Context()).properties)
    assert updated["arn"] == "arn:x"
    assert "tags" not in updated


def test_create_update_and_delete_through_the_protocol(plugin: Provider) -> None:
    """What the engine stores holds inputs and what AWS computed; an update changes it; delete removes the resource."""
    inputs, _ = check(VPC, {"cidrBlock": "10.0.0.0/16"})
    made = create(plugin, VPC, inputs)
    state = to_dict(made.properties)
    assert state["arn"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{made.id}"
    assert state["defaultSecurityGroupId"].startswith("sg-")
    assert "__defaults" not in state
    news = {**inputs, "tags": {"a": "b"}}
    request = provider_pb2.UpdateRequest(
        id=made.id, urn=urn(VPC), olds=made.properties, old_inputs=struct(inputs), news=struct(news)
    )
    assert to_dict(plugin.Update(request, Context()).properties)["tags"] == {"a": "b"}
    assert delete(plugin, VPC, made) == empty_pb2.Empty()


def test_resource_goes_to_the_region_that_it_names(plugin: Provider, endpoint: str) -> None:
    """An input ``region`` chooses the region, for delete as well."""
    inputs, _ = check(VPC, {"cidrBlock": "10.0.0.0/16", "region": "us-east-1"})
    made = create(plugin, VPC, inputs)
    elsewhere = Api(endpoint, "us-east-1", ACCOUNT)
    assert made.id in elsewhere.identifiers(rows()[VPC])
    assert made.id not in Api(endpoint, REGION, ACCOUNT).identifiers(rows()[VPC])
    delete(plugin, VPC, made)
    assert made.id not in elsewhere.identifiers(rows()[VPC])


def test_bucket_in_the_home_region_of_s3(plugin: Provider) -> None:
    """us-east-1 must not be named as a location."""
    token = "aws:s3/bucket:Bucket"
    made = create(plugin, token, check(token, {"bucket": "home-region", "region": "us-east-1"})[0])
    delete(plugin, token, made)


def test_association_with_a_new_id_is_still_found(cloud: Cloud, plugin: Provider) -> None:
    """EC2 gives an association another id when its table changes; the engine keeps the first."""
    made = cloud.make("routeTableAssociation")
    other = cloud.make("plainTable", "other")
    news = {**made.inputs, "routeTableId": other.id}
    request = provider_pb2.UpdateRequest(
        id=made.id, urn=urn(ASSOCIATION), olds=struct(made.state), old_inputs=struct(made.inputs), news=struct(news)
    )
    after = plugin.Update(request, Context()).properties
    assert to_dict(after)["id"] != made.id
    read = provider_pb2.ReadRequest(id=made.id, urn=urn(ASSOCIATION), properties=after, inputs=struct(news))
    assert to_dict(plugin.Read(read, Context()).inputs)["routeTableId"] == other.id
    plugin.Delete(provider_pb2.DeleteRequest(id=made.id, urn=urn(ASSOCIATION), properties=after), Context())
    assert plugin.Read(read, Context()).id == ""


@pytest.mark.parametrize("name", ["vpc", "topic", "role", "securityGroup", "instanceProfile", "logGroup", "key"])
def test_failure_after_the_create_call_leaves_nothing(cloud: Cloud, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a later step fails, what the create call made is removed, and the error is the step's."""
    inputs = cloud.inputs(name)
    token = rows()[check_token(name)]
    before = cloud.api.identifiers(token)

    def broken(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalError", "Message": "step"}}, "Step")

    monkeypatch.setattr(resource, "_apply", broken)
    with pytest.raises(ClientError, match="InternalError"):
        resource.create(cloud.api, token, inputs)
    assert cloud.api.identifiers(token) == before


def check_token(name: str) -> str:
    """The type of a sample."""
    from tests.sandbox.support.cloud import samples  # noqa: PLC0415

    return str(samples()[name]["type"])


def test_failed_creation_keeps_what_was_there_before(cloud: Cloud) -> None:
    """A duplicate rule is refused without revoking the rule that it duplicates; nor is an adopted group deleted."""
    rule = cloud.make("securityGroupRule")
    with pytest.raises(ClientError, match="Duplicate"):
        cloud.make("securityGroupRule", "second")
    assert cloud.read(rule) is not None
    group = cloud.make("defaultSecurityGroup")
    resource.delete(cloud.api, group.row, group.id, group.state)
    assert cloud.read(group) is not None


@pytest.mark.parametrize(
    ("token", "inputs", "secret"),
    [
        (DB, {"instanceClass": "db.t4g.micro", "engine": "nope", "password": "hunter2hunter2"}, "hunter2hunter2"),
        (
            "aws:secretsmanager/secretVersion:SecretVersion",
            {"secretId": "correct-horse-battery", "secretString": "correct-horse-battery"},
            "correct-horse-battery",
        ),
    ],
)
def test_errors_are_one_line_without_secrets(plugin: Provider, token: str, inputs: dict[str, Any], secret: str) -> None:
    """A value that is secret is not printed, even where AWS repeats it."""
    given, _ = check(token, {**inputs, **({"skipFinalSnapshot": True} if token == DB else {})})
    with pytest.raises(AbortedError) as caught:
        create(plugin, token, given)
    assert secret not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (VPC, {"cidrBlock": "10.0.0.0/16"}),
        ("aws:iam/role:Role", {"name": "a", "assumeRolePolicy": TRUST}),
        ("aws:secretsmanager/secret:Secret", {"name": "a"}),
    ],
)
def test_an_answer_that_was_cut_short_is_an_unknown_outcome(
    monkeypatch: pytest.MonkeyPatch, token: str, inputs: dict[str, Any], end: str
) -> None:
    """Wherever it was cut and whatever protocol it had: the engine is not told that nothing was made."""
    with dying(ENDS[end]) as address:
        monkeypatch.setenv("SANDBOX_AWS_ENDPOINT", address)
        with pytest.raises(AbortedError, match=r"^transport: no answer from the account: "):
            create(provider(), token, inputs)


def test_message_of_botocore_is_one_line_without_secrets() -> None:
    """Botocore's own report has several lines and repeats values."""
    error = ValueError("Parameter validation failed:\nInvalid type for MasterUserPassword, value: hunter2")
    assert resource.message(error, {"nested": [{"masterPassword": "hunter2"}]}) == (
        "Parameter validation failed: Invalid type for MasterUserPassword, value: [secret]"
    )


def test_faults_reach_the_engine_as_errors(
    plugin: Provider, cloud: Cloud, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure names the operation and makes nothing; a lost reply is an error although the resource is there."""
    monkeypatch.setenv("SANDBOX_FAULTS_STATE", str(tmp_path / "faults"))
    inputs, _ = check(VPC, {"cidrBlock": "10.77.0.0/16"})
    before = set(cloud.api.identifiers(rows()[VPC]))
    monkeypatch.setenv("SANDBOX_FAULTS", '{"do": "fail", "op": "create", "nth": 1}')
    with pytest.raises(AbortedError, match="injected failure of create"):
        create(plugin, VPC, inputs)
    assert set(cloud.api.identifiers(rows()[VPC])) == before
    monkeypatch.setenv("SANDBOX_FAULTS", '{"do": "lose", "op": "create", "nth": 2}')
    with pytest.raises(AbortedError, match="the reply of create was lost"):
        create(plugin, VPC, inputs)
    (orphan,) = set(cloud.api.identifiers(rows()[VPC])) - before
    resource.delete(cloud.api, rows()[VPC], orphan, inputs)


def test_latency_is_that_of_the_type_but_not_for_reads(
    plugin: Provider, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database takes minutes to make and a second to look at."""
    made = cloud.make("instance")
    waits: list[float] = []
    monkeypatch.setattr(faults.time, "sleep", waits.append)
    monkeypatch.setenv("SANDBOX_LATENCY", "0.1")
    request = provider_pb2.ReadRequest(
        id=made.id, urn=urn(DB), properties=struct(made.state), inputs=struct(made.inputs)
    )
    plugin.Read(request, Context())
    delete(plugin, DB, provider_pb2.CreateResponse(id=made.id, properties=struct(made.state)))
    assert waits == [0.1, 60]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:index/getCallerIdentity:getCallerIdentity", {"accountId": ACCOUNT}),
        ("aws:index/getRegion:getRegion", {"region": REGION, "name": REGION}),
        ("aws:index/getPartition:getPartition", {"partition": "aws", "dnsSuffix": "amazonaws.com"}),
        (
            "aws:index/getAvailabilityZones:getAvailabilityZones",
            {"names": [f"{REGION}{zone}" for zone in "abc"], "zoneIds": [f"euc1-az{number}" for number in (1, 2, 3)]},
        ),
    ],
)
def test_functions_answer(plugin: Provider, token: str, expected: dict[str, Any]) -> None:
    """Account, region, partition and zones are the emulated account's."""
    answer = plugin.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct({})), Context())
    found = to_dict(getattr(answer, "return"))
    assert {key: found[key] for key in expected} == expected


def test_unknown_function_is_refused_by_name(plugin: Provider) -> None:
    """The message names the function and the file to extend."""
    with pytest.raises(AbortedError, match=r"aws:ec2/getAmi:getAmi is not among .*sandbox/aws/invokes.py"):
        plugin.Invoke(provider_pb2.InvokeRequest(tok="aws:ec2/getAmi:getAmi", args=struct({})), Context())


@pytest.mark.parametrize("allowed", [f'["{ACCOUNT}"]', "[]"])
def test_allowed_account_is_accepted(allowed: str) -> None:
    """The engine sends lists of the configuration as JSON."""
    assert provider(allowedAccountIds=allowed)


def test_other_account_is_refused() -> None:
    """As with AWS: a stack's configuration names its accounts."""
    with pytest.raises(AbortedError, match=f"account {ACCOUNT} is not in aws:allowedAccountIds"):
        provider(allowedAccountIds='["999999999999"]')


@pytest.mark.parametrize("key", ["profile", "accessKey", "defaultTags", "endpoints", "assumeRoles"])
def test_configuration_that_the_sandbox_does_not_apply_is_refused(key: str) -> None:
    """Dropped in silence, default tags would be missing and credentials would look used."""
    request = provider_pb2.CheckRequest(news=struct({key: "x", "region": REGION, "skipMetadataApiCheck": "true"}))
    (failure,) = provider().CheckConfig(request, Context()).failures
    assert failure.property == key


def test_users_credentials_and_profile_do_not_leak_in(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a profile that does not exist nor keys in the environment matter."""
    monkeypatch.setenv("AWS_PROFILE", "missing")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUSERSOWNKEY")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    session = Api(endpoint, REGION, ACCOUNT)
    assert session.client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert session._session.get_credentials().access_key == "sandbox"
    assert "AWS_CONFIG_FILE" not in os.environ
