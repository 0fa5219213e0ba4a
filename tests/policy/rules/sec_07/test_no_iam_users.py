"""SEC-07: roles, never users."""

from collections.abc import Callable

import pytest

from policy.facts.taggable import installed_types
from policy.rules.sec_07.no_iam_users import ATTACHMENT, RULE, STANDING
from tests.support.resources import UNKNOWN, Case, Ref, Res

USER = Res("aws:iam/user:User", "deployer", {"name": "deployer"})
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"Service": "ec2.amazonaws.com"}}]}'
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CASES = [
    Case("pass", "a role", [Res("aws:iam/role:Role", "deploy", {"assumeRolePolicy": TRUST})]),
    Case(
        "pass", "a policy attached to roles", [Res(ATTACHMENT, "read", {"policyArn": READ_ONLY, "roles": ["deploy"]})]
    ),
    Case("fail", "a user", [USER], ["deployer: aws:iam/user:User is declared", "must be a role"]),
    Case(
        "fail",
        "an access key",
        [USER, Res("aws:iam/accessKey:AccessKey", "key", {"user": Ref("deployer", "name")})],
        ["deployer: ", "key: aws:iam/accessKey:AccessKey is declared"],
    ),
    Case(
        "fail",
        "a policy attached to users and groups",
        [Res(ATTACHMENT, "all", {"policyArn": READ_ONLY, "users": ["ada"], "groups": ["admins"]})],
        ["all: users is not empty", "all: groups is not empty"],
    ),
    Case("absent", "a user of whom nothing is said", [Res("aws:iam/user:User", "bare")], ["bare: aws:iam/user:User"]),
    Case(
        "unknown",
        "whom the policy is attached to",
        [Res(ATTACHMENT, "read", {"policyArn": READ_ONLY, "users": UNKNOWN, "groups": UNKNOWN})],
    ),
]


@pytest.mark.parametrize("type_", sorted(STANDING))
def test_every_way_to_a_standing_credential(type_: str, violations: Callable[..., list[str]]) -> None:
    """Declaring the resource is the violation; its properties, known or not, do not matter."""
    (message,) = violations(RULE, type_, {"user": UNKNOWN, "name": UNKNOWN})
    assert message.startswith(type_)


def test_no_type_of_the_sdk_is_forgotten() -> None:
    """What the SDK names after users, groups and their keys is refused; a misspelt token would refuse nothing."""
    installed = installed_types()
    words = ("iam/user", "iam/group", "Key", "signing", "Mfa", "Credential")
    about_users = {type_ for type_ in installed if type_.startswith("aws:iam/") and any(w in type_ for w in words)}
    assert about_users <= STANDING
    assert installed >= STANDING
