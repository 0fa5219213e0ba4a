"""An administrator can make a stack and keep its identities: no policy that was put before shuts out the next step."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.components.iam.support.access import allowed
from tests.conftest import Deploy, Deployment, Recorded
from tests.layers.support.stacks import STACKS, account_of, deployed_stack

pytestmark = pytest.mark.no_cover  # the lines are measured where they are tested one by one

HERE = account_of("production")
RESERVED = f"role/aws-reserved/sso.amazonaws.com/{HERE.region}"
BY_ORGANISATION = "role/OrganizationAccountAccessRole"
BY_IDENTITY_CENTER = f"{RESERVED}/AWSReservedSSO_AdministratorAccess_0123456789abcdef"
ADMINISTRATORS = (BY_ORGANISATION, BY_IDENTITY_CENTER)
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
POLICIES = {
    "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
    "aws:s3/bucketPolicy:BucketPolicy": "bucket",
}
"""Resource policies that only deny, with the property that says on what they lie."""
CALLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aws:secretsmanager/secretVersion:SecretVersion": (
        "secretId",
        ("secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue"),
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": (
        "secretId",
        ("secretsmanager:RotateSecret", "secretsmanager:DescribeSecret"),
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": (
        "secretArn",
        ("secretsmanager:PutResourcePolicy", "secretsmanager:GetResourcePolicy"),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": ("bucket", ("s3:PutBucketPolicy", "s3:GetBucketPolicy")),
    "aws:s3/bucketVersioning:BucketVersioning": ("bucket", ("s3:PutBucketVersioning", "s3:GetBucketVersioning")),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        "bucket",
        ("s3:PutLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        "bucket",
        ("s3:PutBucketOwnershipControls", "s3:ListBucket"),
    ),
}
"""What the provider calls to create a resource and to read it back, on what its property names."""
BEFORE = "terraform-20261128000000000000000001"


def denials(policy: Recorded) -> dict[str, Any]:
    """The policy for principals that IAM allows everything, on whatever it lies."""
    rows = json.loads(policy.inputs["policy"])["Statement"]
    return {"Statement": [EVERYTHING, *({**row, "Resource": "*"} for row in rows)]}


def refusals(made: Deployment, administrator: str) -> Iterator[str]:
    """Calls of the first run that a policy denies which may have been put by then: one that does not wait for them."""
    policies = [(kind, p) for kind in POLICIES for p in made.all(kind)]
    for type_, (key, actions) in CALLS.items():
        for resource in made.all(type_):
            for kind, policy in policies:
                same = {*resource.property_dependencies[key]} & {*policy.property_dependencies[POLICIES[kind]]}
                if not same or resource.urn in policy.dependencies:
                    continue  # of another secret or bucket, or put before the policy
                context = {"aws:PrincipalArn": administrator, "secretsmanager:VersionId": BEFORE, **TLS}
                yield from (
                    f"{resource.name}: {action}"
                    for action in actions
                    if not allowed(denials(policy), action, "x", context)
                )


@pytest.mark.parametrize("stack", STACKS)
def test_the_first_run_is_not_refused(stack: str, deploy: Deploy) -> None:
    """Each call of any administrator comes before the policy that would deny it, or is not denied."""
    made = deployed_stack(deploy, stack)
    for principal in map(account_of(stack).iam, ADMINISTRATORS):
        assert list(refusals(made, principal)) == []
        for policy in made.all("aws:secretsmanager/secretPolicy:SecretPolicy"):
            denied = denials(policy)
            assert not allowed(denied, "secretsmanager:PutSecretValue", "x", {"aws:PrincipalArn": principal})


def may(made: Deployment, principal: str, action: str) -> bool:
    """Whether a principal that IAM allows everything passes bucket policy and key policy of the state."""
    context = {"aws:PrincipalArn": principal, **TLS}
    if action.startswith("s3:"):
        return allowed(denials(made.named("state-policy")), action, "x", context)
    return allowed(json.loads(made.named("state-key").inputs["policy"]), action, "*", context)


READ = ("s3:ListBucket", "s3:GetObject", "kms:Decrypt")
WRITE = ("s3:PutObject", "s3:DeleteObject", "kms:GenerateDataKey", "kms:Encrypt")
REPAIR = ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "kms:PutKeyPolicy")
FORGET = ("s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:DeleteBucket")


@pytest.mark.parametrize("administrator", ADMINISTRATORS)
def test_an_administrator_imports_the_state_and_changes_identities(administrator: str, deploy: Deploy) -> None:
    """Who changes identities, by IAM's full rights, also holds the state; old versions are out of reach."""
    made, principal = deployed_stack(deploy, "production"), HERE.iam(administrator)
    assert [action for action in (*READ, *WRITE, *REPAIR) if not may(made, principal, action)] == []
    assert [action for action in FORGET if may(made, principal, action)] == []


@pytest.mark.parametrize(
    "principal",
    [
        HERE.iam("role/Admin"),
        HERE.iam("role/nationgraph/workload/OrganizationAccountAccessRole"),
        HERE.iam("role/nationgraph/workload/AWSReservedSSO_AdministratorAccess_0"),
        HERE.iam(f"{RESERVED}/AWSReservedSSO_ReadOnlyAccess_0123456789abcdef"),
        f"arn:aws:iam::999999999999:{BY_ORGANISATION}",
        HERE.iam("user/OrganizationAccountAccessRole"),
    ],
)
def test_nobody_else_is_taken_for_one(principal: str, deploy: Deploy) -> None:
    """Neither a role that is only called so, nor another permission set, nor another account."""
    made = deployed_stack(deploy, "production")
    assert [action for action in (*READ, *WRITE) if may(made, principal, action)] == []


def test_no_platform_role_can_become_one(deploy: Deploy) -> None:
    """The boundary lets nobody create, change or hand on a role by these names."""
    boundary = json.loads(deployed_stack(deploy, "production").named("boundary-policy").inputs["policy"])
    actions = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PassRole", "sts:AssumeRole"]
    context = {"aws:PrincipalArn": HERE.identity_role("deploy"), "iam:PermissionsBoundary": HERE.boundary}
    assert [
        (action, role)
        for action in actions
        for role in ADMINISTRATORS
        if allowed(boundary, action, HERE.iam(role), context)
    ] == []
