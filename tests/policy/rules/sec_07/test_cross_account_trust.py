"""SEC-07: a role trusts another account only under a condition."""

import json
from typing import Any

import pytest
from pulumi_policy import PolicyProviderResource

from policy.rules.sec_07.cross_account_trust import RULE
from tests.policy.support.iam_blocks import ACCOUNT, OTHER, ROLE, SERVICE_TRUST, doc, judge, messages, role, trust
from tests.support.resources import UNKNOWN, Case, Res, as_resource_args

ROOT = f"arn:aws:iam::{OTHER}:root"
EXTERNAL = {"StringEquals": {"sts:ExternalId": "7f9c2ba4e88f827d"}}
ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def trusting(principal: Any, condition: dict[str, Any] | None = None) -> Res:
    """A role with this trust."""
    return role(assumeRolePolicy=trust(principal, condition))


CASES = [
    Case("pass", "a service", [role()]),
    Case("pass", "an external ID", [trusting({"AWS": ROOT}, EXTERNAL)]),
    Case("pass", "everybody in the organisation", [trusting("*", ORGANISATION)]),
    Case("pass", "people with MFA", [trusting({"AWS": ROOT}, MFA)]),
    Case(
        "fail",
        "another account",
        [trusting({"AWS": ROOT})],
        [f"app: assumeRolePolicy, statement 1: Principal '{ROOT}' has no condition"],
    ),
    Case("fail", "everybody", [trusting({"AWS": "*"})], ["Principal '*' is every account of AWS"]),
    Case(
        "fail", "everybody with an external ID", [trusting({"AWS": "*"}, EXTERNAL)], ["Principal '*' is every account"]
    ),
    Case("absent", "a document", [Res(ROLE, "app", {"name": "app"})], ["app: assumeRolePolicy is no policy document"]),
    Case("absent", "a statement", [role(assumeRolePolicy="{}")], ["assumeRolePolicy is no policy document"]),
    Case(
        "absent",
        "a principal",
        [role(assumeRolePolicy=doc({"Effect": "Allow", "Action": "sts:AssumeRole"}))],
        ["Principal is absent"],
    ),
    Case("unknown", "the document", [role(assumeRolePolicy=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize(
    "principal",
    [ROOT, OTHER, f"arn:aws:iam::{OTHER}:role/deploy", f"arn:aws-us-gov:iam::{OTHER}:root", "AROAEXAMPLEID", [OTHER]],
)
def test_every_spelling_of_another_account(principal: Any) -> None:
    """Root, bare number, a role, another partition, and ids of which no account can be told."""
    (message,) = messages(RULE, [trusting({"AWS": principal})])
    assert "has no condition, must have sts:ExternalId" in message


@pytest.mark.parametrize("principal", ["*", ["*"], {"AWS": ["*"]}, {"AWS": "arn:aws:iam::*:root"}, {"Federated": "*"}])
def test_every_spelling_of_everybody(principal: Any) -> None:
    """A star is everybody, and MFA with anybody's account proves nothing."""
    (message,) = messages(RULE, [trusting(principal, MFA)])
    assert "is every account of AWS" in message


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"sts:ExternalId": "*"}},
        {"StringNotEquals": {"sts:ExternalId": "x"}},
        {"StringEqualsIfExists": {"sts:ExternalId": "x"}},
        {"ForAllValues:StringEquals": {"sts:ExternalId": "x"}},
        {"StringEquals": {"sts:ExternalId": ["x", "${sts:ExternalId}"]}},
        {"StringEquals": {"sts:ExternalId": []}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}},
        {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "1"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/x"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringEquals": "sts:ExternalId"},
        {},
    ],
)
def test_conditions_that_do_not_suffice(condition: dict[str, Any]) -> None:
    """Wildcards, negations, conditions that hold without the key, and conditions on something else."""
    assert len(messages(RULE, [trusting({"AWS": ROOT}, condition)])) == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"STS:externalid": "x"}},
        {"Bool": {"aws:MultiFactorAuthPresent": True}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "900"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/*"]}},
    ],
)
def test_conditions_that_suffice(condition: dict[str, Any]) -> None:
    """Keys in any case, JSON's true, the age of MFA, a branch of the organisation."""
    assert messages(RULE, [trusting({"AWS": ROOT}, condition)]) == []


def test_each_principal_and_statement_counts() -> None:
    """A service beside an account, and a good statement beside a bad one, excuse nothing."""
    good = json.loads(SERVICE_TRUST)["Statement"][0]
    bad = {**good, "Principal": {"Service": "ec2.amazonaws.com", "AWS": [ROOT, OTHER]}}
    found = messages(RULE, [role(assumeRolePolicy=doc(good, bad))])
    assert [message.split(":")[1] for message in found] == [" assumeRolePolicy, statement 2"] * 2


def test_not_principal_trusts_all_others() -> None:
    """NotPrincipal in an Allow is everybody but a list."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": ROOT}}
    (message,) = messages(RULE, [role(assumeRolePolicy=doc(statement))])
    assert "NotPrincipal trusts all others" in message


def test_deny_trusts_nobody() -> None:
    """A Deny may name whom it likes."""
    statement = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}
    assert messages(RULE, [role(assumeRolePolicy=doc(statement))]) == []


@pytest.mark.parametrize("allowed", [[ACCOUNT], json.dumps([ACCOUNT])], ids=["list", "as the engine sends it"])
def test_own_account_is_the_one_of_the_provider(allowed: Any) -> None:
    """Where the provider is confined to an account, that one needs no condition and any other still does."""
    provider = PolicyProviderResource("pulumi:providers:aws", {"allowedAccountIds": allowed}, "urn", "aws")
    found = []
    for account in (ACCOUNT, OTHER):
        args = as_resource_args(trusting({"AWS": f"arn:aws:iam::{account}:role/ci"}))
        args.provider = provider
        assert RULE.check is not None
        found.append(list(RULE.check(args)))
    assert [len(messages_) for messages_ in found] == [0, 1]


def test_a_provider_that_names_no_account_owns_none() -> None:
    """Without ``allowedAccountIds`` a document does not show whose account it names."""
    args = as_resource_args(trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    args.provider = PolicyProviderResource("pulumi:providers:aws", {"region": "eu-central-1"}, "urn", "aws")
    assert RULE.check is not None
    assert len(list(RULE.check(args))) == 1
