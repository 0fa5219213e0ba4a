"""SEC-07: data at rest is encrypted with a key whose policy and rotation are ours."""

from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_07.encryption_at_rest import FLAGS, KEYS, RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res, as_resource_args

KEY = Res("aws:kms/key:Key", "key", {"enableKeyRotation": True})
CMK = Ref("key", "arn")
ENCRYPTED: dict[str, Any] = {"storageEncrypted": True, "kmsKeyId": CMK, "masterUserSecretKmsKeyId": CMK}
SECRET, TOPIC = "aws:secretsmanager/secret:Secret", "aws:sns/topic:Topic"


def secret(**inputs: Any) -> Res:
    """A secret."""
    return Res(SECRET, "token", {"recoveryWindowInDays": 30, **inputs})


CASES = [
    Case("pass", "database", [*DATA_NETWORK, KEY, database(**ENCRYPTED)]),
    Case(
        "pass",
        "database with performance insights",
        [
            *DATA_NETWORK,
            KEY,
            database(**ENCRYPTED, performanceInsightsEnabled=True, performanceInsightsKmsKeyId=CMK),
        ],
    ),
    Case("pass", "others", [KEY, secret(kmsKeyId=CMK), Res(TOPIC, "alerts", {"kmsMasterKeyId": Ref("key")})]),
    Case(
        "fail",
        "database without encryption",
        [*DATA_NETWORK, KEY, database(storageEncrypted=False, masterUserSecretKmsKeyId=CMK)],
        ["orders: storageEncrypted is False", "orders: kmsKeyId is None"],
    ),
    Case(
        "fail", "secret under AWS's key", [secret(kmsKeyId="alias/aws/secretsmanager")], ["token: kmsKeyId is 'alias"]
    ),
    Case("fail", "topic under AWS's key", [Res(TOPIC, "alerts", {"kmsMasterKeyId": "alias/aws/sns"})], ["alerts: kms"]),
    *(
        Case("absent", type_, [Res(type_, "it")], [f"it: {KEYS[type_]} is None, must be a customer-managed KMS key"])
        for type_ in KEYS
    ),
    Case(
        "absent",
        "master secret's key",
        [*DATA_NETWORK, database(storageEncrypted=True, kmsKeyId="k")],
        ["masterUserSecretKmsKeyId"],
    ),
    Case(
        "absent",
        "performance insights' key",
        [*DATA_NETWORK, KEY, database(**ENCRYPTED, performanceInsightsEnabled=True)],
        ["orders: performanceInsightsKmsKeyId is None"],
    ),
    Case("unknown", "key of this update", [KEY, secret(kmsKeyId=Ref("key", "arn", unknown=True))]),
    Case(
        "unknown",
        "everything",
        [
            KEY,
            database(
                **dict.fromkeys(ENCRYPTED, UNKNOWN), dbSubnetGroupName="group", performanceInsightsEnabled=UNKNOWN
            ),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("type_", FLAGS)
def test_flags_are_asked_of_each_type(type_: str) -> None:
    """A key without encryption encrypts nothing."""
    (flag,) = FLAGS[type_]
    assert messages(RULE, [Res(type_, "it", {"kmsKeyId": "key"})]) == [f"it: {flag} is None, must be True"]


def test_no_advisory_for_a_key_of_this_update() -> None:
    """A first preview knows no key: if that raised, every encrypted resource would be reported as unchecked."""
    assert RULE.check is not None
    assert list(RULE.check(as_resource_args(secret(kmsKeyId=UNKNOWN)))) == []


def test_unknown_flag_is_told_to_the_engine() -> None:
    """What may turn out False is not passed over."""
    unclear = database(storageEncrypted=UNKNOWN, kmsKeyId="k", masterUserSecretKmsKeyId="k", dbSubnetGroupName="group")
    assert RULE.check is not None
    with pytest.raises(UnknownValueError):
        list(RULE.check(as_resource_args(unclear)))


def test_aws_key_by_arn_is_refused() -> None:
    """The alias may be spelled as an ARN."""
    arn = "arn:aws:kms:eu-central-1:123456789012:alias/aws/secretsmanager"
    (message,) = messages(RULE, [secret(kmsKeyId=arn)])
    assert "must be a customer-managed KMS key" in message
