"""SEC-07: buckets refuse requests without TLS."""

import json
from typing import Any

import pytest

from policy.rules.sec_07.s3_tls import RULE
from tests.policy.support.blocks import bucket, judge, messages, without
from tests.support.resources import UNKNOWN, Case, Ref, Res

ARN = "arn:aws:s3:::logs"
DENIAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [ARN, f"{ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def policy(*statements: Any, of: Any = None) -> Res:
    """A policy of the bucket."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return Res("aws:s3/bucketPolicy:BucketPolicy", "policy", {"bucket": of or Ref("logs"), "policy": text})


READ = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": f"{ARN}/*"}
CASES = [
    Case("pass", "denied", [bucket(), policy(READ, DENIAL)]),
    Case("pass", "denied, in a preview", [bucket(), policy(DENIAL, of=Ref("logs", unknown=True))]),
    Case(
        "pass",
        "denied in two statements",
        [bucket(), policy(DENIAL | {"Resource": ARN}, DENIAL | {"Resource": f"{ARN}/*"})],
    ),
    Case(
        "fail",
        "two statements, one of them weaker",
        [bucket(), policy(DENIAL | {"Resource": ARN}, DENIAL | {"Resource": f"{ARN}/*", "Action": "s3:GetObject"})],
        ["logs: has no policy that denies s3:*"],
    ),
    Case(
        "pass",
        "denied inside the bucket",
        [Res("aws:s3/bucketV2:BucketV2", "logs", {"bucket": "logs", "policy": json.dumps({"Statement": [DENIAL]})})],
    ),
    Case("fail", "no policy", [bucket()], ["logs: has no BucketPolicy, must have one that denies s3:*"]),
    Case("fail", "policy without the denial", [bucket(), policy(READ)], ["logs: has no policy that denies s3:*"]),
    Case("absent", "condition", [bucket(), policy(without(DENIAL, "Condition"))], ["logs: has no policy that denies"]),
    Case("absent", "second bucket", [bucket(), policy(DENIAL), bucket("data")], ["data: has no BucketPolicy"]),
    Case("unknown", "bucket", [bucket(), policy(READ, of=UNKNOWN)]),
    Case("unknown", "policy", [bucket(), Res(policy().type, "policy", {"bucket": Ref("logs"), "policy": UNKNOWN})]),
    Case(
        "unknown",
        "part of a policy",
        [
            bucket(),
            Res(
                policy().type,
                "policy",
                {"bucket": Ref("logs"), "policy": {"Statement": [{**DENIAL, "Resource": UNKNOWN}]}},
            ),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


WEAK = {
    "objects only": {"Resource": [f"{ARN}/*"]},
    "bucket only": {"Resource": [ARN]},
    "another bucket": {"Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]},
    "a folder": {"Resource": [ARN, f"{ARN}/public/*"]},
    "one action": {"Action": "s3:GetObject"},
    "one principal": {"Principal": {"AWS": "arn:aws:iam::123456789012:role/app"}},
    "pattern of principals": {"Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}},
    "services": {"Principal": {"Service": "*"}},
    "allowed": {"Effect": "Allow"},
    "with TLS": {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    "narrowed": {
        "Condition": {
            "Bool": {"aws:SecureTransport": "false"},
            "StringEquals": {"aws:PrincipalAccount": "123456789012"},
        }
    },
}


@pytest.mark.parametrize("change", WEAK.values(), ids=WEAK)
def test_a_weaker_denial_is_none(change: dict[str, Any]) -> None:
    """Every part of the statement is needed."""
    assert len(messages(RULE, [bucket(), policy({**DENIAL, **change})])) == 1


STRONG: dict[str, dict[str, Any]] = {
    "a boolean": {"Condition": {"Bool": {"aws:SecureTransport": False}}},
    "in capitals": {"Condition": {"Bool": {"AWS:SECURETRANSPORT": ["false"]}}},
    "if it exists": {"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}},
    "principal in a map": {"Principal": {"AWS": "*"}},
    "every action": {"Action": ["*"]},
    "action in capitals": {"Action": "S3:*"},
    "value in capitals": {"Condition": {"Bool": {"aws:SecureTransport": "False"}}},
    "as text": {"Condition": {"StringEquals": {"aws:SecureTransport": "false"}}},
    "one pattern": {"Resource": f"{ARN}*"},
}


@pytest.mark.parametrize("change", STRONG.values(), ids=STRONG)
def test_equal_denials_are_one(change: dict[str, Any]) -> None:
    """IAM knows several spellings."""
    assert messages(RULE, [bucket(), policy({**DENIAL, **change})]) == []


def test_known_arn_decides() -> None:
    """After the update the bucket's ARN is known: a denial on another one counts for nothing."""
    known = Res(bucket().type, "logs", {"bucket": "logs", "arn": "arn:aws:s3:::logs-7f3a"})
    assert len(messages(RULE, [known, policy(DENIAL)])) == 1


def test_generated_name_is_taken_from_the_policy() -> None:
    """In a preview the bucket has neither name nor ARN: the policy that is attached to it is believed."""
    assert messages(RULE, [Res(bucket().type, "logs"), policy(DENIAL, of=Ref("logs", unknown=True))]) == []
