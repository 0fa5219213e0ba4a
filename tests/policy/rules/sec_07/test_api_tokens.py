"""SEC-07: a pod holds a token of the Kubernetes API only where somebody asked for one."""

import pytest

from policy.rules.sec_07.api_tokens import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, deployment, pod
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case(
        "pass",
        "none, and one that is asked for",
        [deployment(), pod(("spec.automountServiceAccountToken", True), name="watch")],
    ),
    Case("fail", "a number", [pod(("spec.automountServiceAccountToken", 7))], ["is 7"]),
    Case(
        "absent",
        "Kubernetes' default",
        [deployment(("spec.template.spec.automountServiceAccountToken", GONE))],
        ["spec.template.spec.automountServiceAccountToken is None"],
    ),
    Case("unknown", "not known yet", [deployment(("spec.template.spec.automountServiceAccountToken", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
