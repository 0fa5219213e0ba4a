"""SEC-07: what is declared: bounded roles, a loud break-glass, a strict account, a state bucket that keeps."""

import json
from typing import Any

import pytest

from components.iam import StateBucket, StateBucketArgs
from tests.components.iam.support.access import ACCOUNT, ROLE, STATE_BUCKET, STATE_KEY, applies, as_aws
from tests.components.support.platform import platform
from tests.conftest import Deploy, Deployment

FORBIDDEN_TYPES = ("aws:iam/user:User", "aws:iam/accessKey:AccessKey", "aws:iam/group:Group")
KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucket:Bucket"
STATE = f"{STATE_BUCKET}/.pulumi/stacks/production.json"
TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
SSE = "s3:x-amz-server-side-encryption"


def caller(role: str, **context: str) -> dict[str, str]:
    """A request of a platform role over modern TLS."""
    return {"aws:PrincipalArn": ACCOUNT.identity_role(role), **TLS, **context}


def test_every_role_is_bounded_and_short(deployed: Deployment) -> None:
    """Eight roles, all under the identity path with the boundary; sessions of an hour for CI and emergencies."""
    hours = {r.inputs["name"]: r.inputs["maxSessionDuration"] / 3600 for r in deployed.all(ROLE)}
    assert hours == {
        "nationgraph-deploy": 1,
        "nationgraph-preview": 1,
        "nationgraph-audit": 1,
        "nationgraph-verdicts": 1,
        "nationgraph-break-glass": 1,
        "nationgraph-on-call": 4,
        "nationgraph-engineering": 8,
        "nationgraph-data": 8,
    }
    boundary = deployed.named("boundary-policy")
    for role in deployed.all(ROLE):
        assert role.inputs["path"] == "/nationgraph/identity/"
        assert role.property_dependencies["permissionsBoundary"] == [boundary.urn]


def test_fixed_arns_are_those_of_the_resources(deployed: Deployment) -> None:
    """Documents name roles, boundary and bucket before they exist; the names agree with what is declared."""
    for role in deployed.all(ROLE):
        name = role.inputs["name"]
        assert ACCOUNT.identity_role(name.removeprefix("nationgraph-")).endswith(f"role{role.inputs['path']}{name}")
    boundary = deployed.named("boundary-policy").inputs
    assert ACCOUNT.boundary.endswith(f"policy{boundary['path']}{boundary['name']}")
    assert deployed.one(BUCKET).inputs["bucket"] == "nationgraph-state-123456789012-eu-central-1"


def test_no_users_and_no_keys(deployed: Deployment) -> None:
    """The component declares no user, group or access key."""
    assert [r.name for type_ in FORBIDDEN_TYPES for r in deployed.all(type_)] == []


def test_provider_of_github(deployed: Deployment) -> None:
    """One provider, one audience."""
    provider = deployed.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]


def test_break_glass_is_heard(deployed: Deployment) -> None:
    """The rule receives read-only management events, matches this role alone and reaches the topic."""
    rule = deployed.one("aws:cloudwatch/eventRule:EventRule")
    target = deployed.one("aws:cloudwatch/eventTarget:EventTarget")
    assert rule.inputs["state"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    detail = json.loads(rule.inputs["eventPattern"])["detail"]
    assert detail["eventName"] == ["AssumeRole"]
    assert detail["requestParameters"] == {"roleArn": [ACCOUNT.identity_role("break-glass")]}
    assert target.inputs == {"rule": rule.inputs["name"], "arn": "arn:aws:sns:eu-central-1:123456789012:alerts"}


def test_password_policy_is_strict(deployed: Deployment) -> None:
    """14 characters of four classes, 24 remembered, 90 days: CIS AWS Foundations."""
    inputs = deployed.one("aws:iam/accountPasswordPolicy:AccountPasswordPolicy").inputs
    assert {k: v for k, v in inputs.items() if not k.startswith("require")} == {
        "minimumPasswordLength": 14,
        "passwordReusePrevention": 24,
        "maxPasswordAge": 90,
        "allowUsersToChangePassword": True,
        "hardExpiry": False,
    }
    assert [v for k, v in inputs.items() if k.startswith("require")] == [True] * 4


def test_analyzer_watches_the_account(deployed: Deployment) -> None:
    """Whatever is shared outside the account becomes a finding."""
    assert deployed.one("aws:accessanalyzer/analyzer:Analyzer").inputs["type"] == "ACCOUNT"


@pytest.mark.parametrize("protect", [True, False])
def test_state_is_protected_as_told(deploy: Deploy, protect: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Bucket, key and versioning are protected and retained, or neither."""
    args = StateBucketArgs(site=platform(protect=protect))
    deployed = deploy(lambda: StateBucket("state", args))
    kept = {r.name for r in deployed.resources if r.protect and r.retain}
    assert kept == ({"state-key", "state-bucket", "state-versioning"} if protect else set())
    assert {r.name for r in deployed.resources if r.protect != r.retain} == set()


def test_state_is_kept_and_closed(deployed: Deployment) -> None:
    """Versioned under Object Lock, own rotated key, bucket key, no public access, no ACLs, a year of old versions."""
    assert deployed.one(BUCKET).inputs["objectLockEnabled"] is True
    assert deployed.one(BUCKET).inputs["forceDestroy"] is False
    key = deployed.one(KEY)
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30
    encryption = deployed.named("state-encryption")
    assert encryption.inputs["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": "arn:aws:kms:eu-central-1:123456789012:state-key",
            },
            "bucketKeyEnabled": True,
        }
    ]
    assert key.urn in encryption.property_dependencies["rules"]
    assert deployed.named("state-versioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    assert deployed.named("state-owner").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    public = {k: v for k, v in deployed.named("state-public").inputs.items() if k != "bucket"}
    assert list(public.values()) == [True] * 4
    rule, exports = deployed.named("state-lifecycle").inputs["rules"]
    assert rule["noncurrentVersionExpiration"]["noncurrentDays"] >= 365
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert "expiration" not in rule
    assert exports["filter"] == {"prefix": "exports/"}
    assert exports["expiration"]["days"] >= 90
    assert "noncurrentVersionExpiration" not in exports


def test_bucket_policy_comes_last(deployed: Deployment) -> None:
    """It denies changes of the settings, which must therefore stand before it."""
    settings = {f"state-{s}" for s in ("bucket", "public", "owner", "encryption", "versioning", "lifecycle")}
    before = deployed.named("state-policy").dependencies
    assert settings <= {urn.rsplit("::", 1)[-1] for urn in before}


def denied(deployed: Deployment, action: str, resource: str, context: dict[str, str]) -> bool:
    """Whether the bucket policy denies the request."""
    document = json.loads(as_aws(deployed.named("state-policy").inputs["policy"]))
    assert {s["Effect"] for s in document["Statement"]} == {"Deny"}
    assert all(s["Principal"] == "*" for s in document["Statement"])
    return any(applies(statement, action, resource, context) for statement in document["Statement"])


@pytest.mark.parametrize(
    ("action", "resource", "context", "verdict"),
    [
        ("s3:GetObject", STATE, caller("preview"), False),
        ("s3:GetObject", STATE, caller("engineering"), True),
        ("s3:ListBucket", STATE_BUCKET, caller("data"), True),
        ("s3:PutObject", STATE, caller("deploy"), False),
        ("s3:PutObject", STATE, caller("preview"), True),
        ("s3:DeleteObject", STATE, caller("preview"), True),
        ("s3:PutObject", STATE, caller("deploy", **{SSE: "aws:kms"}), False),
        ("s3:PutObject", STATE, caller("deploy", **{SSE: "AES256"}), True),
        ("s3:PutObject", STATE, caller("deploy", **{f"{SSE}-aws-kms-key-id": STATE_KEY}), False),
        ("s3:PutObject", STATE, caller("deploy", **{f"{SSE}-aws-kms-key-id": f"{STATE_KEY}9"}), True),
        ("s3:GetObject", STATE, caller("deploy", **{"aws:SecureTransport": "false"}), True),
        ("s3:GetObject", STATE, caller("deploy", **{"s3:TlsVersion": "1.1"}), True),
        ("s3:DeleteObjectVersion", STATE, caller("deploy"), True),
        ("s3:DeleteObjectVersion", STATE, caller("break-glass"), False),
        ("s3:DeleteBucket", STATE_BUCKET, caller("deploy"), True),
        ("s3:PutBucketVersioning", STATE_BUCKET, caller("deploy"), True),
        # The way back for an administrator, who is under no boundary:
        ("s3:PutBucketPolicy", STATE_BUCKET, {"aws:PrincipalArn": ACCOUNT.iam("role/admin"), **TLS}, False),
        ("s3:DeleteBucketPolicy", STATE_BUCKET, {"aws:PrincipalArn": ACCOUNT.iam("role/admin"), **TLS}, False),
        ("s3:GetObject", STATE, {"aws:PrincipalArn": ACCOUNT.iam("role/admin"), **TLS}, True),
    ],
)
def test_bucket_policy(
    deployed: Deployment, action: str, resource: str, context: dict[str, str], *, verdict: bool
) -> None:
    """Plain HTTP, old TLS, wrong encryption, other roles and lost versions are denied; the needed is not."""
    assert denied(deployed, action, resource, context) is verdict


@pytest.mark.parametrize(
    ("action", "role", "verdict"),
    [
        ("kms:Decrypt", "preview", True),
        ("kms:Encrypt", "preview", False),
        ("kms:GenerateDataKey", "deploy", True),
        ("kms:Decrypt", "break-glass", True),
        ("kms:Decrypt", "engineering", False),
        ("kms:CreateGrant", "deploy", False),
        ("kms:PutKeyPolicy", "admin", True),
    ],
)
def test_key_policy(deployed: Deployment, action: str, role: str, *, verdict: bool) -> None:
    """The state's roles use the key, whoever IAM lets may administer it, nobody outside the account is named."""
    document: dict[str, Any] = json.loads(deployed.one(KEY).inputs["policy"])
    assert {json.dumps(s["Principal"]) for s in document["Statement"]} == {'{"AWS": "arn:aws:iam::123456789012:root"}'}
    assert any(applies(s, action, STATE_KEY, caller(role)) for s in document["Statement"]) is verdict


@pytest.mark.parametrize("role", range(2))
def test_an_administrator_moves_the_state(deployed: Deployment, role: int) -> None:
    """What the first deployment and a restore do to bucket and key, each of the two administrators may."""
    arn = ACCOUNT.administrators[role].replace("*", "x")
    who = {"aws:PrincipalArn": arn, **TLS}
    export = f"{STATE_BUCKET}/exports/dev/1-before.json"
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert [denied(deployed, action, resource, who) for resource in (STATE, export)] == [False, False]
    assert not denied(deployed, "s3:ListBucket", STATE_BUCKET, who)
    key: dict[str, Any] = json.loads(deployed.one(KEY).inputs["policy"])
    for action in ("kms:Encrypt", "kms:Decrypt"):
        assert any(applies(statement, action, STATE_KEY, who) for statement in key["Statement"])
