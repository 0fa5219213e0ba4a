"""What moto has no place for is kept beside the resource, as long as it is there."""

from typing import Any

import pytest

from sandbox.aws import resource
from sandbox.aws.kept import completed
from tests.sandbox.support.cloud import Cloud


@pytest.mark.parametrize(
    ("observed", "declared", "whole"),
    [
        (None, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
        ([{"id": 1}, {"id": 2}], [{"id": 2, "b": 2}, {"id": 1, "b": 1}], [{"id": 1, "b": 1}, {"id": 2, "b": 2}]),
        ([{"id": 1}], [{"id": 1, "b": 1}, {"id": 2}], [{"id": 1}]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": [1]}}, {"a": {"b": 1, "c": [1]}}),
        ("x", "y", "x"),
    ],
)
def test_what_is_shown_wins_and_what_is_not_is_added(observed: Any, declared: Any, whole: Any) -> None:
    """Members are added at any depth; elements of lists are matched by what both have."""
    assert completed(observed, declared) == whole


def test_kept_values_follow_the_resource(cloud: Cloud) -> None:
    """They are read back, changed, taken back, and gone with the resource."""
    made = cloud.make("subnet", enableDns64=True, privateDnsHostnameTypeOnLaunch="ip-name")
    assert (cloud.read(made) or {})["enableDns64"] is True
    cloud.update(made, privateDnsHostnameTypeOnLaunch="resource-name", enableDns64=None)
    shown = cloud.read(made) or {}
    assert shown["privateDnsHostnameTypeOnLaunch"] == "resource-name"
    assert not shown.get("enableDns64")
    resource.delete(cloud.api, made.row, made.id, made.inputs)
    assert cloud.api.kept.read(made.row.type, made.id) == {}
    cloud.made.pop("subnet")


def test_secrets_are_not_kept(cloud: Cloud) -> None:
    """A write-only secret reaches neither the store nor the state."""
    cloud.make("secret")
    made = cloud.make("secretVersion", secretString=None, secretStringWo="correct-horse", secretStringWoVersion=1)
    assert cloud.api.kept.read(made.row.type, made.id) == {"secretStringWoVersion": 1}
    assert "correct-horse" not in str(made.state)
    version = cloud.api.client("secretsmanager").get_secret_value(SecretId=made.inputs["secretId"])
    assert version["SecretString"] == "correct-horse"


def test_a_prefix_makes_a_name_that_stays(cloud: Cloud) -> None:
    """26 characters are added at creation; an update keeps the name and the prefix shows again."""
    made = cloud.make("eventRule", name=None, namePrefix="signin-")
    assert len(made.state["name"]) == len("signin-") + 26
    name = made.state["name"]
    cloud.update(made, description="other")
    assert made.state["name"] == name
    assert (cloud.read(made) or {})["description"] == "other"
