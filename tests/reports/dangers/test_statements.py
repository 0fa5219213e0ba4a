"""Policies compared by what they allow: what one way of writing has and the other has not."""

import json
from typing import Any

import pytest

from policy.facts.iam import Statement, statements
from reports.dangers import iam_words
from reports.dangers.statements import gained, undenied, without_condition


def rows(*written: dict[str, Any]) -> tuple[Statement, ...]:
    """The statements of a document."""
    return statements(json.dumps({"Statement": list(written)})) or ()


def allow(actions: Any = "s3:GetObject", resources: Any = "arn:aws:s3:::a/*", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(**more: Any) -> dict[str, Any]:
    """One that takes away."""
    return {**allow(**more), "Effect": "Deny"}


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    """A condition."""
    return {"Condition": {operator: {key: list(values)}}}


ORG = "aws:PrincipalOrgID"
EQUAL = [
    ([allow(["s3:GetObject", "s3:PutObject"])], [allow("S3:putobject"), allow(["s3:GETOBJECT"])]),
    ([allow("s3:Get*")], [allow(["s3:GetObject", "s3:Get*"])]),
    ([allow(resources=["*"])], [allow(resources="arn:aws:s3:::a/*")]),
    ([allow("*", "*")], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
    ([{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}],
     [{"Effect": "Allow", "NotAction": ["iam:*", "kms:*"], "Resource": "*"}]),
    ([{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}], [allow("s3:GetObject")]),
    ([allow(**when("StringEquals", ORG, "o-1", "o-2"))], [allow(**when("StringEquals", ORG, "o-2"))]),
    ([allow(**when("StringLike", ORG, "o-*"))], [allow(**when("StringEquals", ORG, "o-2"))]),
    ([allow(**when("StringEqualsIfExists", ORG, "o-1"))], [allow(**when("StringEquals", ORG, "o-1"))]),
    ([allow(**when("ArnLike", "aws:SourceArn", "a"))], [allow(**when("ArnEquals", "AWS:sourcearn", "a"))]),
    ([allow(**when("StringNotEquals", ORG, "o-1"))], [allow(**when("StringNotEquals", ORG, "o-1", "o-2"))]),
    ([allow(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
     [allow(**when("IpAddress", "aws:SourceIp", "10.1.0.0/16"))]),
    ([allow(**when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"))],
     [allow(**when("NumericLessThan", "aws:MultiFactorAuthAge", "900"))]),
    ([allow(**when("StringEquals", ORG, "o-1")), allow(**when("StringEquals", ORG, "o-2"))],
     [allow(**when("StringEquals", ORG, "o-1", "o-2"))]),
    ([allow(Principal="*")], [allow(Principal={"AWS": "arn:aws:iam::111111111111:role/x"})]),
    ([allow(Principal={"AWS": "111111111111"})], [allow(Principal={"AWS": ["arn:aws:iam::111111111111:root"]})]),
    ([allow(Principal={"AWS": "111111111111"})], [allow(Principal={"AWS": "arn:aws:iam::111111111111:role/x"})]),
    ([allow()], [allow(["s3:GetObject", "s3:PutObject"]), deny(actions="s3:PutObject")]),
    ([allow()], []),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), EQUAL)
def test_nothing_is_gained(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Written differently, or narrower."""
    assert gained(rows(*before), rows(*after)) == []


@pytest.mark.parametrize(
    ("before", "after", "phrase", "severity"),
    [
        ([allow()], [allow(["s3:GetObject", "s3:PutObject"])], "s3:PutObject on arn:aws:s3:::a/*", "medium"),
        ([allow()], [allow(resources="*")], "s3:GetObject on all buckets", "high"),
        ([], [allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:*")],
         "secretsmanager:GetSecretValue on all secrets", "high"),
        ([allow()], [allow("s3:*")], "s3:* on arn:aws:s3:::a/*", "high"),
        ([allow()], [allow("s3:*", "*")], "s3:* on all buckets", "critical"),
        ([allow()], [allow("*", "*")], "every action on everything", "critical"),
        ([allow()], [allow("iam:PassRole", "*")], "iam:PassRole on all identities and policies", "critical"),
        ([allow()], [allow("ec2:DescribeInstances", "*")], "ec2:DescribeInstances on all of ec2", "medium"),
        ([allow("*", "*")], [allow("*", "*"), allow()], "", ""),
        ([{"Effect": "Allow", "NotAction": ["iam:*", "kms:*"], "Resource": "*"}],
         [{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}],
         "every action but iam:* on everything", "critical"),
        ([allow()], [{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}],
         "s3:GetObject on everything but arn:aws:s3:::b/*", "high"),
    ],
)  # fmt: skip
def test_what_is_gained(before: list[dict[str, Any]], after: list[dict[str, Any]], phrase: str, severity: str) -> None:
    """In words, and how grave."""
    found = iam_words.summed(gained(rows(*before), rows(*after)))
    assert [text for text, _ in found] == ([phrase] if phrase else [])
    assert [iam_words.gravest(grants).value for _, grants in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("before", "after", "dropped"),
    [
        (when("StringEquals", ORG, "o-1"), {}, "StringEquals aws:PrincipalOrgID o-1"),
        (when("Bool", "aws:MultiFactorAuthPresent", "true"), {}, "Bool aws:MultiFactorAuthPresent true"),
        (when("IpAddress", "aws:SourceIp", "10.1.0.0/16"), when("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
         "IpAddress aws:SourceIp 10.1.0.0/16"),
        (when("NumericLessThan", "aws:MultiFactorAuthAge", "900"),
         when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"), "NumericLessThan aws:MultiFactorAuthAge 900"),
        (when("StringEquals", ORG, "o-1"), when("StringEqualsIfExists", ORG, "o-1"),
         "StringEquals aws:PrincipalOrgID o-1"),
        (when("StringEquals", "custom:Key", "x"), {}, "StringEquals custom:key x"),
    ],
)  # fmt: skip
def test_conditions_that_are_given_up(before: dict[str, Any], after: dict[str, Any], dropped: str) -> None:
    """Gone, or looser."""
    old = rows(allow(**before))
    (grant,) = gained(old, rows(allow(**after)))
    assert iam_words.conditions(without_condition(grant, old) or ()) == dropped


def test_a_new_grant_gives_no_condition_up() -> None:
    """It was not there before under any."""
    (grant,) = gained(rows(allow()), rows(allow("s3:PutObject")))
    assert without_condition(grant, rows(allow())) is None


def test_denials() -> None:
    """One that goes, excepts more, or says less; one that only moves says nothing."""
    closed = deny(**when("StringNotEquals", ORG, "o-1"))
    assert (
        undenied(rows(closed), rows(deny(actions="s3:*", resources="*", **when("StringNotEquals", ORG, "o-1")))) == []
    )
    assert len(undenied(rows(closed), rows(deny(**when("StringNotEquals", ORG, "o-1", "o-2"))))) == 1
    assert len(undenied(rows(closed), ())) == 1
    assert undenied(rows(closed), rows(deny())) == []
