"""S3 buckets and the separate resources that configure them."""

from collections.abc import Sequence
from typing import Literal

from pulumi_policy import PolicyResource

from policy.facts.props import attached, of_type, undecided

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")

Kind = Literal["PublicAccessBlock", "Versioning", "ServerSideEncryptionConfiguration", "Policy", "Acl"]


def configuration(
    bucket: PolicyResource, kind: Kind, resources: Sequence[PolicyResource]
) -> list[PolicyResource] | None:
    """The ``aws:s3/bucket<kind>`` resources of a bucket; None where a preview can't tell whether there is one."""
    candidates = of_type(resources, f"aws:s3/bucket{kind}:Bucket{kind}", f"aws:s3/bucket{kind}V2:Bucket{kind}V2")
    found = attached(bucket, "bucket", candidates)
    return None if not found and undecided("bucket", candidates) else found
