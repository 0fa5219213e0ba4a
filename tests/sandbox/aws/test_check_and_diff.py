"""Check and Diff of the provider, with the messages that the engine sends."""

import re
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.aws.table import Row, rows
from sandbox.protocol.schema import UNKNOWN
from tests.sandbox.support.cloud import AbortedError, Context, check, provider, struct, urn

VPC, DB, GROUP = "aws:ec2/vpc:Vpc", "aws:rds/instance:Instance", "aws:ec2/securityGroup:SecurityGroup"
BUCKET, ROLE, ALARM = "aws:s3/bucket:Bucket", "aws:iam/role:Role", "aws:cloudwatch/metricAlarm:MetricAlarm"
KINDS = provider_pb2.PropertyDiff.Kind
SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def diff(token: str, old: dict[str, Any], new: dict[str, Any], ignore: tuple[str, ...] = ()) -> Any:
    """The provider's answer to a change of inputs."""
    request = provider_pb2.DiffRequest(
        urn=urn(token), old_inputs=struct(old), news=struct(new), olds=struct(old), ignoreChanges=ignore
    )
    return provider().Diff(request, Context())


def other(kind: Any) -> Any:
    """Two values of a type, the second of which is another one."""
    if isinstance(kind, dict):
        if "list" in kind:
            return [other(kind["list"])]
        if "map" in kind:
            return {"a": "b"}
        name, inner = next(iter(kind["object"].items()))
        return {name: other(inner)}
    return {"boolean": True, "integer": 7, "number": 7.5}.get(kind, "other")


@pytest.mark.parametrize(
    ("token", "inputs", "path", "reason"),
    [
        (VPC, {"cidrBlok": "10.0.0.0/16"}, "cidrBlok", "unknown input; known: assignGenerated"),
        (DB, {}, "instanceClass", "required and missing"),
        (VPC, {"cidrBlock": ["10.0.0.0/16"]}, "cidrBlock", "expected string, got list"),
        (VPC, {"enableDnsSupport": "yes"}, "enableDnsSupport", "expected boolean, got str"),
        (
            DB,
            {"instanceClass": "db.t4g.micro", "allocatedStorage": "20 GiB"},
            "allocatedStorage",
            "expected integer, got str",
        ),
        (
            DB,
            {"instanceClass": "db.t4g.micro", "allocatedStorage": True},
            "allocatedStorage",
            "expected integer, got bool",
        ),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 31}, "retentionInDays", "31 must be one of 0, 1, 3"),
        (VPC, {"tags": ["a"]}, "tags", "expected an object, got list"),
        (VPC, {"tags": {"a": {}}}, "tags.a", "expected string, got dict"),
        (GROUP, {"ingress": {}}, "ingress", "expected a list, got dict"),
        (GROUP, {"ingress": [{"protocol": "tcp", "fromPort": 1}]}, "ingress[0].toPort", "required and missing"),
        (
            GROUP,
            {"ingress": [{"protocol": "tcp", "fromPort": 1, "toPort": 1, "cidrs": []}]},
            "ingress[0].cidrs",
            "unknown input; known: cidrBlocks",
        ),
    ],
)
def test_check_refuses_with_path_and_reason(token: str, inputs: dict[str, Any], path: str, reason: str) -> None:
    """A wrong input is named by its path, with what was expected."""
    _, failures = check(token, inputs)
    assert list(failures) == [path]
    assert failures[path].startswith(reason)


def test_check_reports_all_failures_at_once() -> None:
    """Two mistakes give two failures."""
    assert set(check(DB, {"enigne": "postgres", "port": "x"})[1]) == {"enigne", "port", "instanceClass"}


def test_check_lets_unknown_values_pass() -> None:
    """In a preview a value of a resource to be made is unknown, at any depth."""
    rule = {"protocol": "tcp", "fromPort": UNKNOWN, "toPort": 1, "cidrBlocks": [UNKNOWN]}
    inputs, failures = check(GROUP, {"vpcId": UNKNOWN, "ingress": [rule], "tags": UNKNOWN})
    assert failures == {}
    assert inputs["vpcId"] == UNKNOWN


def test_check_takes_a_document_as_text_or_object() -> None:
    """The SDK allows both for IAM documents."""
    assert check("aws:iam/policy:Policy", {"policy": {"Statement": []}})[1] == {}
    assert check("aws:iam/policy:Policy", {"policy": "{}"})[1] == {}
    assert check("aws:iam/policy:Policy", {"policy": 5})[1] == {"policy": "expected json, got int"}


def test_check_fills_defaults_region_and_name_and_says_so() -> None:
    """What the real provider fills in is filled in, listed under ``__defaults``; what was given stays."""
    inputs, _ = check(GROUP, {"vpcId": "vpc-1"}, name="web")
    assert inputs["description"] == "Managed by Pulumi"
    assert inputs["region"] == "eu-central-1"
    assert inputs["name"].startswith("web-")
    assert inputs["__defaults"] == ["description", "name", "region"]
    given, _ = check(GROUP, {"description": "mine", "name": "web", "region": "us-east-1"})
    assert (given["description"], given["name"], given["region"]) == ("mine", "web", "us-east-1")
    assert given["__defaults"] == []


def test_name_is_kept_over_updates_and_made_anew_when_taken_back() -> None:
    """An automatic name stays; where a given name is taken back, a new one is made."""
    first, _ = check(ROLE, {"assumeRolePolicy": "{}"}, name="web")
    second, _ = check(ROLE, {"assumeRolePolicy": "{}", "description": "x"}, first, name="web")
    assert second["name"] == first["name"]
    third, _ = check(ROLE, {"assumeRolePolicy": "{}"}, {"name": "mine", "__defaults": []}, name="web")
    assert third["name"].startswith("web-")


@pytest.mark.parametrize(
    ("token", "pattern"),
    [
        (BUCKET, r"mixed-[0-9a-f]{7}"),
        (DB, r"mixed[0-9a-f]{7}"),
        ("aws:rds/subnetGroup:SubnetGroup", r"mixed-[0-9a-f]{7}"),
        ("aws:kms/alias:Alias", r"alias/Mixed-[0-9a-f]{7}"),
        (ROLE, r"Mixed-[0-9a-f]{7}"),
    ],
)
def test_automatic_names_have_the_form_that_aws_accepts(token: str, pattern: str) -> None:
    """Buckets and databases are in lower case, aliases have their prefix."""
    inputs, _ = check(token, {}, name="Mixed")
    name = inputs[rows()[token].autoname or ""]
    assert re.fullmatch(pattern, name)


@pytest.mark.parametrize(("token", "longest"), [(ROLE, 56), (BUCKET, 55), (DB, 248), (GROUP, 247)])
def test_automatic_names_that_would_be_too_long_are_refused(token: str, longest: int) -> None:
    """Seven digits, and a dash but for databases, must fit behind the logical name; nothing is cut."""
    name = rows()[token].autoname
    assert name not in check(token, {}, name="x" * longest)[1]
    for logical in ("x" * (longest + 1), "a::" + "x" * (longest - 2)):
        assert "is longer than maximum length" in check(token, {}, name=logical)[1][name or ""]
    assert name not in check(token, {name: "given"}, name="x" * 300)[1]


def test_type_outside_the_table_is_refused_with_the_file_to_extend() -> None:
    """The message names the type and where a row goes."""
    with pytest.raises(AbortedError, match=r"aws:sqs/queue:Queue is not in the sandbox's table; .*sandbox/aws/types/"):
        check("aws:sqs/queue:Queue", {})


@pytest.mark.parametrize(
    ("row", "prop"),
    [pytest.param(row, prop, id=f"{row.type}.{prop}") for row in rows().values() for prop in row.schema["object"]],
)
def test_force_new_properties_replace_and_no_others(row: Row, prop: str) -> None:
    """A change of each input is a replacement exactly where replace.yaml says so."""
    kind = row.schema["object"][prop]
    answer = diff(row.type, {prop: "before"}, {prop: other(kind)})
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(answer.diffs) == [prop]
    assert list(answer.replaces) == ([prop] if prop in row.replace else [])


def test_every_force_new_property_is_an_input_of_the_sdk() -> None:
    """A misspelt property in replace.yaml would never replace anything."""
    wrong = {
        f"{row.type}.{prop}" for row in rows().values() for prop in row.replace if prop not in row.schema["object"]
    }
    assert wrong == set()
    assert not {f"{r.type}.{p}" for r in rows().values() for p in r.defaults if p not in r.schema["object"]}
    assert all(row.source for row in rows().values())


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('{"a": [1, 2]}', '{ "a":[2,1] }', False),
        ('{"a": 1}', '{"a": 1, "b": 2}', True),
        ("{not json", "{not json ", True),
        ({"a": "1"}, '{"a": "1"}', False),
    ],
)
def test_documents_are_compared_by_meaning(old: Any, new: Any, changed: bool) -> None:  # noqa: FBT001
    """Spacing and order are no change; another member is."""
    answer = diff("aws:iam/policy:Policy", {"policy": old}, {"policy": new})
    assert list(answer.diffs) == (["policy"] if changed else [])


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({}, {"tags": {"a": "b"}}, KINDS.ADD),
        ({"tags": {"a": "b"}}, {}, KINDS.DELETE),
        ({"tags": {"a": "b"}}, {"tags": {"a": "b", "c": "d"}}, KINDS.UPDATE),
        ({"tags": {"a": "b"}}, {"tags": {"a": "b", "c": ""}}, KINDS.UPDATE),
        ({}, {"cidrBlock": "10.0.0.0/16"}, KINDS.ADD_REPLACE),
        ({"cidrBlock": "10.0.0.0/16"}, {}, KINDS.DELETE_REPLACE),
        ({"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": UNKNOWN}, KINDS.UPDATE_REPLACE),
    ],
)
def test_detailed_diff_says_what_happens(old: dict[str, Any], new: dict[str, Any], kind: int) -> None:
    """Added, deleted, updated; each also as the reason of a replacement."""
    (detail,) = diff(VPC, old, new).detailedDiff.values()
    assert detail.kind == kind
    assert detail.inputDiff


def test_nothing_changed_is_no_change() -> None:
    """Equal inputs, and what Check lists as filled in, are no difference; ``ignoreChanges`` holds."""
    assert diff(VPC, {"tags": {"a": "1"}, "__defaults": []}, {"tags": {"a": 1}}).changes == (
        provider_pb2.DiffResponse.DIFF_NONE
    )
    ignored = diff(VPC, {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, ("cidrBlock",))
    assert not ignored.replaces
    assert ignored.changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("token", "old", "new", "before"),
    [
        (DB, {"identifier": "orders", "dbName": "a"}, {"identifier": "orders", "dbName": "b"}, True),
        (DB, {"identifier": "orders", "dbName": "a"}, {"identifier": "other", "dbName": "b"}, False),
        (
            DB,
            {"identifier": "x", "dbName": "a"},
            {"identifier": "x", "dbName": "b", "__defaults": ["identifier"]},
            False,
        ),
        (DB, {"identifier": "orders", "port": 1}, {"identifier": "orders", "port": 2}, False),
        (VPC, {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, False),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"role": "a"}, {"role": "b"}, True),
    ],
)
def test_delete_before_replace(token: str, old: dict[str, Any], new: dict[str, Any], before: bool) -> None:  # noqa: FBT001
    """A name that the user gave cannot exist twice; some types say so themselves."""
    assert diff(token, old, new).deleteBeforeReplace is before


@pytest.mark.parametrize("new", SOURCES[1:])
def test_another_kind_of_source_replaces_a_rule(new: str) -> None:
    """EC2 changes the value of a source in place, but not its kind."""
    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    assert set(diff(token, {"cidrIpv4": "10.0.0.0/8"}, {new: "x"}).replaces) == {"cidrIpv4", new}
    assert not diff(token, {new: "x"}, {new: "y"}).replaces
