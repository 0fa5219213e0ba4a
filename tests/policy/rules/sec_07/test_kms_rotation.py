"""SEC-07: KMS keys get new material every year at the latest."""

import pytest

from policy.rules.sec_07.kms_rotation import RULE
from tests.policy.support.blocks import judge
from tests.support.resources import UNKNOWN, Case, Res

KEY = "aws:kms/key:Key"
CASES = [
    Case("pass", "rotates", [Res(KEY, "key", {"enableKeyRotation": True})]),
    Case("pass", "rotates faster", [Res(KEY, "key", {"enableKeyRotation": True, "rotationPeriodInDays": 90})]),
    Case(
        "pass",
        "signing key, which KMS can't rotate",
        [Res(KEY, "key", {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"})],
    ),
    Case("fail", "off", [Res(KEY, "key", {"enableKeyRotation": False})], ["key: enableKeyRotation is False"]),
    Case(
        "fail",
        "too slow",
        [Res(KEY, "key", {"enableKeyRotation": True, "rotationPeriodInDays": 366})],
        ["key: rotationPeriodInDays is 366, must be at most 365"],
    ),
    Case("absent", "not stated", [Res(KEY, "key", {})], ["key: enableKeyRotation is None"]),
    Case(
        "absent",
        "symmetric by name",
        [Res(KEY, "key", {"customerMasterKeySpec": "SYMMETRIC_DEFAULT"})],
        ["enableKeyRotation is None"],
    ),
    Case("unknown", "flag", [Res(KEY, "key", {"enableKeyRotation": UNKNOWN})]),
    Case("unknown", "period", [Res(KEY, "key", {"enableKeyRotation": True, "rotationPeriodInDays": UNKNOWN})]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
