"""SEC-03: a secret is a file of the pod that needs it, and no object of the cluster."""

import pytest

from policy.rules.sec_03.no_synced_secrets import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import secret_class
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case(
        "pass",
        "files; a reason",
        [
            secret_class(),
            secret_class(
                ("metadata.annotations", {"nationgraph.io/synced-secret": "The operator of Tailscale reads no file."}),
                ("spec.secretObjects", [{"secretName": "x"}]),
                name="operator",
            ),
        ],
    ),
    Case(
        "fail", "copied", [secret_class(("spec.secretObjects", [{"secretName": "x"}]))], ["spec.secretObjects is given"]
    ),
    Case(
        "absent",
        "an empty reason",
        [
            secret_class(
                ("metadata.annotations", {"nationgraph.io/synced-secret": ""}),
                ("spec.secretObjects", [{"secretName": "x"}]),
            )
        ],
        ["must say why"],
    ),
    Case("unknown", "spec", [secret_class(("spec", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
