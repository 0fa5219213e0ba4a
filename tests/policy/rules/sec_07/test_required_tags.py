"""SEC-07: nothing is anonymous."""

from collections.abc import Callable
from typing import Any

import pytest

from lib.vocabulary import REQUIRED_TAG_KEYS
from policy.core.snapshot import SecretText
from policy.facts.taggable import of_sdk, taggable_types
from policy.rules.sec_07.required_tags import RULE
from tests.support.resources import UNKNOWN, Case, Res, as_resource_args

VPC = "aws:ec2/vpc:Vpc"
TAGS = {key: "internal" if key.endswith("classification") else "platform" for key in REQUIRED_TAG_KEYS}
CIDR = {"cidrBlock": "10.0.0.0/16"}


def without(key: str) -> dict[str, str]:
    """All tags but one."""
    return {name: value for name, value in TAGS.items() if name != key}


CASES = [
    Case("pass", "all tags", [Res(VPC, "main", {**CIDR, "tags": TAGS})]),
    Case("pass", "more tags", [Res(VPC, "main", {**CIDR, "tags": {**TAGS, "Name": "main"}})]),
    Case("pass", "a type without tags", [Res("aws:ec2/route:Route", "default", {"routeTableId": "rtb-1"})]),
    Case("pass", "a component", [Res("nationgraph:network:Network", "main")]),
    Case(
        "fail",
        "an empty tag",
        [Res(VPC, "main", {**CIDR, "tags": {**TAGS, "nationgraph:owner": " "}})],
        ["main: tags: nationgraph:owner: ' '"],
    ),
    Case(
        "fail",
        "a made-up classification",
        [Res(VPC, "main", {**CIDR, "tags": {**TAGS, "nationgraph:data-classification": "top"}})],
        ["nationgraph:data-classification: 'top'", "confidential"],
    ),
    Case("absent", "tags left out", [Res(VPC, "main", CIDR)], list(REQUIRED_TAG_KEYS)),
    Case(
        "absent",
        "one tag left out",
        [Res(VPC, "main", {**CIDR, "tags": without("nationgraph:service")})],
        ["main: tags: nationgraph:service"],
    ),
    Case("unknown", "all tags", [Res(VPC, "main", {**CIDR, "tags": UNKNOWN})]),
    Case("unknown", "one tag", [Res(VPC, "main", {**CIDR, "tags": {**TAGS, "nationgraph:owner": UNKNOWN}})]),
]


@pytest.mark.parametrize("key", REQUIRED_TAG_KEYS)
def test_each_tag_is_missed_by_name(key: str, violations: Callable[..., list[str]]) -> None:
    """One message for one missing tag, naming it."""
    (message,) = violations(RULE, VPC, {"tags": without(key)})
    assert message.startswith(f"tags: {key}: ")


@pytest.mark.parametrize("tags", [[], "owner", 1.0, list(TAGS)])
def test_tags_of_another_form(tags: Any, violations: Callable[..., list[str]]) -> None:
    """What is no mapping holds no tags."""
    (message,) = violations(RULE, VPC, {"tags": tags})
    assert "must be a mapping" in message


def test_an_unknown_tag_does_not_hide_a_missing_one() -> None:
    """The known part is judged in a preview too."""
    args = as_resource_args(
        Res(VPC, "main", {"tags": {**without("nationgraph:owner"), "nationgraph:service": UNKNOWN}})
    )
    assert RULE.check is not None
    (message,) = RULE.check(args)
    assert "nationgraph:owner" in message


def test_a_secret_is_a_value(violations: Callable[..., list[str]]) -> None:
    """A tag that the engine holds as a secret is judged like any other."""
    assert violations(RULE, VPC, {"tags": {**TAGS, "nationgraph:owner": SecretText("platform")}}) == []


def test_types_are_those_of_the_sdk() -> None:
    """The data file is what ``python -m policy.facts.taggable`` writes for the installed SDK."""
    assert taggable_types() == of_sdk()
    assert {VPC, "aws:rds/instance:Instance", "aws:s3/bucket:Bucket"} <= RULE.types
    assert not {"aws:ec2/route:Route", "aws:autoscaling/group:Group"} & RULE.types
