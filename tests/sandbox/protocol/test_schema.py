"""What is read from the SDK's argument classes, and how values are judged by it."""

from typing import Any

import pytest

from sandbox.aws.table import rows
from sandbox.protocol import schema


def inputs(token: str) -> dict[str, Any]:
    """The type expression of each input of a type."""
    found: dict[str, Any] = rows()[token].schema["object"]
    return found


@pytest.mark.parametrize(
    ("token", "prop", "expression"),
    [
        ("aws:ec2/vpc:Vpc", "cidrBlock", "string"),
        ("aws:ec2/vpc:Vpc", "enableDnsSupport", "boolean"),
        ("aws:rds/instance:Instance", "allocatedStorage", "integer"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "threshold", "number"),
        ("aws:rds/subnetGroup:SubnetGroup", "subnetIds", {"list": "string"}),
        ("aws:ec2/vpc:Vpc", "tags", {"map": "string"}),
        ("aws:rds/instance:Instance", "instanceClass", "string"),
        ("aws:ec2/securityGroupRule:SecurityGroupRule", "protocol", "string"),
        ("aws:iam/role:Role", "assumeRolePolicy", "json"),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            "versioningConfiguration",
            {"object": {"status": "string", "mfaDelete": "string"}, "required": ["status"]},
        ),
    ],
)
def test_expressions_follow_the_sdk(token: str, prop: str, expression: Any) -> None:
    """Scalars, lists, maps, objects, enumerations as text, documents as text or object; optional is unwrapped."""
    assert inputs(token)[prop] == expression


def test_nothing_is_left_unjudged() -> None:
    """No input of any type in the table falls back to "any"."""

    def loose(kind: Any) -> bool:
        if isinstance(kind, dict):
            inner = kind["object"].values() if "object" in kind else kind.values()
            return any(loose(item) for item in inner)
        return bool(kind == "any")

    assert {f"{t}.{prop}" for t in rows() for prop, kind in inputs(t).items() if loose(kind)} == set()


def test_nested_objects_of_lists_keep_their_required_members() -> None:
    """A rule in a security group must name protocol and ports."""
    rule = inputs("aws:ec2/securityGroup:SecurityGroup")["ingress"]["list"]
    assert rule["required"] == ["fromPort", "protocol", "toPort"]
    assert rule["object"]["cidrBlocks"] == {"list": "string"}


def test_arguments_class_is_found_where_a_nested_type_has_its_name() -> None:
    """``aws.iam.Policy`` has ``PolicyArgs``, ``aws.s3.Bucket`` ``BucketArgs``; a taken name becomes ``XInitArgs``."""
    assert schema._describe("aws:secretsmanager/secret:Secret", "pulumi_aws")["object"]["name"] == "string"
    described = schema._describe("aws:lambda/function:Function", "pulumi_aws")
    assert described["required"] == ["role"]
    assert "memorySize" in described["object"]


def test_outputs_hold_what_aws_computes() -> None:
    """They are what a preview shows as unknown."""
    assert {"arn", "id"} & set(rows()["aws:ec2/vpc:Vpc"].schema["outputs"]) == {"arn"}
    assert "address" in rows()["aws:rds/instance:Instance"].schema["outputs"]


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("string", "a", []),
        ("string", 5, []),
        ("string", None, []),
        ("string", schema.UNKNOWN, []),
        ("string", [], [("p", "expected string, got list")]),
        ("integer", 1.5, [("p", "expected integer, got float")]),
        ("number", 1.5, []),
        ("number", True, [("p", "expected number, got bool")]),
        ({"list": "integer"}, [1, "x", schema.UNKNOWN], [("p[1]", "expected integer, got str")]),
        ({"map": "boolean"}, {"a": 1}, [("p.a", "expected boolean, got int")]),
        ({"map": "string"}, schema.UNKNOWN, []),
        ({"object": {"a": "string"}, "required": ["a"]}, {}, [("p.a", "required and missing")]),
        ({"object": {"a": "string"}, "required": ["a"]}, {"a": schema.UNKNOWN}, []),
        ({"object": {"a": "string"}, "required": []}, {"b": 1}, [("p.b", "unknown input; known: a")]),
    ],
)
def test_values_are_judged(expression: Any, value: Any, expected: list[tuple[str, str]]) -> None:
    """Each failure has its path; the engine's unknown value fits everywhere."""
    assert list(schema.failures(expression, value, "p")) == expected
