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


ISSUERS: list[tuple[str, str, list[str], list[str]]] = [
    (
        "token.actions.acme.ghe.com",
        "StringEquals",
        ["repo:acme/app:ref:refs/heads/main", "repo:acme/app:environment:Production Europe"],
        ["repository_owner:acme", "repo:acme/app", "repo:acme/*", "enterprise:acme", "acme"],
    ),
    ("token.actions.githubusercontent.com/acme", "StringEquals", [MAIN], ["repository_owner:acme", "repo:acme/app:*"]),
    ("github.acme.com/_services/token", "StringEquals", [MAIN], ["repository_owner:acme"]),
    ("ci.acme.com", "StringEquals", [MAIN, "build-7"], ["repository_owner:acme", "project_path:acme/app", ""]),
    (
        "gitlab.com",
        "StringLike",
        ["project_path:acme/app:ref_type:branch:ref:main", "project_path:acme/team/app:ref_type:tag:ref:v1.0"],
        ["project_path:acme/*", "project_path:acme/app:ref_type:branch:ref:*", "project_path:acme/app:*"],
    ),
    (
        "gitlab.acme.com",
        "StringLike",
        ["project_path:acme/app:ref_type:branch:ref:main"],
        ["project_path:acme/*:ref_type:branch:ref:main", "project_path:acme/app:ref_type:*"],
    ),
    (
        "app.terraform.io",
        "StringLike",
        [
            "organization:acme:project:Default Project:workspace:network:run_phase:*",
            "organization:acme:project:p:workspace:network:run_phase:apply",
        ],
        [
            "organization:acme:project:*:workspace:*:run_phase:*",
            "organization:acme:project:p:workspace:*:run_phase:apply",
            "organization:acme:*",
            "organization:*",
        ],
    ),
    (
        "oidc.eks.eu-central-1.amazonaws.com/id/ABC",
        "StringLike",
        ["system:serviceaccount:argocd:server"],
        ["system:serviceaccount:argocd:*", "system:serviceaccount:*:*", "system:*", "argocd"],
    ),
    (
        "oidc.circleci.com/org/1f2e",
        "StringLike",
        ["org/1f2e/project/9a8b/user/*", "org/1f2e/project/9a8b/user/77"],
        ["org/1f2e/project/*/user/*", "org/1f2e/*"],
    ),
    (
        "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
        "StringLike",
        ["{1a2b3c4d-0000-0000-0000-000000000000}:*"],
        ["*", "{1a2b3c4d*", "*:{1a2b3c4d-0000-0000-0000-000000000000}"],
    ),
    ("accounts.google.com", "StringEquals", ["108412345678901234567"], ["*", ""]),
    (
        "agent.buildkite.com",
        "StringLike",
        ["organization:acme:pipeline:app:ref:refs/heads/main:commit:*:step:*"],
        ["organization:acme:pipeline:*", "organization:acme:pipeline:app:*"],
    ),
    ("oidc.vercel.com/acme", "StringEquals", ["owner:acme:project:web:environment:production"], ["owner:acme"]),
]


@pytest.mark.parametrize(
    ("issuer", "operator", "value", "count"),
    [
        (issuer, operator, value, count)
        for issuer, operator, narrow, wide in ISSUERS
        for values, count in ((narrow, 0), (wide, 1))
        for value in values
    ],
)
def test_each_issuer_names_one_workload_in_its_own_way(issuer: str, operator: str, value: str, count: int) -> None:
    """Enterprise hosts, GitLab, Terraform, clusters and other pipelines; what a run makes new may be a wildcard."""
    condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}}
    condition[operator] = {**condition.get(operator, {}), f"{issuer}:sub": value}
    assert len(messages(RULE, [federated(condition, f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}")])) == count


@pytest.mark.parametrize("issuer", [row[0] for row in ISSUERS])
def test_each_issuer_needs_an_audience(issuer: str) -> None:
    """A token that was made for another service is none for this role."""
    condition = {"StringLike": {f"{issuer}:sub": next(row[2][0] for row in ISSUERS if row[0] == issuer)}}
    (message,) = messages(RULE, [federated(condition, f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}")])
    assert ":aud is absent" in message


def test_equality_knows_no_wildcard() -> None:
    """Where a wildcard may stand, StringEquals compares it as a star: nobody would be let in, and somebody mends it."""
    issuer = "app.terraform.io"
    value = "organization:acme:project:p:workspace:w:run_phase:*"
    condition = {"StringEquals": {f"{issuer}:aud": "aws.workload.identity", f"{issuer}:sub": value}}
    assert len(messages(RULE, [federated(condition, f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}")])) == 1


@pytest.mark.parametrize(
    ("amr", "count"),
    [("authenticated", 0), ("unauthenticated", 1), (None, 1), (["authenticated", "unauthenticated"], 1)],
)
def test_cognito_trusts_who_signed_in(amr: Any, count: int) -> None:
    """Cognito's tokens are each of one person: a role names the pool, and that the person signed in."""
    issuer = "cognito-identity.amazonaws.com"
    condition: dict[str, Any] = {"StringEquals": {f"{issuer}:aud": "eu-central-1:12345678-dead-beef-cafe-123456790ab"}}
    if amr:
        condition["ForAnyValue:StringLike"] = {f"{issuer}:amr": amr}
    assert len(messages(RULE, [federated(condition, issuer)])) == count


@pytest.mark.parametrize(("issuer", "audience", "subject"), [("www.amazon.com", "app_id", "user_id")])
def test_claims_by_other_names(issuer: str, audience: str, subject: str) -> None:
    """Login with Amazon calls its claims otherwise."""
    condition = {"StringEquals": {f"{issuer}:{audience}": "amzn1.app", f"{issuer}:{subject}": "amzn1.account.A"}}
    assert messages(RULE, [federated(condition, issuer)]) == []
