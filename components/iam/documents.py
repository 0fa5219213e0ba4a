"""Policy documents as plain dicts: the account they speak of, statements, and the trust of each kind of principal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

PATH = "/nationgraph/identity/"
"""IAM path of the roles and policies that no platform role may change; workloads use ``WORKLOAD_PATH``."""
WORKLOAD_PATH = "/nationgraph/workload/"
"""IAM path of the roles that services of the platform assume."""
FUNCTION_PREFIX = "nationgraph-"
FUNCTION_NAMES = f"{FUNCTION_PREFIX}*"
"""The Lambda functions that the platform deploys; a function by any other name is none of its own."""
FUNCTION_ROLE_PREFIX = "function-"
FUNCTION_ROLES = f"{WORKLOAD_PATH}{FUNCTION_ROLE_PREFIX}*"
"""Their roles, the only ones that may be handed to Lambda: whoever deploys a function acts as its role. What follows
the prefixes is the function's own name: ``components.functions.names``."""
GITHUB_ISSUER = "token.actions.githubusercontent.com"

Document = dict[str, Any]
Strings = pulumi.Input[str] | Sequence[pulumi.Input[str]]
Condition = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Account:
    """One AWS account and region. Names are fixed, so that ARNs are known before the resources exist.

    Raises ValueError for an ``id`` that is not 12 digits or a ``region`` that is not an AWS region name.
    """

    id: str
    region: str

    def __post_init__(self) -> None:
        require_account_id("account id", self.id)
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region):
            raise ValueError(f"region: {self.region!r} is no AWS region; give one such as 'eu-central-1'")

    def arn(self, service: str, resource: str) -> str:
        """A resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.id}:{resource}"

    def iam(self, resource: str) -> str:
        """An IAM resource of this account; IAM is global."""
        return f"arn:aws:iam::{self.id}:{resource}"

    def identity_role(self, name: str) -> str:
        """The ARN of a role of people, CI or emergencies: ``deploy``, ``preview``, ``engineer``, ..."""
        return self.iam(f"role{PATH}nationgraph-{name}")

    @property
    def boundary(self) -> str:
        """The ARN of the permissions boundary."""
        return self.iam(f"policy{PATH}nationgraph-boundary")

    @property
    def administrators(self) -> list[str]:
        """ARN patterns of those who administer the account and are not under the boundary.

        AWS alone makes these two names: Organizations in an account that it creates, and IAM Identity Center under its
        reserved path. No role of the platform can: the boundary lets it create roles below ``/nationgraph/`` only.
        """
        return [
            self.iam("role/OrganizationAccountAccessRole"),
            self.iam("role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*"),
        ]

    @property
    def state_bucket(self) -> str:
        """The name of the state bucket; the account id makes it unique in AWS."""
        return f"nationgraph-state-{self.id}-{self.region}"


STATE_ALIAS = "alias/nationgraph-state"
"""Alias of the key that encrypts the state."""


def require_account_id(what: str, value: str) -> None:
    """Raise ValueError unless ``value`` is an AWS account id."""
    if not re.fullmatch(r"\d{12}", value, re.ASCII):
        raise ValueError(f"{what}: {value!r} is no AWS account id; give its 12 digits as a string")


def _statement(effect: str, sid: str, actions: Strings, resources: Strings, condition: Condition | None) -> Document:
    statement: Document = {"Sid": sid, "Effect": effect, "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def allow(sid: str, actions: Strings, resources: Strings, condition: Condition | None = None) -> Document:
    """A statement that allows."""
    return _statement("Allow", sid, actions, resources, condition)


def deny(sid: str, actions: Strings, resources: Strings, condition: Condition | None = None) -> Document:
    """A statement that denies, which wins over every allow."""
    return _statement("Deny", sid, actions, resources, condition)


def document(*statements: Mapping[str, Any]) -> Document:
    """A policy document of the current version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def any_principal(statement: Mapping[str, Any]) -> Document:
    """The statement of a resource policy for every principal; only for denials."""
    return {**statement, "Principal": "*"}


def account_principal(account: Account, statement: Mapping[str, Any]) -> Document:
    """The statement of a resource policy for principals of the account, as far as their own policies allow.

    A role that is named directly must exist first and is replaced by a dead id when it is recreated.
    """
    return {**statement, "Principal": {"AWS": account.iam("root")}}


def github_trust(account: Account, claims: Mapping[str, str]) -> Document:
    """Trust in GitHub's tokens whose audience is STS and whose claims equal ``claims``, ``sub`` among them.

    The provider is named by its fixed ARN, so that a preview can judge the trust before the provider exists.

    STS has condition keys for the claims sub, aud, repository, repository_id, ref and environment:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    exact = {f"{GITHUB_ISSUER}:{claim}": value for claim, value in {"aud": "sts.amazonaws.com", **claims}.items()}
    return document(
        {
            "Sid": "GithubToken",
            "Effect": "Allow",
            "Principal": {"Federated": account.iam(f"oidc-provider/{GITHUB_ISSUER}")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": exact},
        }
    )


def people_trust(account: Account, directory: "Directory", group: str, mfa_age_seconds: int) -> Document:
    """Trust in people of the directory account who carry the tag ``group`` and used MFA at most so long ago.

    ``Bool`` without ``IfExists`` refuses a session that says nothing of MFA. The region is pinned because the alarm on
    break-glass listens to STS in this region only.
    """
    equals = {"aws:PrincipalTag/group": group, "aws:RequestedRegion": account.region}
    if directory.organization_id:
        equals["aws:PrincipalOrgID"] = directory.organization_id
    return document(
        {
            "Sid": "PeopleWithMfa",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{directory.account_id}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": equals,
                "Bool": {"aws:MultiFactorAuthPresent": "true"},
                "NumericLessThanEquals": {"aws:MultiFactorAuthAge": str(mfa_age_seconds)},
            },
        }
    )


@dataclass(frozen=True, kw_only=True)
class Directory:
    """The account in which people sign in, with MFA, as principals tagged ``group``.

    ``organization_id`` (``o-...``) must be given where it is another account than the platform's: see ``check``.
    """

    account_id: str
    organization_id: str | None = None

    def __post_init__(self) -> None:
        require_account_id("directory account id", self.account_id)
        if self.organization_id is not None and not re.fullmatch(r"o-[a-z0-9]{10,32}", self.organization_id):
            raise ValueError(
                f"organization_id: {self.organization_id!r} is no organisation id; give one such as 'o-a1b2c3d4e5'"
            )

    def check(self, account: Account) -> None:
        """Raise ValueError where trust would cross accounts without naming the organisation."""
        if self.account_id != account.id and self.organization_id is None:
            raise ValueError(
                f"organization_id: None, but people sign in at {self.account_id}, another account than {account.id}; "
                "give the organisation's id, so that an account that left it is no longer trusted"
            )
