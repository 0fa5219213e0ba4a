"""Whom a bucket's policy denies what in the emulated account: by the conditions, for the caller."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws.moto_s3 import holds
from tests.sandbox.support.cloud import ACCOUNT, Cloud

KEY = "arn:aws:kms:eu-central-1:123456789012:key/own"
Call = Callable[..., Any]


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:securetransport": "true"}, False),
        ({"Bool": {"aws:SecureTransport": False}}, {"aws:securetransport": "false"}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, {"s3:tlsversion": "1.3"}, False),
        ({"NumericLessThan": {"s3:TlsVersion": 1.2}}, {}, False),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "b"}, False),
        ({"StringNotEquals": {"k": "a"}, "Null": {"k": "false"}}, {}, False),
        ({"Null": {"k": "true"}}, {}, True),
        (
            {"ArnNotLike": {"k": ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b*"]}},
            {"k": "arn:aws:iam::1:role/bc"},
            False,
        ),
        ({"ArnLike": {"k": "arn:aws:iam::1:role/?"}}, {"k": "arn:aws:iam::1:role/bc"}, False),
        ({"StringEquals": {"a": "1"}, "StringLike": {"b": "x*"}}, {"a": "1", "b": "y"}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {}, True),
        ({}, {}, True),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    """As IAM evaluates them: an absent key fails a test and passes its negation; what is not known leaves a denial."""
    assert holds(condition, context) is expected


def refused(call: Call, **given: Any) -> bool:
    """Whether S3 says no."""
    try:
        call(**given)
    except ClientError as error:
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 403)
    return False


def test_denials_are_for_whom_they_name(cloud: Cloud) -> None:
    """All but one role and the administrator are denied objects, as is another key; without a policy nobody is."""
    s3, sts = cloud.api.client("s3"), cloud.api.client("sts")
    s3.create_bucket(Bucket="states-of-all", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    administrator = f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccountAccessRole"
    deploy = f"arn:aws:iam::{ACCOUNT}:role/nationgraph/deploy"
    statement = {"Effect": "Deny", "Principal": "*", "Resource": "arn:aws:s3:::states-of-all/*"}
    only = {"ArnNotLike": {"aws:PrincipalArn": [administrator, deploy]}}
    other = {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY}}
    given = {"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}}
    statements = [
        {**statement, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {**statement, "Action": ["s3:GetObject", "s3:PutObject"], "Condition": only},
        {**statement, "Action": "s3:PutObject", "Condition": {**other, **given}},
    ]

    def caller(role: str) -> Any:
        keys = sts.assume_role(RoleArn=role, RoleSessionName="somebody")["Credentials"]
        own = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
        return boto3.client("s3", region_name="eu-central-1", endpoint_url=cloud.api.endpoint, **own)

    stranger, known = caller(f"arn:aws:iam::{ACCOUNT}:role/engineer"), caller(deploy)
    assert not refused(stranger.put_object, Bucket="states-of-all", Key="k", Body=b"x")
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3.put_bucket_policy(Bucket="states-of-all", Policy=policy)
    for client, closed in ((stranger, True), (known, False), (s3, False)):
        assert refused(client.put_object, Bucket="states-of-all", Key="k", Body=b"x") == closed
        assert refused(client.get_object, Bucket="states-of-all", Key="k") == closed
        assert refused(client.head_object, Bucket="states-of-all", Key="k") == closed
    sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY}
    assert not refused(known.put_object, Bucket="states-of-all", Key="k", Body=b"x", **sealed)
    assert refused(known.put_object, Bucket="states-of-all", Key="k", Body=b"x", **{**sealed, "SSEKMSKeyId": f"{KEY}x"})
