"""The watch looks often enough, reads nothing, and tells of rotations and their failures."""

import json
from typing import Any

import pulumi

from components.secrets.watch import SecretWatch, SecretWatchArgs
from tests.components.support.platform import TOPIC, platform
from tests.conftest import ACCOUNT, REGION, Deploy, Deployment

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def deployed(deploy: Deploy) -> Deployment:
    """One watch called ``watch``."""
    args = SecretWatchArgs(
        platform=platform(),
        code=pulumi.AssetArchive({"handler.py": pulumi.StringAsset("")}),
        handler="secret_watch.handler.handler",
    )
    return deploy(lambda: SecretWatch("watch", args))


def target(made: Deployment, rule: str) -> Any:
    """What a rule sends to."""
    return made.named(rule).inputs["arn"]


def test_it_lists_and_reads_nothing(deploy: Deploy) -> None:
    """Two rights, both about names and dates."""
    policy = json.loads(deployed(deploy).one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    actions = {row["Action"] for row in policy if row["Sid"] != "Log"}
    assert actions == {"secretsmanager:ListSecrets", "secretsmanager:ListSecretVersionIds"}


def test_it_runs_several_times_a_day(deploy: Deploy) -> None:
    """The alarms judge days: one failed look must not leave a day without data. Only this rule may invoke it."""
    made = deployed(deploy)
    schedule = made.named("watch-schedule")
    assert schedule.inputs["scheduleExpression"] == "rate(6 hours)"
    assert target(made, "watch-run").endswith("watch-function-function")
    permission = made.one("aws:lambda/permission:Permission").inputs
    assert (permission["principal"], permission["sourceArn"]) == (
        "events.amazonaws.com",
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:watch-schedule",
    )


def test_failures_are_told_and_rotations_are_an_event(deploy: Deploy) -> None:
    """Failures go to people, successes to a topic of their own, to which workloads subscribe."""
    made = deployed(deploy)
    events = {
        rule.name: json.loads(rule.inputs["eventPattern"])["detail"]["eventName"]
        for rule in made.all(RULE)
        if "eventPattern" in rule.inputs
    }
    assert events == {
        "watch-failed": ["RotationFailed", "RotationAbandoned"],
        "watch-rotated": ["RotationSucceeded"],
    }
    assert target(made, "watch-failed-notify") == TOPIC
    assert target(made, "watch-rotated-notify").endswith("watch-rotations-topic")
    assert len(made.all(TARGET)) == 3
