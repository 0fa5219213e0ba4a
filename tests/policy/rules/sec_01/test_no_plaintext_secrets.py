"""SEC-01: what looks like a secret is refused wherever it stands; what does not is left alone."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from policy.core.snapshot import SecretText
from policy.rules.sec_01.no_plaintext_secrets import RULE
from tests.policy.support.samples import ACCESS_KEY, HEX, PLAIN, drawn
from tests.support.effort import MOMENT, effort
from tests.support.resources import UNKNOWN, Case, Res, as_resource_args

FUNCTION = "aws:lambda/function:Function"


def stored(properties: dict[str, Any], name: str = "it") -> Res:
    """A resource of which only these properties matter."""
    return Res(FUNCTION, name, properties)


CASES = [
    Case("pass", "a Pulumi secret", [stored({"environment": {"variables": {"DB_PASSWORD": SecretText("hunter22")}}})]),
    Case("pass", "a secret object", [stored({"environment": SecretText(json.dumps({"password": ACCESS_KEY}))})]),
    Case("pass", "a reference", [stored({"environment": {"variables": {"DB_SECRET": PLAIN[2]}}})]),
    Case("pass", "no secret", [stored({"values": PLAIN})]),
    Case(
        "pass",
        "how many secrets there may be",
        [Res("kubernetes:core/v1:ResourceQuota", "quota", {"spec": {"hard": {"count/secrets": "0"}}})],
    ),
    Case(
        "fail",
        "a secret instead of a number",
        [Res("kubernetes:core/v1:ResourceQuota", "quota", {"spec": {"hard": {"count/secrets": "hunter22"}}})],
        ["quota: spec.hard.count/secrets holds"],
    ),
    Case(
        "fail",
        "an environment variable",
        [stored({"environment": {"variables": {"DB_PASSWORD": "hunter22"}}}, "orders")],
        ["orders: environment.variables.DB_PASSWORD holds", "Secrets Manager"],
    ),
    Case("fail", "a known format", [stored({"description": f"uses {ACCESS_KEY}"})], ["it: description holds"]),
    Case(
        "fail",
        "a password in a tag",
        [Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"password": "hunter22"}})],
        ["vpc: tags.password holds"],
    ),
    Case(
        "absent",
        "a secret that is not marked as one",
        [
            Res(
                "aws:secretsmanager/secretVersion:SecretVersion",
                "db",
                {"secretId": PLAIN[2], "secretString": "hunter22"},
            )
        ],
        ["db: secretString holds the value of what is named as a secret"],
    ),
    Case("unknown", "a password", [stored({"environment": {"variables": {"DB_PASSWORD": UNKNOWN}}})]),
    Case("unknown", "everything", [stored({"environment": UNKNOWN, "layers": [UNKNOWN]})]),
]


@pytest.mark.parametrize(
    ("wrap", "path"),
    [
        (lambda s: {"a": {"b": [{"c": s}]}}, "a.b[0].c"),
        (lambda s: {"policy": json.dumps({"Statement": [{"Sid": s}]})}, "policy.Statement[0].Sid"),
        (lambda s: {"userDataBase64": base64.b64encode(f"#!/bin/sh\ncurl {s}\n".encode()).decode()}, "userDataBase64"),
        (
            lambda s: {"userData": base64.b64encode(gzip.compress(json.dumps({"k": [s]}).encode())).decode()},
            "userData.k[0]",
        ),
        (lambda s: {"userData": f"#cloud-config\n{json.dumps({'write_files': [s]})}"}, "userData.write_files[0]"),
        (
            lambda s: {"containers": json.dumps([{"environment": [{"name": "A", "value": s}]}])},
            "containers[0].environment",
        ),
        (lambda s: {"source": pulumi.StringAsset(f"KEY = '{s}'")}, "source"),
        (lambda s: {"code": pulumi.AssetArchive({"index.py": pulumi.StringAsset(s)})}, "code.index.py"),
        (lambda s: {"tags": {s: "x"}}, "tags.<key>"),
    ],
    ids=["nested", "JSON", "user data", "gzip", "cloud-init", "containers", "asset", "archive", "key"],
)
def test_wherever_it_stands(
    wrap: Callable[[str], dict[str, Any]], path: str, violations: Callable[..., list[str]]
) -> None:
    """The message holds the path, and nothing of the secret."""
    (message,) = violations(RULE, FUNCTION, wrap(ACCESS_KEY))
    assert message.startswith(path)
    assert ACCESS_KEY[4:] not in message


@pytest.mark.parametrize(
    ("kind", "inputs", "path"),
    [
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            {"containerDefinitions": json.dumps([{"environment": [{"name": "DB_PASSWORD", "value": "hunter22"}]}])},
            "containerDefinitions[0].environment[0].value",
        ),
        ("aws:ssm/parameter:Parameter", {"type": "String", "name": "/p/db/password", "value": "hunter22"}, "value"),
        ("aws:ec2/launchTemplate:LaunchTemplate", {"userData": base64.b64encode(b"TOKEN=a-1-b-2-c").decode()},
         "userData"),
        ("aws:rds/instance:Instance", {"password": "hunter22"}, "password"),
        ("aws:codebuild/project:Project",
         {"environment": {"environmentVariables": [{"name": "API_KEY", "value": "abc123"}]}},
         "environment.environmentVariables[0].value"),
        ("kubernetes:core/v1:ConfigMap", {"data": {"app.env": "PASSWORD=hunter22\n"}}, "data.app.env"),
    ],
    ids=lambda value: value.split(":")[-1] if isinstance(value, str) else "",
)  # fmt: skip
def test_of_every_service(kind: str, inputs: dict[str, Any], path: str, violations: Callable[..., list[str]]) -> None:
    """Tasks, parameters, user data, build jobs, manifests: the rule asks for no type."""
    (message,) = violations(RULE, kind, inputs)
    assert message.startswith(f"{path} holds")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "a b"),
        ("masterUserPassword", "$ecret"),
        ("API_KEY", "orders"),
        ("client-secret", '{"a": 1}'),
        ("authToken", "12345678"),
        ("/prod/db/password", "hunter2"),
    ],
)
def test_a_name_tells(key: str, value: str, violations: Callable[..., list[str]]) -> None:
    """What is called a password is one, however weak it is."""
    assert len(violations(RULE, FUNCTION, {key: value})) == 1
    assert len(violations(RULE, FUNCTION, {"name": key, "value": value})) == 1


@pytest.mark.parametrize(
    "inputs",
    [
        {"password": ""},
        {"manageMasterUserPassword": True},
        {"passwordParameter": "orders"},
        {"creationToken": "orders-files"},
        {"name": "password_encryption", "value": "scram-sha-256"},
        {"secretName": "orders"},
        {"DB_PASSWORD": "{{resolve:secretsmanager:orders}}"},
        {"DB_PASSWORD": "${ORDERS_PASSWORD}"},
        {"DB_PASSWORD": "nationgraph/production/orders"},
        {"thumbprintLists": [drawn(40, HEX)]},
        {"sourceCodeHash": drawn(44)},
        {"CanonicalUser": drawn(64, HEX)},
    ],
    ids=lambda inputs: next(iter(inputs)),
)
def test_a_name_may_mislead(inputs: dict[str, Any], violations: Callable[..., list[str]]) -> None:
    """References, digests and settings about passwords are none."""
    assert violations(RULE, FUNCTION, inputs) == []


@pytest.mark.parametrize(
    "text",
    [
        "export DB_PASSWORD=hunter22\n",
        "password: hunter22",
        '{"x"} "apiKey": "abc-123"',
        "host=db password=correct-horse",
    ],
)
def test_assignments_in_text(text: str, violations: Callable[..., list[str]]) -> None:
    """User data and connection strings name their secrets."""
    (message,) = violations(RULE, "aws:ec2/instance:Instance", {"userData": f"#!/bin/sh\n{text}\n"})
    assert message.startswith("userData holds an assignment of a secret in plain text, must be")


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_values_are_left_alone(text: str, violations: Callable[..., list[str]]) -> None:
    """ARNs, ids, CIDRs, names of policies and services: the budget of false alarms is zero."""
    assert violations(RULE, FUNCTION, {"value": text, "list": [text], "map": {"key": text}}) == []


@pytest.mark.parametrize("text", ["a_" * 50_000, "x" * 100_000, "://" + "a:" * 50_000, "token" * 20_000, "[" * 100_000])
def test_hostile_text_costs_little(text: str) -> None:
    """No pattern takes quadratic time: 100 kB are a moment."""
    found: list[str] = []
    assert effort(lambda: found.extend(RULE.check(as_resource_args(stored({"value": text}))))) < MOMENT  # type: ignore[misc]
    assert found == []


def test_a_bomb_is_not_unpacked(violations: Callable[..., list[str]]) -> None:
    """Only the first 256 KiB of a gzip are read."""
    bomb = base64.b64encode(gzip.compress(b"a " * 50_000_000)).decode()
    found: list[str] = []
    assert effort(lambda: found.extend(violations(RULE, FUNCTION, {"userDataBase64": bomb}))) < MOMENT
    assert found == []
