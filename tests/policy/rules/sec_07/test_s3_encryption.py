"""SEC-07: objects in S3 are encrypted with a key whose policy and rotation are ours."""

from typing import Any

import pytest

from policy.rules.sec_07.s3_encryption import RULE
from tests.policy.support.blocks import bucket, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res

TYPE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
KEY = Res("aws:kms/key:Key", "key", {"enableKeyRotation": True})


def given(default: Any, *, of: Any = None) -> list[Res]:
    """A bucket with an encryption configuration."""
    rules = [{"applyServerSideEncryptionByDefault": default}]
    return [KEY, bucket(), Res(TYPE, "encryption", {"bucket": of or Ref("logs"), "rules": rules})]


KMS = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": Ref("key", "arn")}
OLD, OLDER = "aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"


def inside(default: Any, type_: str = OLDER) -> list[Res]:
    """A bucket that holds its encryption itself, as the older spellings do."""
    rule: dict[str, Any] = {"rule": {"applyServerSideEncryptionByDefault": default}}
    if type_ == OLD:
        return [
            KEY,
            Res(
                type_,
                "logs",
                {
                    "serverSideEncryptionConfigurations": [
                        {"rules": [{"applyServerSideEncryptionByDefaults": [default]}]}
                    ]
                },
            ),
        ]
    return [KEY, Res(type_, "logs", {"serverSideEncryptionConfiguration": rule})]


CASES = [
    Case("pass", "own key", given(KMS)),
    Case("pass", "own key, two layers", given({**KMS, "sseAlgorithm": "aws:kms:dsse"})),
    Case(
        "pass",
        "preview",
        given({**KMS, "kmsMasterKeyId": Ref("key", "arn", unknown=True)}, of=Ref("logs", unknown=True)),
    ),
    Case("fail", "S3's keys", given({"sseAlgorithm": "AES256"}), ["encryption: sseAlgorithm is 'AES256'"]),
    Case("fail", "AWS's key", given({**KMS, "kmsMasterKeyId": "alias/aws/s3"}), ["kmsMasterKeyId is 'alias/aws/s3'"]),
    Case("fail", "no configuration", [bucket()], ["logs: has no BucketServerSideEncryptionConfiguration"]),
    Case("absent", "key", given({"sseAlgorithm": "aws:kms"}), ["encryption: kmsMasterKeyId is None"]),
    Case("absent", "default", given(None), ["sseAlgorithm is None", "kmsMasterKeyId is None"]),
    Case(
        "absent", "rules", [bucket(), Res(TYPE, "encryption", {"bucket": Ref("logs"), "rules": []})], ["rules is empty"]
    ),
    Case("unknown", "bucket", given(KMS, of=UNKNOWN)),
    Case("unknown", "default", given(UNKNOWN)),
    Case("unknown", "rules", [bucket(), Res(TYPE, "encryption", {"bucket": Ref("logs"), "rules": UNKNOWN})]),
    Case("unknown", "algorithm and key", given(dict.fromkeys(KMS, UNKNOWN))),
    Case("pass", "inside the bucket", inside(KMS)),
    Case("pass", "inside the second spelling", inside(KMS, OLD)),
    Case(
        "pass",
        "S3's own at creation, ours beside it",
        [*given(KMS)[:1], *inside({"sseAlgorithm": "AES256"})[1:], *given(KMS)[2:]],
    ),
    Case("fail", "S3's keys inside the bucket", inside({"sseAlgorithm": "AES256"}), ["logs: sseAlgorithm is 'AES256'"]),
    Case(
        "fail", "S3's keys inside the second spelling", inside({"sseAlgorithm": "AES256"}, OLD), ["logs: sseAlgorithm"]
    ),
    Case("unknown", "inside the bucket", inside(UNKNOWN)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_each_bucket_needs_its_own() -> None:
    """Another bucket's configuration is no excuse, and the deprecated type is a bucket as well."""
    found = messages(RULE, [*given(KMS), bucket("data"), Res("aws:s3/bucketV2:BucketV2", "old")])
    assert [message.partition(":")[0] for message in found] == ["data", "old"]


def test_every_rule_counts() -> None:
    """A second rule without a key is a way around the first."""
    rules = [{"applyServerSideEncryptionByDefault": KMS}, {"bucketKeyEnabled": True}]
    found = messages(RULE, [KEY, bucket(), Res(TYPE, "encryption", {"bucket": Ref("logs"), "rules": rules})])
    assert len(found) == 2
