"""SEC-07: every role has a permissions boundary."""

from collections.abc import Callable

import pytest
from pulumi_policy.proxy import UnknownValueError

from policy.rules.sec_07.permissions_boundary import RULE
from tests.policy.support.iam_blocks import POLICY, ROLE, SERVICE_TRUST, allow, doc, judge, messages, role
from tests.support.resources import UNKNOWN, Case, Ref, Res

LIMITS = Res(POLICY, "limits", {"name": "limits", "policy": doc(allow("ec2:DescribeInstances"))})
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
CASES = [
    Case("pass", "the platform's boundary", [LIMITS, role(permissionsBoundary=Ref("limits", "arn"))]),
    Case(
        "fail",
        "a boundary that bounds nothing",
        [role(permissionsBoundary=POWER)],
        [f"app: permissionsBoundary is '{POWER}', which bounds nothing"],
    ),
    Case("absent", "no boundary", [role()], ["app: permissionsBoundary is None, must be the ARN"]),
    Case("absent", "an empty boundary", [role(permissionsBoundary="")], ["permissionsBoundary is ''"]),
    Case("unknown", "boundary not made yet", [LIMITS, role(permissionsBoundary=Ref("limits", "arn", unknown=True))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_null_is_absent() -> None:
    """An explicit null is what the SDK sends for None."""
    (message,) = messages(RULE, [role(permissionsBoundary=None)])
    assert message.startswith("app: permissionsBoundary is None")


def test_unknown_is_told_to_the_engine(violations: Callable[..., list[str]]) -> None:
    """No verdict is not a pass: the engine notes that the value was unknown."""
    with pytest.raises(UnknownValueError):
        violations(RULE, ROLE, {"assumeRolePolicy": SERVICE_TRUST, "permissionsBoundary": UNKNOWN})
