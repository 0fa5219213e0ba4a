"""Rotation in the emulated account: schedules are kept, a version waits for the function, AWSCURRENT stays readable."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.support.cloud import Cloud


@pytest.fixture
def rotating(cloud: Cloud) -> tuple[Any, str]:
    """A client and the ARN of a secret with a value and a rotation that was not started."""
    cloud.make("secretVersion")
    cloud.make("secretRotation")
    return cloud.api.client("secretsmanager"), str(cloud.made["secret"].id)


def test_schedule_is_kept(rotating: tuple[Any, str]) -> None:
    """Moto keeps days only; nothing has been rotated yet."""
    client, arn = rotating
    found = client.describe_secret(SecretId=arn)
    assert found["RotationRules"]["ScheduleExpression"] == "rate(30 days)"
    assert found["RotationRules"]["Duration"] == "4h"
    assert found["NextRotationDate"] > found["CreatedDate"]
    assert "LastRotatedDate" not in found
    assert [*found["VersionIdsToStages"].values()] == [["AWSCURRENT"]]


def test_rotation_waits_for_its_function(rotating: tuple[Any, str]) -> None:
    """A started rotation leaves an empty AWSPENDING, the current value as it was, and refuses a second one."""
    client, arn = rotating
    token = "0123456789abcdef0123456789abcdef"
    client.rotate_secret(SecretId=arn, ClientRequestToken=token)
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "correct-horse"
    assert client.describe_secret(SecretId=arn)["VersionIdsToStages"][token] == ["AWSPENDING"]
    with pytest.raises(ClientError, match="A previous rotation isn't complete"):
        client.rotate_secret(SecretId=arn)


def test_rotation_is_dated_by_its_end(rotating: tuple[Any, str]) -> None:
    """AWSCURRENT moves with the last step, and that is when a secret has rotated."""
    client, arn = rotating
    (current,) = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    token = "0123456789abcdef0123456789abcdef"
    client.rotate_secret(SecretId=arn, ClientRequestToken=token)
    client.put_secret_value(
        SecretId=arn, ClientRequestToken=token, SecretString="battery-staple", VersionStages=["AWSPENDING"]
    )
    client.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "battery-staple"
    assert client.describe_secret(SecretId=arn)["LastRotatedDate"]


def test_without_a_function_moto_decides(cloud: Cloud) -> None:
    """A secret that has no function is not ours to change."""
    cloud.make("secretVersion")
    client, arn = cloud.api.client("secretsmanager"), cloud.made["secret"].id
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.rotate_secret(SecretId=f"{arn}-missing", RotationLambdaARN="arn:aws:lambda:eu-central-1:1:function:x")


def test_versions_keep_their_time(rotating: tuple[Any, str]) -> None:
    """Moto says that every version is of this moment, with which nothing would ever be old."""
    client, arn = rotating
    stored = client.get_secret_value(SecretId=arn)["CreatedDate"]
    time.sleep(1.1)
    (version,) = client.list_secret_version_ids(SecretId=arn)["Versions"]
    assert (version["CreatedDate"], version["VersionStages"]) == (stored, ["AWSCURRENT"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.list_secret_version_ids(SecretId="nowhere")
