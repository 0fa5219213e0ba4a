"""Who may assume a role: the trust of each kind of principal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from components.shared.account import Account, require_account_id
from components.shared.policy_documents import Document, document

GITHUB_ISSUER = "token.actions.githubusercontent.com"


def github_trust(account: Account, claims: Mapping[str, str | list[str]]) -> Document:
    """Trust in GitHub's tokens whose audience is STS and whose claims, ``sub`` among them, equal ``claims``.

    Of a list, one is enough.

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
            "Principal": {"AWS": f"arn:{account.partition}:iam::{directory.account_id}:root"},
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
