"""Alerts arrive, from this account, encrypted, over TLS."""

import json
from typing import Any

import pytest

from components.alerts.alerts import AlertTopic, AlertTopicArgs
from tests.components.support.platform import platform
from tests.conftest import ACCOUNT, Deploy, Deployment

KEY = "aws:kms/key:Key"
TOPIC = "aws:sns/topic:Topic"
POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


def deployed(deploy: Deploy, *, email: str | None = "on-call@nationgraph.com", protect: bool = True) -> Deployment:
    """One topic called ``alerts``."""
    return deploy(lambda: AlertTopic("alerts", AlertTopicArgs(site=platform(protect=protect), email=email)))


def statements(document: str) -> dict[str, dict[str, Any]]:
    """The statements of a policy document by Sid."""
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}


def test_topic_is_encrypted_with_its_own_key(deploy: Deploy) -> None:
    """The key is the component's own and rotates: AWS's key for SNS would lock CloudWatch out."""
    made = deployed(deploy)
    key = made.one(KEY)
    assert made.one(TOPIC).inputs["kmsMasterKeyId"] == f"arn:aws:kms:eu-central-1:{ACCOUNT}:{key.name}"
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30


def test_key_serves_the_account_and_the_two_publishers_only(deploy: Deploy) -> None:
    """CloudWatch and EventBridge may encrypt, no principal is a wildcard, alarms of other accounts are kept out."""
    policy = statements(deployed(deploy).one(KEY).inputs["policy"])
    assert {sid: statement["Principal"] for sid, statement in policy.items()} == {
        "AccountAdministers": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "AlarmsOfThisAccount": {"Service": "cloudwatch.amazonaws.com"},
        "Events": {"Service": "events.amazonaws.com"},
    }
    for sid in ("AlarmsOfThisAccount", "Events"):
        assert policy[sid]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert policy["AlarmsOfThisAccount"]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_topic_takes_publications_from_the_two_services_over_tls(deploy: Deploy) -> None:
    """Exactly two allowances, both to publish to this topic; the denial of plain HTTP is for everybody."""
    made = deployed(deploy).one(POLICY)
    policy = statements(made.inputs["policy"])
    arn = f"arn:aws:sns:eu-central-1:{ACCOUNT}:alerts-topic"
    assert made.inputs["arn"] == arn
    assert {sid for sid, statement in policy.items() if statement["Effect"] == "Allow"} == {
        "AlarmsOfThisAccount",
        "Events",
    }
    assert all(statement["Resource"] == arn for statement in policy.values())
    assert policy["AlarmsOfThisAccount"]["Action"] == policy["Events"]["Action"] == ["sns:Publish"]
    assert policy["AlarmsOfThisAccount"]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert policy["TlsOnly"]["Effect"] == "Deny"
    assert policy["TlsOnly"]["Principal"] == "*"
    assert policy["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_events_carry_no_condition(deploy: Deploy) -> None:
    """EventBridge sends no source account to SNS or KMS: a condition would drop every event in silence."""
    made = deployed(deploy)
    for document in (made.one(KEY).inputs["policy"], made.one(POLICY).inputs["policy"]):
        assert "Condition" not in statements(document)["Events"]


def test_email_subscribes(deploy: Deploy) -> None:
    """The address given is subscribed to this topic; without one there is no subscription."""
    subscription = deployed(deploy).one(SUBSCRIPTION).inputs
    assert subscription["protocol"] == "email"
    assert subscription["endpoint"] == "on-call@nationgraph.com"
    assert subscription["topic"].endswith(":alerts-topic")
    assert deployed(deploy, email=None).all(SUBSCRIPTION) == []


@pytest.mark.parametrize("protect", [True, False])
def test_key_is_protected_and_retained_as_asked(deploy: Deploy, *, protect: bool) -> None:
    """The key follows ``protect``; nothing else holds state."""
    made = deployed(deploy, protect=protect)
    assert {r.name for r in made.resources if r.protect} == ({"alerts-key"} if protect else set())
    assert made.one(KEY).retain is protect


def test_output_is_the_topic(deploy: Deploy) -> None:
    """``arn`` is what alarms name as their action."""
    seen: list[str] = []
    args = AlertTopicArgs(site=platform(protect=False), email=None)
    deploy(lambda: AlertTopic("alerts", args).arn.apply(seen.append))
    assert seen == [f"arn:aws:sns:eu-central-1:{ACCOUNT}:alerts-topic"]


@pytest.mark.parametrize("email", ["", "on-call", "@nationgraph.com", "on-call@nationgraph", "on call@nationgraph.com"])
def test_addresses_that_reach_nobody_are_refused(email: str) -> None:
    """A malformed address fails before any resource exists, with the value and the fix."""
    with pytest.raises(
        ValueError, match="is not an address, so nobody would be told; write it like on-call@nationgraph"
    ):
        AlertTopicArgs(site=platform(), email=email)
