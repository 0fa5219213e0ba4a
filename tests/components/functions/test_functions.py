"""Functions do and reach what is listed, and log into a group of their own."""

import json
from typing import Any

import pytest

from components.functions.functions import FunctionNetwork, PrivateFunction, PrivateFunctionArgs
from components.functions.names import FunctionNames
from components.shared.policy_documents import allow
from tests.components.support.platform import HERE, TOPIC, platform
from tests.components.support.programs import program
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

NAMES = FunctionNames(account=HERE, name="watch")
FUNCTION = "aws:lambda/function:Function"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
NETWORK = FunctionNetwork(vpc_id="vpc-1", subnet_ids=["subnet-1", "subnet-2"], reaches={5432: "sg-db", 443: "sg-ends"})


def arguments(**changes: Any) -> PrivateFunctionArgs:
    """A function that lists secrets."""
    given: dict[str, Any] = {
        "platform": platform(),
        "names": NAMES,
        "description": "watches",
        "program": program(),
        "environment": {"A": "b"},
        "statements": [allow("List", "secretsmanager:ListSecrets", "*")],
        "network": NETWORK,
        "log_key_arn": HERE.arn("kms", "key/1"),
    }
    return PrivateFunctionArgs(**{**given, **changes})


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """One function called ``watch``."""
    return deploy(lambda: PrivateFunction("watch", arguments(**changes)))


def statements(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """The statements of the role's policy by Sid."""
    policy = deployment.one("aws:iam/rolePolicy:RolePolicy")
    return {row["Sid"]: row for row in json.loads(policy.inputs["policy"])["Statement"]}


def test_children(deploy: Deploy) -> None:
    """Exactly what the docstring lists; the role is the one that resource policies name beforehand."""
    made = deployed(deploy)
    assert sorted(r.name.removeprefix("watch-") for r in made.resources if r.custom) == [
        "alarm", "function", "logs", "policy", "role", "security-group",
    ]  # fmt: skip
    role = made.one("aws:iam/role:Role")
    assert NAMES.role_arn == f"arn:aws:iam::{ACCOUNT}:role{role.inputs['path']}{role.inputs['name']}"
    assert made.one(FUNCTION).inputs["name"] == NAMES.function == "nationgraph-watch"
    assert role.inputs["permissionsBoundary"] == HERE.boundary


def test_place(deploy: Deploy) -> None:
    """Nothing comes in; two ports lead out, each to one group."""
    made = deployed(deploy)
    group = made.one(GROUP).inputs
    assert group["ingress"] == []
    assert {(rule["fromPort"], rule["toPort"], *rule["securityGroups"]) for rule in group["egress"]} == {
        (443, 443, "sg-ends"),
        (5432, 5432, "sg-db"),
    }
    assert made.one(FUNCTION).inputs["vpcConfig"] == {
        "subnetIds": ["subnet-1", "subnet-2"],
        "securityGroupIds": ["watch-security-group-id"],
    }


def test_code_may_not_use_the_interfaces(deploy: Deploy) -> None:
    """What Lambda needs to place the function is denied to the function itself, by its own ARN."""
    rows = statements(deployed(deploy))
    needed = {*rows["Interfaces"]["Action"], *rows["SeeInterfaces"]["Action"]}
    assert set(rows["NotForTheCode"]["Action"]) == needed
    assert rows["NotForTheCode"]["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": NAMES.arn}}


def test_logs(deploy: Deploy) -> None:
    """The function writes into its own group, which exists before it, encrypted and with an end."""
    made = deployed(deploy)
    logs = made.one("aws:cloudwatch/logGroup:LogGroup")
    assert logs.inputs["name"] == "/aws/lambda/nationgraph-watch"
    assert logs.inputs["kmsKeyId"] == HERE.arn("kms", "key/1")
    assert (logs.inputs["retentionInDays"], logs.protect, logs.retain) == (90, True, True)
    assert statements(made)["Log"] == {
        "Sid": "Log",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:watch-logs:*"],
    }
    assert logs.urn in made.one(FUNCTION).dependencies


def test_outside_a_network(deploy: Deploy) -> None:
    """No group, no interfaces, no rights to any."""
    made = deployed(deploy, network=None, environment={})
    assert made.all(GROUP) == []
    assert set(statements(made)) == {"Log", "List"}
    assert "vpcConfig" not in made.one(FUNCTION).inputs
    assert "environment" not in made.one(FUNCTION).inputs


def test_platform(deploy: Deploy) -> None:
    """The runtime and architecture for which packages are built."""
    inputs = deployed(deploy).one(FUNCTION).inputs
    assert (inputs["runtime"], inputs["architectures"]) == ("python3.13", ["arm64"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"timeout_seconds": 901}, "timeout_seconds: Lambda offers 1 to 900, got 901"),
        ({"memory_mib": 127}, "memory_mib: Lambda offers 128 to 10,240, got 127"),
    ],
)
def test_wrong_arguments(changes: dict[str, Any], says: str) -> None:
    """They fail before any resource exists, with the fix."""
    with pytest.raises(ValueError, match=says):
        program(**changes)


def test_alarm(deploy: Deploy) -> None:
    """One error is heard, with the page that says what to do; a function that is not called is none."""
    alarm = deployed(deploy).named("watch-alarm").inputs
    assert (alarm["metricName"], alarm["threshold"], alarm["treatMissingData"]) == ("Errors", 0, "notBreaching")
    assert alarm["dimensions"] == {"FunctionName": "nationgraph-watch"}
    assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]
    assert alarm["alarmDescription"].endswith("/docs/runbooks/secret-rotation.md")
