"""INF-02: Argo CD removes what holds data only after a person has confirmed it."""

import pytest

from policy.rules.inf_02.confirmed_deletion import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, claim, deployment
from tests.support.resources import UNKNOWN, Case, Res

CASES = [
    Case(
        "pass",
        "confirmed; never; not stateful",
        [
            claim(),
            claim(
                ("metadata.annotations", {"argocd.argoproj.io/sync-options": "Prune=false, Delete=false"}), name="kept"
            ),
            deployment(),
        ],
    ),
    Case("pass", "protected by Pulumi", [Res("kubernetes:core/v1:PersistentVolumeClaim", "data", {}, protect=True)]),
    Case(
        "fail",
        "one of two",
        [claim(("metadata.annotations", {"argocd.argoproj.io/sync-options": "Prune=confirm"}))],
        ["lacks Delete=confirm"],
    ),
    Case(
        "fail",
        "replaced",
        [
            claim(
                (
                    "metadata.annotations",
                    {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm,Replace=true"},
                )
            )
        ],
        ["has Replace"],
    ),
    Case("fail", "a stateful set", [deployment(as_type="apps/v1:StatefulSet")], ["StatefulSet holds data"]),
    Case("absent", "no annotation", [claim(("metadata.annotations", GONE))], ["Prune=confirm,Delete=confirm"]),
    Case("unknown", "annotations", [claim(("metadata.annotations", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
