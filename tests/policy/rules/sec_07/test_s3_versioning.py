"""SEC-07: an object that is overwritten or deleted by mistake can be had back."""

from typing import Any

import pytest

from policy.rules.sec_07.s3_versioning import RULE
from tests.policy.support.blocks import bucket, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res


def given(status: Any, *, of: Any = None, name: str = "versions") -> list[Res]:
    """A bucket with versioning."""
    inputs = {"bucket": of or Ref("logs"), "versioningConfiguration": {"status": status}}
    return [bucket(), Res("aws:s3/bucketVersioning:BucketVersioning", name, inputs)]


CASES = [
    Case("pass", "inside the bucket", [Res("aws:s3/bucket:Bucket", "logs", {"versioning": {"enabled": True}})]),
    Case("pass", "inside the old one", [Res("aws:s3/bucketV2:BucketV2", "logs", {"versionings": [{"enabled": True}]})]),
    Case(
        "fail",
        "off inside the bucket",
        [Res("aws:s3/bucketV2:BucketV2", "logs", {"versionings": [{"enabled": False}]})],
        ["logs: has no BucketVersioning"],
    ),
    Case("pass", "enabled", given("Enabled")),
    Case("pass", "enabled, in a preview", given("Enabled", of=Ref("logs", unknown=True))),
    Case("fail", "suspended", given("Suspended"), ["versions: versioningConfiguration.status is 'Suspended'"]),
    Case("fail", "no versioning", [bucket()], ["logs: has no BucketVersioning"]),
    Case("absent", "status", given(None), ["versioningConfiguration.status is None"]),
    Case("absent", "second bucket", [*given("Enabled"), bucket("data")], ["data: has no BucketVersioning"]),
    Case("unknown", "bucket", given("Enabled", of=UNKNOWN)),
    Case("unknown", "status", given(UNKNOWN)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_one_enabled_does_not_hide_one_suspended() -> None:
    """Which of two configurations wins is a matter of order."""
    (message,) = messages(RULE, [*given("Enabled"), *given("Suspended", name="second")[1:]])
    assert message.startswith("second: ")
