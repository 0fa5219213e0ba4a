"""SEC-07: tokens of an identity provider are trusted for one audience and for subjects written out in full."""

from typing import Any

import pytest

from policy.rules.sec_07.oidc_trust import GITHUB, RULE
from tests.policy.support.iam_blocks import ACCOUNT, ROLE, doc, judge, messages, role, trust
from tests.support.resources import UNKNOWN, Case, Res

PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
AUDIENCE = {f"{GITHUB}:aud": "sts.amazonaws.com"}
MAIN = "repo:nationgraph/platform:ref:refs/heads/main"


def federated(condition: dict[str, Any] | None, provider: Any = PROVIDER) -> Res:
    """A role that trusts tokens under a condition."""
    return role(assumeRolePolicy=trust({"Federated": provider}, condition, "sts:AssumeRoleWithWebIdentity"))


def subject(value: Any, operator: str = "StringEquals", key: str = f"{GITHUB}:sub") -> Res:
    """A role whose audience is pinned and whose subject is as given."""
    if operator == "StringEquals":
        return federated({operator: {**AUDIENCE, key: value}})
    return federated({"StringEquals": AUDIENCE, operator: {key: value}})


CASES = [
    Case("pass", "one branch", [subject(MAIN)]),
    Case("pass", "one environment", [subject("repo:nationgraph/platform:environment:production")]),
    Case("pass", "no federation", [role()]),
    Case(
        "fail",
        "every branch",
        [subject("repo:nationgraph/platform:*", "StringLike")],
        [
            f"app: assumeRolePolicy, statement 1: {GITHUB}:sub is stringlike",
            "written out in full such as repo:ORG/NAME",
        ],
    ),
    Case("fail", "every repository", [subject("repo:nationgraph/*", "StringLike")], [f"{GITHUB}:sub is"]),
    Case(
        "fail",
        "any audience",
        [federated({"StringEquals": {f"{GITHUB}:sub": MAIN}, "StringLike": {f"{GITHUB}:aud": "*"}})],
        [f"{GITHUB}:aud is stringlike ['*']"],
    ),
    Case("absent", "no condition", [federated(None)], [f"{GITHUB}:aud is absent", f"{GITHUB}:sub is absent"]),
    Case("absent", "no subject", [federated({"StringEquals": AUDIENCE})], [f"{GITHUB}:sub is absent"]),
    Case("absent", "no audience", [federated({"StringEquals": {f"{GITHUB}:sub": MAIN}})], [f"{GITHUB}:aud is absent"]),
    Case("absent", "no document", [Res(ROLE, "app", {"name": "app"})], ["assumeRolePolicy is no policy document"]),
    Case("unknown", "provider not made yet", [role(assumeRolePolicy=UNKNOWN)]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.title}")
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize(
    "value",
    [
        "repo:nationgraph/platform:pull_request",
        "repo:nationgraph/platform:environment:Prod EU",
        "repo:nationgraph/platform:environment:prod/eu",
        "repo:nationgraph/platform:environment:Prod EU:job_workflow_ref:nationgraph/ci/deploy.yml@refs/heads/main",
        "repo:nationgraph/platform:environment:prod%3Aeu",
        "repo:nationgraph/platform:environment:Produktion-\u00d6",
        "repo:nationgraph/platform:ref:refs/tags/v1.0.0",
        "repo:nationgraph@1234/platform@5678:environment:production",
        "repo:nationgraph/platform:environment:production:job_workflow_ref:nationgraph/ci/deploy.yml@refs/heads/main",
        [MAIN, "repo:nationgraph/platform:environment:production"],
    ],
)
def test_subjects_that_are_written_out(value: Any) -> None:
    """Every form in which GitHub names a repository and a ref, an environment or the event, alone or in a list."""
    assert messages(RULE, [subject(value)]) == []


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "repo:*",
        "repo:nationgraph/*:ref:refs/heads/main",
        "repo:nationgraph*/platform:ref:refs/heads/main",
        "repo:nationgraph/platform",
        "repo:nationgraph/platform:*",
        "repo:nationgraph/platform:ref:*",
        "repo:nationgraph/platform:ref:refs/heads/release/*",
        "repo:nationgraph/platform:ref:refs/heads/mai?",
        "repo:nationgraph/platform:environment:*",
        "repo:nationgraph/platform:environment:",
        "repo:nationgraph/platform:environment: ",
        "repo:nationgraph/platform:environment:Prod *",
        "repo:nationgraph/platform:environment:${aws:username}",
        "repository_owner:nationgraph:environment:production",
        [MAIN, "repo:nationgraph/*"],
        [],
    ],
)
@pytest.mark.parametrize("operator", ["StringLike", "StringEquals"])
def test_subjects_that_are_not_written_out(value: Any, operator: str) -> None:
    """A wildcard anywhere, less than repository and ref, or one such value in a list; StringEquals excuses none."""
    (message,) = messages(RULE, [subject(value, operator)])
    assert f"{GITHUB}:sub is" in message


@pytest.mark.parametrize(
    "operator",
    [
        "StringEqualsIfExists",
        "StringLikeIfExists",
        "ForAllValues:StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "Null",
    ],
)
def test_operators_that_do_not_pin(operator: str) -> None:
    """A token without the claim passes these, or another claim does."""
    (message,) = messages(RULE, [subject(MAIN, operator)])
    assert f"{GITHUB}:sub is {operator.lower()}" in message


@pytest.mark.parametrize("operator", ["StringLike", "ForAnyValue:StringEquals", "stringequals"])
def test_operators_that_pin(operator: str) -> None:
    """Without wildcards StringLike is StringEquals, and IAM ignores the case of operators and keys."""
    assert messages(RULE, [subject(MAIN, operator, f"{GITHUB}:SUB".upper())]) == []


def test_conditions_hold_together() -> None:
    """A wide condition beside a narrow one is no finding: both must hold."""
    condition = {
        "StringEquals": {**AUDIENCE, f"{GITHUB}:sub": MAIN},
        "StringLike": {f"{GITHUB}:sub": "repo:nationgraph/*"},
    }
    assert messages(RULE, [federated(condition)]) == []


def test_keys_of_another_issuer_do_not_count() -> None:
    """A condition on another provider's claims says nothing of these tokens."""
    other = {"gitlab.com:aud": "sts.amazonaws.com", "gitlab.com:sub": MAIN}
    assert len(messages(RULE, [federated({"StringEquals": other})])) == 2


def test_each_provider_needs_its_own_conditions() -> None:
    """Two issuers in one statement: the second is named."""
    gitlab = f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"
    found = messages(RULE, [federated({"StringEquals": {**AUDIENCE, f"{GITHUB}:sub": MAIN}}, [PROVIDER, gitlab])])
    assert [message.rsplit(" is absent", 1)[0].rsplit(" ", 1)[1] for message in found] == [
        "gitlab.com:aud",
        "gitlab.com:sub",
    ]


@pytest.mark.parametrize(
    ("value", "count"), [("system:serviceaccount:argocd:server", 0), ("system:serviceaccount:*:server", 1)]
)
def test_other_issuers_need_a_subject_too(value: str, count: int) -> None:
    """EKS: one service account, whatever its form."""
    issuer = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E"
    condition = {"StringLike": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": value}}
    assert len(messages(RULE, [federated(condition, f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}")])) == count


@pytest.mark.parametrize(
    ("condition", "count"), [({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, 0), ({}, 1)]
)
def test_saml_needs_an_audience(condition: dict[str, Any], count: int) -> None:
    """SAML has no subject of its own in the trust policy; its audience is what AWS documents."""
    assert len(messages(RULE, [federated(condition, f"arn:aws:iam::{ACCOUNT}:saml-provider/sso")])) == count


def test_second_statement_is_judged() -> None:
    """A good statement does not hide a bad one, and a Deny is none."""
    good = {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithWebIdentity"}
    good["Condition"] = {"StringEquals": {**AUDIENCE, f"{GITHUB}:sub": MAIN}}
    bad = {**good, "Condition": {"StringEquals": AUDIENCE}}
    (message,) = messages(RULE, [role(assumeRolePolicy=doc(good, {**bad, "Effect": "Deny"}, bad))])
    assert "statement 3" in message
