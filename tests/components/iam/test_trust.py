"""SEC-07: who may assume which role."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from components.iam import Directory, GithubRolesArgs
from components.iam.github import claims
from components.iam.trust import github_trust, people_trust
from components.shared.account import Account
from tests.components.iam.support.access import ACCOUNT, ROLE, applies, as_list
from tests.components.support.platform import platform
from tests.conftest import Deployment

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
GOOD_TOKEN = {
    "aud": "sts.amazonaws.com",
    "sub": "repo:nationgraph/platform:environment:production",
    "repository": "nationgraph/platform",
    "environment": "production",
    "ref": "refs/heads/main",
}
PERSON = {
    "aws:PrincipalTag/group": "engineering",
    "aws:PrincipalOrgID": "o-a1b2c3d4e5",
    "aws:RequestedRegion": "eu-central-1",
    "aws:MultiFactorAuthPresent": "true",
    "aws:MultiFactorAuthAge": "60",
}


def trust(deployed: Deployment, role: str) -> dict[str, Any]:
    """The only statement of a role's trust policy."""
    (found,) = [r for r in deployed.all(ROLE) if r.inputs["name"] == f"nationgraph-{role}"]
    (statement,) = json.loads(found.inputs["assumeRolePolicy"])["Statement"]
    return {**statement, "Resource": "*"}


def admits(statement: dict[str, Any], action: str, context: dict[str, str]) -> bool:
    """Whether the trust policy admits the request."""
    return applies(statement, action, "role", context)


def token(**changes: str | None) -> dict[str, str]:
    """A token of the deploying job with some claims changed or left out."""
    return {f"{ISSUER}:{k}": v for k, v in {**GOOD_TOKEN, **changes}.items() if v is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://github.com/nationgraph"},
        {"aud": None},
        {"sub": "repo:nationgraph/platform:ref:refs/heads/main"},
        {"sub": "repo:nationgraph/platform:environment:staging"},
        {"sub": "repo:nationgraph/platform:pull_request"},
        {"sub": "repo:nationgraph/platform-evil:environment:production"},
        {"sub": "repo:evil/platform:environment:production"},
        {"sub": None},
        {"ref": "refs/heads/feature/x"},
        {"ref": "refs/tags/main"},
        {"ref": None},
        {"repository": "evil/platform"},
        {"environment": "dev"},
    ],
)
def test_deploy_admits_only_its_environment_on_main(deployed: Deployment, changes: dict[str, str | None]) -> None:
    """The deploying job is admitted; any other audience, repository, environment, event or ref is not."""
    statement = trust(deployed, "deploy")
    assert admits(statement, "sts:AssumeRoleWithWebIdentity", token())
    assert not admits(statement, "sts:AssumeRoleWithWebIdentity", token(**changes))


def test_preview_admits_pull_requests_and_main(deployed: Deployment) -> None:
    """Both are admitted to preview, a deploying job or another branch is not; deploy admits neither token."""
    pull = token(sub="repo:nationgraph/platform:pull_request", environment=None, ref="refs/pull/7/merge")
    main = token(sub="repo:nationgraph/platform:ref:refs/heads/main", environment=None)
    for admitted in (pull, main):
        assert admits(trust(deployed, "preview"), "sts:AssumeRoleWithWebIdentity", admitted)
        assert not admits(trust(deployed, "deploy"), "sts:AssumeRoleWithWebIdentity", admitted)
    other = token(sub="repo:nationgraph/platform:ref:refs/heads/x", environment=None, ref="refs/heads/x")
    assert not admits(trust(deployed, "preview"), "sts:AssumeRoleWithWebIdentity", other)
    assert not admits(trust(deployed, "preview"), "sts:AssumeRoleWithWebIdentity", token())
    assert not admits(trust(deployed, "deploy"), "sts:AssumeRoleWithWebIdentity", pull)


def test_audit_admits_main_alone(deployed: Deployment) -> None:
    """A scheduled run on main is admitted; a pull request, another branch and the deploying job are not."""
    ref = {"sub": "repo:nationgraph/platform:ref:refs/heads/main", "environment": None}
    other = {**ref, "sub": "repo:nationgraph/platform:ref:refs/heads/x", "ref": "refs/heads/x"}
    pull = {**ref, "sub": "repo:nationgraph/platform:pull_request", "ref": "refs/pull/7/merge"}
    statement = trust(deployed, "audit")
    assert admits(statement, "sts:AssumeRoleWithWebIdentity", token(**ref))
    for claims_ in (other, pull, {}):
        assert not admits(statement, "sts:AssumeRoleWithWebIdentity", token(**claims_))
    assert not admits(trust(deployed, "deploy"), "sts:AssumeRoleWithWebIdentity", token(**ref))


def test_verdicts_admit_the_charts_repository_alone(deployed: Deployment) -> None:
    """A job of its environment on main is admitted; a pull request there, and every job of the platform, is not."""
    charts = "nationgraph/nationgraph-services"
    own = {"sub": f"repo:{charts}:environment:production", "repository": charts}
    statement = trust(deployed, "verdicts")
    assert admits(statement, "sts:AssumeRoleWithWebIdentity", token(**own))
    pull = {**own, "sub": f"repo:{charts}:pull_request", "ref": "refs/pull/7/merge"}
    for claims_ in ({}, pull, {**own, "ref": "refs/heads/x"}, {**own, "environment": "dev"}):
        assert not admits(statement, "sts:AssumeRoleWithWebIdentity", token(**claims_))
    for role in ("deploy", "preview", "audit"):
        assert not admits(trust(deployed, role), "sts:AssumeRoleWithWebIdentity", token(**own))


@pytest.mark.parametrize("role", ["deploy", "preview", "audit", "verdicts"])
def test_github_trust_is_exact(deployed: Deployment, role: str) -> None:
    """Only StringEquals without wildcards, one value for each claim, for preview two subjects; only this provider."""
    statement = trust(deployed, role)
    assert list(statement["Condition"]) == ["StringEquals"]
    equals = statement["Condition"]["StringEquals"]
    several = [claim for claim, values in equals.items() if len(as_list(values)) > 1]
    assert several == ([f"{ISSUER}:sub"] if role == "preview" else [])
    for value in (value for values in equals.values() for value in as_list(values)):
        assert not set("*?$") & set(value)
    assert statement["Principal"] == {"Federated": PROVIDER}
    assert deployed.named("github-oidc").urn in deployed.named(f"github-{role}-role").dependencies


@pytest.mark.parametrize("missing", [*PERSON, None])
@pytest.mark.parametrize("group", ["engineering", "on-call", "data", "break-glass"])
def test_people_need_group_organisation_region_and_mfa(deployed: Deployment, group: str, missing: str | None) -> None:
    """Leaving any one of them out shuts the door."""
    context = {key: value for key, value in {**PERSON, "aws:PrincipalTag/group": group}.items() if key != missing}
    statement = trust(deployed, group)
    assert admits(statement, "sts:AssumeRole", context) is (missing is None)
    assert statement["Principal"] == {"AWS": "arn:aws:iam::999999999999:root"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalTag/group", "data"),
        ("aws:PrincipalOrgID", "o-0000000000"),
        ("aws:MultiFactorAuthPresent", "false"),
        ("aws:MultiFactorAuthAge", "901"),
        ("aws:RequestedRegion", "us-east-1"),
    ],
)
def test_break_glass_is_strict(deployed: Deployment, key: str, value: str) -> None:
    """Another group or organisation, no MFA or an old one, or an STS endpoint that the alarm does not hear: refused."""
    good = {**PERSON, "aws:PrincipalTag/group": "break-glass"}
    assert admits(trust(deployed, "break-glass"), "sts:AssumeRole", {**good, "aws:MultiFactorAuthAge": "900"})
    assert not admits(trust(deployed, "break-glass"), "sts:AssumeRole", {**good, key: value})


def test_trust_across_accounts_needs_the_organisation() -> None:
    """A directory in another account without an organisation is refused; in the same account it needs none."""
    with pytest.raises(ValueError, match="another account than 123456789012; give the organisation"):
        Directory(account_id="999999999999").check(ACCOUNT)
    own = Directory(account_id=ACCOUNT.id)
    own.check(ACCOUNT)
    (statement,) = people_trust(ACCOUNT, own, "engineering", 3600)["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert "aws:PrincipalOrgID" not in statement["Condition"]["StringEquals"]


@pytest.mark.parametrize(
    "bad", ["12345678901", "1234567890123", "12345678901a", "*", "", "\N{FULLWIDTH DIGIT ONE}" * 12]
)
def test_account_ids_are_twelve_digits(bad: str) -> None:
    """Anything else would become part of a trust policy."""
    with pytest.raises(ValueError, match="give its 12 digits"):
        Account(id=bad, region="eu-central-1")
    with pytest.raises(ValueError, match="give its 12 digits"):
        Directory(account_id=bad)


@pytest.mark.parametrize("bad", ["eu-central", "EU-CENTRAL-1", "*", "eu-*-1", ""])
def test_regions_are_regions(bad: str) -> None:
    """A wildcard would widen every ARN."""
    with pytest.raises(ValueError, match="no AWS region"):
        Account(id="123456789012", region=bad)


@pytest.mark.parametrize("bad", ["o-*", "o-SHORT", "r-a1b2c3d4e5", ""])
def test_organisations_are_organisations(bad: str) -> None:
    """A pattern would admit accounts of others."""
    with pytest.raises(ValueError, match="no organisation id"):
        Directory(account_id="999999999999", organization_id=bad)


@pytest.mark.parametrize(
    "bad",
    [
        "", "platform", "/platform", "nationgraph/", "nationgraph/*", "*/platform", "nation*/platform", "a/b/c",
        "a/b:c", "nationgraph/platform:ref:main", "-a/b", "a-/b", "a--b/c", "a/..", "a/.", "a/b\n", " a/b", "a/${b}",
        "a@1/b", "a/b@2", "a@0/b@1", "a@1/b@x", "a@1/..@2", "ä/b", "a/b?",
    ],
)  # fmt: skip
def test_repositories_that_are_not_one_repository(bad: str) -> None:
    """Wildcards, missing parts, more parts, variables and half an immutable subject are refused."""
    with pytest.raises(ValueError, match="names no single repository"):
        claims(bad)


@given(st.text(max_size=30), st.sampled_from("*?${}: \n\\\"'%"), st.text(max_size=30))
def test_no_repository_with_a_special_character(before: str, special: str, after: str) -> None:
    """No string that holds a wildcard, a variable, a separator of claims or a quote is a repository."""
    with pytest.raises(ValueError, match="names no single repository"):
        claims(before + special + after)


@given(st.text())
def test_what_is_accepted_is_plain(text: str) -> None:
    """Whatever is accepted is ``owner/name`` in GitHub's alphabet, so that its subject matches one repository."""
    try:
        found = claims(text)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Za-z0-9-]+(@\d+)?/[\w.-]+(@\d+)?", text, re.ASCII)
    assert found["repository"].count("/") == 1


@given(st.from_regex(r"[a-z0-9]{1,20}/[A-Za-z0-9_-]{1,30}", fullmatch=True), st.integers(1, 10**9))
def test_both_forms_of_subject(repository: str, number: int) -> None:
    """A plain repository is claimed by name, an immutable one by name and id."""
    assert claims(repository) == {"repository": repository}
    owner, name = repository.split("/")
    immutable = f"{owner}@{number}/{name}@{number + 1}"
    assert claims(immutable) == {"repository": repository, "repository_id": str(number + 1)}


@given(st.text(max_size=20))
def test_environments_are_plain(text: str) -> None:
    """An environment that GitHub would escape in the subject, or that holds a wildcard, is refused."""
    assume(not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", text))
    with pytest.raises(ValueError, match="no plain environment name"):
        GithubRolesArgs(
            platform=platform(),
            policies=None,  # type: ignore[arg-type]
            github_repository="nationgraph/platform",
            github_environment=text,
            charts_repository="nationgraph/nationgraph-services",
            state_bucket_arn="arn:aws:s3:::b",
            state_key_arn="arn:aws:kms:eu-central-1:123456789012:key/k",
        )


def test_audience_is_always_asked() -> None:
    """The helper adds the audience, so that no caller forgets it."""
    (statement,) = github_trust(ACCOUNT, {"sub": "repo:a/b:pull_request"})["Statement"]
    assert statement["Condition"]["StringEquals"][f"{ISSUER}:aud"] == "sts.amazonaws.com"
