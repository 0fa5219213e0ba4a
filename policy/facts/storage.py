"""S3 buckets and the separate resources that configure them."""

from collections.abc import Sequence
from typing import Any, Literal

from pulumi_policy import PolicyResource

from policy.facts.dangers import values
from policy.facts.props import attached, items, of_type, undecided

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")

Kind = Literal["PublicAccessBlock", "Versioning", "ServerSideEncryptionConfiguration", "Policy", "Acl"]


def configuration(
    bucket: PolicyResource, kind: Kind, resources: Sequence[PolicyResource]
) -> list[PolicyResource] | None:
    """The ``aws:s3/bucket<kind>`` resources of a bucket; None where a preview can't tell whether there is one."""
    candidates = of_type(resources, f"aws:s3/bucket{kind}:Bucket{kind}", f"aws:s3/bucket{kind}V2:Bucket{kind}V2")
    found = attached(bucket, "bucket", candidates)
    return None if not found and undecided("bucket", candidates) else found


INLINE = {
    "ServerSideEncryptionConfiguration": (
        "serverSideEncryptionConfiguration?.rule.applyServerSideEncryptionByDefault",
        "serverSideEncryptionConfigurations?.rules.applyServerSideEncryptionByDefaults",
    ),
    "Versioning": ("versioning?.enabled", "versionings?.enabled"),
    "Policy": ("policy",),
}
"""By kind: where the older spellings of a bucket, which are still taken, write it inside the bucket."""


def inside(bucket: PolicyResource, kind: Kind) -> list[Any]:
    """What the bucket itself says of a kind; ``UNKNOWN`` for what is not known yet."""
    found = [items({kind: value.value}, kind) for path in INLINE[kind] for value in values(bucket.props, path)]
    return [value for held in found for value in held if value not in (None, "")]
