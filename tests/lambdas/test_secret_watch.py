"""The watch over secrets, run against moto's Secrets Manager: ages and open rotations, and no value."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from components.secrets.alarms import BY_HAND, NAMESPACE, ROTATED
from lambdas.secret_watch import handler as watch

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def version(*stages: str, days: float = 0) -> dict[str, Any]:
    """A version made so many days ago."""
    return {"VersionStages": list(stages), "CreatedDate": NOW - dt.timedelta(days=days)}


def secret(days: float = 100) -> dict[str, Any]:
    """A secret made so many days ago."""
    return {"Name": "nationgraph/core/database", "ARN": "arn", "CreatedDate": NOW - dt.timedelta(days=days)}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Secrets Manager of an account of its own."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("secretsmanager")


@pytest.mark.parametrize(
    ("versions", "age", "pending"),
    [
        ([], 100, 0),
        ([version("AWSCURRENT", days=3)], 3, 0),
        ([version("AWSPREVIOUS", days=40), version("AWSCURRENT", days=10)], 10, 0),
        ([version("AWSCURRENT", "AWSPENDING", days=10)], 10, 0),
        ([version("AWSCURRENT", days=10), version("AWSPENDING", days=2)], 10, 48),
        ([version("AWSCURRENT", "initial", days=90.5)], 90.5, 0),
        ([version("initial", days=90)], 100, 0),
    ],
)
def test_ages(versions: list[dict[str, Any]], age: float, pending: float) -> None:
    """Age is that of the value in use; a version that is pending and current is a rotation that has ended."""
    line = watch.line(secret(), versions, NOW)
    assert (line["AgeDays"], line["PendingHours"]) == (age, pending)


def test_one_line_for_each_secret(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Every secret, over all pages, in the form that CloudWatch turns into metrics; no value among them."""
    for number in range(120):
        client.create_secret(Name=f"nationgraph/x/{number}", SecretString="hunter22-is-a-secret")
    client.put_secret_value(
        SecretId="nationgraph/x/7", SecretString="hunter23-is-a-secret", VersionStages=["AWSPENDING"]
    )
    assert watch.handler({}, None) == {"secrets": 120}
    printed = capsys.readouterr().out
    lines = [json.loads(line) for line in printed.splitlines()]
    assert {line["Secret"] for line in lines} == {f"nationgraph/x/{number}" for number in range(120)}
    assert "hunter2" not in printed
    for line in lines:
        (declared,) = line["_aws"]["CloudWatchMetrics"]
        assert declared["Dimensions"] == [["Secret"]]
        assert all(isinstance(line[metric["Name"]], float) for metric in declared["Metrics"])
        assert 0 <= line["AgeDays"] < 1


def test_a_copy_is_measured_where_the_original_is(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Two regions would else report one secret twice under one name."""
    client.create_secret(Name="a", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])
    assert watch.handler({}, None) == {"secrets": 1}
    copies = boto3.client("secretsmanager", region_name="eu-west-1")
    assert len(copies.list_secrets()["SecretList"]) == 1


def test_alarms_ask_for_what_is_measured() -> None:
    """Namespace, dimension and metrics of the component are those of the function."""
    (declared,) = watch.line(secret(), [], NOW)["_aws"]["CloudWatchMetrics"]
    assert declared["Namespace"] == NAMESPACE
    measured = {metric["Name"] for metric in declared["Metrics"]}
    assert {alarm.metric for alarm in (*ROTATED.rows.values(), *BY_HAND.rows.values())} == measured
