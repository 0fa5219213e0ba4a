"""SEC-07: the API server refuses pods that are not restricted, namespace by namespace."""

import pytest

from policy.rules.sec_07.restricted_namespaces import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, namespace
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "restricted", [namespace()]),
    Case("pass", "a patch that says nothing", [namespace(("metadata.labels", GONE), as_type="core/v1:NamespacePatch")]),
    Case(
        "fail",
        "baseline",
        [namespace(("metadata.labels", {"pod-security.kubernetes.io/enforce": "baseline"}))],
        ["is 'baseline'"],
    ),
    Case(
        "fail",
        "warns only",
        [namespace(("metadata.labels", {"pod-security.kubernetes.io/warn": "restricted"}))],
        ["is None"],
    ),
    Case("absent", "no labels", [namespace(("metadata.labels", GONE))], ["must be 'restricted'"]),
    Case("unknown", "labels", [namespace(("metadata.labels", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
