"""SEC-07: where the self-managed Pulumi backend keeps its state: versioned, encrypted, locked, closed but to a few."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.kms.alias import Alias
from pulumi_aws.kms.key import Key
from pulumi_aws.s3.bucket import Bucket
from pulumi_aws.s3.bucket_lifecycle_configuration import BucketLifecycleConfiguration
from pulumi_aws.s3.bucket_ownership_controls import BucketOwnershipControls
from pulumi_aws.s3.bucket_policy import BucketPolicy
from pulumi_aws.s3.bucket_public_access_block import BucketPublicAccessBlock
from pulumi_aws.s3.bucket_server_side_encryption_configuration import BucketServerSideEncryptionConfiguration
from pulumi_aws.s3.bucket_versioning import BucketVersioning

from components.shared.account import STATE_ALIAS, STATE_EXPORTS, Account
from components.shared.platform import Site
from components.shared.policy_documents import (
    Condition,
    Document,
    account_principal,
    allow,
    any_principal,
    deny,
    document,
)

WRITERS = ("deploy", "break-glass")
READERS = (*WRITERS, "preview")
"""Besides the account's administrators, who change identities and boundary and so need the state: ADR 3."""
NONCURRENT_DAYS = 365
"""How long a replaced or deleted state can be had back; nothing shorter covers a yearly restore."""
EXPORT_DAYS = 92
"""A quarter: how long an export is listed; as any object it can be had back for ``NONCURRENT_DAYS`` after that."""
SSE = "s3:x-amz-server-side-encryption"


def key_document(account: Account) -> Document:
    """The key is managed by those whom IAM allows to, and used by the roles and administrators that hold the state."""
    administer = [f"kms:{what}" for what in (
        "CancelKeyDeletion", "CreateAlias", "DeleteAlias", "DescribeKey", "DisableKey", "EnableKey",
        "EnableKeyRotation", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListResourceTags", "PutKeyPolicy",
        "RevokeGrant", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription",
    )]  # fmt: skip
    encrypt = ["kms:Encrypt", "kms:GenerateDataKey"]
    # In a key policy "*" is the key that carries it.
    return document(
        account_principal(account, allow("Administer", administer, "*")),
        account_principal(account, allow("Decrypt", "kms:Decrypt", "*", _only(account, READERS))),
        account_principal(account, allow("Encrypt", encrypt, "*", _only(account, WRITERS))),
    )


def _people(account: Account, roles: tuple[str, ...]) -> list[str]:
    return [*map(account.identity_role, roles), *account.administrators]


def _only(account: Account, roles: tuple[str, ...]) -> Condition:
    return {"ArnLike": {"aws:PrincipalArn": _people(account, roles)}}


def _except(account: Account, roles: tuple[str, ...]) -> Condition:
    return {"ArnNotLike": {"aws:PrincipalArn": _people(account, roles)}}


def bucket_document(account: Account, bucket: pulumi.Input[str], key: pulumi.Input[str]) -> Document:
    """Denials only, so that it grants nothing: plain HTTP, other keys, other readers, lost versions.

    It denies what touches objects, and what would shorten their life, but not PutBucketPolicy or DeleteBucketPolicy:
    an administrator outside the boundary can always correct it, and platform roles are denied that by the boundary.
    """
    objects = pulumi.Output.concat(bucket, "/*")
    read = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"]
    forget = [
        "s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
    ]  # fmt: skip
    # Without the header the bucket's own default applies, which is the right key: only a wrong header is refused.
    wrong_kind = {"StringNotEquals": {SSE: "aws:kms"}, "Null": {SSE: "false"}}
    wrong_key: Condition = {"ArnNotEquals": {f"{SSE}-aws-kms-key-id": key}, "Null": {f"{SSE}-aws-kms-key-id": "false"}}
    break_glass: Condition = {"ArnNotEquals": {"aws:PrincipalArn": account.identity_role("break-glass")}}
    statements = (
        deny("TlsOnly", "s3:*", [bucket, objects], {"Bool": {"aws:SecureTransport": "false"}}),
        deny("ModernTls", "s3:*", [bucket, objects], {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        deny("NoOtherEncryption", "s3:PutObject", [objects], wrong_kind),
        deny("NoOtherKey", "s3:PutObject", [objects], wrong_key),
        deny("NoOtherReaders", read, [bucket, objects], _except(account, READERS)),
        deny("NoOtherWriters", ["s3:DeleteObject", "s3:PutObject"], [objects], _except(account, WRITERS)),
        deny("KeepVersions", forget, [bucket, objects], break_glass),
    )
    return document(*(any_principal(statement) for statement in statements))


@dataclass(frozen=True, kw_only=True)
class StateBucketArgs:
    """The account whose state it keeps."""

    site: Site


class StateBucket(pulumi.ComponentResource):
    """Guarantees that state is encrypted with its own key, kept a year in every version, and read by three roles
    and the account's administrators; break-glass alone forgets a version.

    Creates ``{name}-key``, ``{name}-alias``, ``{name}-bucket``, ``{name}-public``, ``{name}-owner``,
    ``{name}-encryption``, ``{name}-versioning``, ``{name}-lifecycle`` and ``{name}-policy``. Object Lock is enabled
    so that versioning cannot be suspended. Does not manage the objects, nor Pulumi's own lock files among them.
    """

    def __init__(self, name: str, args: StateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:StateBucket", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        account, stateful = args.site.account, args.site.stateful(self)
        key = Key(
            f"{name}-key",
            description="Encrypts the state of the platform's stacks",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=pulumi.Output.json_dumps(key_document(account)),
            opts=stateful,
        )
        Alias(f"{name}-alias", name=STATE_ALIAS, target_key_id=key.key_id, opts=child)
        bucket = Bucket(
            f"{name}-bucket",
            bucket=account.state_bucket,
            object_lock_enabled=True,
            force_destroy=False,
            opts=stateful,
        )
        last = [*self._settings(name, bucket, key, stateful), bucket]
        # Last, because it denies changes to the settings above.
        BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=pulumi.Output.json_dumps(bucket_document(account, bucket.arn, key.arn)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=last),
        )
        self.bucket: pulumi.Output[str] = bucket.bucket
        self.bucket_arn: pulumi.Output[str] = bucket.arn
        self.key_arn: pulumi.Output[str] = key.arn
        self.register_outputs({"bucket": self.bucket, "bucket_arn": self.bucket_arn, "key_arn": self.key_arn})

    def _settings(self, name: str, bucket: Bucket, key: Key, stateful: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        child = pulumi.ResourceOptions(parent=self)
        return [
            BucketPublicAccessBlock(
                f"{name}-public",
                bucket=bucket.bucket,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
                opts=child,
            ),
            BucketOwnershipControls(
                f"{name}-owner", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
            ),
            BucketServerSideEncryptionConfiguration(
                f"{name}-encryption",
                bucket=bucket.bucket,
                rules=[
                    {
                        "apply_server_side_encryption_by_default": {
                            "sse_algorithm": "aws:kms",
                            "kms_master_key_id": key.arn,
                        },
                        "bucket_key_enabled": True,
                    }
                ],
                opts=child,
            ),
            BucketVersioning(
                f"{name}-versioning",
                bucket=bucket.bucket,
                versioning_configuration={"status": "Enabled"},
                opts=stateful,
            ),
            BucketLifecycleConfiguration(
                f"{name}-lifecycle",
                bucket=bucket.bucket,
                rules=[
                    {
                        "id": "old-versions",
                        "status": "Enabled",
                        "filter": {"prefix": ""},
                        "noncurrent_version_expiration": {"noncurrent_days": NONCURRENT_DAYS},
                        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                    },
                    {
                        "id": "old-exports",
                        "status": "Enabled",
                        "filter": {"prefix": STATE_EXPORTS},
                        "expiration": {"days": EXPORT_DAYS},
                    },
                ],
                opts=child,
            ),
        ]
