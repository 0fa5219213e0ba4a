"""A network that violates a policy as it is declared, and a security group and a bucket that obey."""

from pulumi_aws.ec2.security_group import SecurityGroup
from pulumi_aws.ec2.vpc import Vpc
from pulumi_aws.s3.bucket import Bucket
from pulumi_aws.s3.bucket_public_access_block import BucketPublicAccessBlock

vpc = Vpc("network", cidr_block="10.0.0.0/16")
SecurityGroup("door::one", vpc_id=vpc.id, description="closed", ingress=[], egress=[])
bucket = Bucket("papers", bucket="papers-of-audit")
BucketPublicAccessBlock(
    "papers-closed",
    bucket=bucket.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
