"""What a rule cannot read is a finding that names resource and property; the rule and the others go on."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pulumi.runtime import proto
from pulumi_policy import PolicyResource

from policy.facts.props import Resource
from tests.policy.support.cases import Pack
from tests.policy.support.sample_rules import BUCKET, LEDGER, rule
from tests.support.resources import UNKNOWN, Res, clean

VPC = "aws:ec2/vpc:Vpc"


def brittle(resource: Resource) -> Iterator[str]:
    """A rule that was written for whole numbers; it says something else first."""
    if resource.props.get("acl") == "public":
        yield "acl is public"
    if resource.props.get("days", 0) > 90:
        yield "days are too many"
    if resource.props.get("name") == "":
        yield "name is empty"


def brittle_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """The same over a stack."""
    for resource in resources:
        yield from ((resource, message) for message in brittle(resource))


def broken(_: Any) -> Iterator[Any]:
    """A rule that is wrong whatever it looks at."""
    raise RuntimeError("whatever")
    yield


def said(checks: dict[str, Any], resources: list[Res], level: int = proto.MANDATORY) -> list[str]:
    """The messages of a pack of one such rule and one that is sound."""
    pack = Pack({"sec-06-brittle": rule(**checks), "sec-06-names": rule()}, ledger=LEDGER)
    found = [d for d in pack.run(resources) if d.enforcementLevel == level]
    return [clean(diagnostic.message).split("\n", 1)[-1] for diagnostic in found]


CANNOT = "days is text, which this rule cannot read (TypeError), must have the type that the provider documents"
WRONG = [
    Res(BUCKET, "a", {"days": "many", "acl": "public", "name": "", "bucket": "a"}),
    Res(BUCKET, "b", {"days": 91, "bucket": 1}),
    Res(BUCKET, "c", {"days": "92", "bucket": "c"}),
]


@pytest.mark.parametrize(
    "checks", [{"check": brittle}, {"check": None, "check_stack": brittle_stack}], ids=["resource", "stack"]
)
def test_a_rule_goes_on(checks: dict[str, Any]) -> None:
    """It names each property that it cannot read, and judges the other resources; so do the other rules."""
    assert sorted(said(checks, WRONG)) == [
        "a: acl is public",
        f"a: {CANNOT}",
        "b: bucket is 1, must be a name",
        "b: days are too many",
        f"c: {CANNOT}",
    ]


@pytest.mark.parametrize(
    ("checks", "count"),
    [({"check": broken}, 2), ({"check": None, "check_stack": broken}, 1)],
    ids=["resource", "stack"],
)
def test_a_rule_that_always_raises_says_so(checks: dict[str, Any], count: int) -> None:
    """Nothing of the error's own text, which might quote a value; the sound rule still finds the other bucket."""
    found = said(checks, [Res(BUCKET, "a", {"bucket": "a"}), Res(BUCKET, "b", {"bucket": 1})])
    assert sum("cannot judge the stack (RuntimeError)" in message for message in found) == count
    assert "b: bucket is 1, must be a name" in found
    assert "whatever" not in str(found)


def test_the_unknown_passes() -> None:
    """The SDK turns it into an advisory; a value that cannot be read beside it is still named."""
    unknown = [Res(BUCKET, "a", {"days": UNKNOWN, "bucket": "a"})]
    assert said({"check": brittle}, unknown) == []
    (message,) = said({"check": brittle}, unknown, proto.ADVISORY)
    assert "can't be known during preview" in message


def test_nothing_of_a_secret_is_told() -> None:
    """Not even its length: of a value that cannot be read only its type is shown."""
    found = said({"check": brittle}, [Res(BUCKET, "a", {"days": "hunter22", "bucket": "a"})])
    assert found == [f"a: {CANNOT}"]
