"""INF-06: an autoscaler scales a workload that exists and says when its pods are ready."""

import pytest

from policy.rules.inf_06.scaling_signals import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, autoscaler, deployment
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "of this chart", [deployment(), autoscaler(name="scaler")]),
    Case(
        "pass",
        "one replica of another tier",
        [
            deployment(
                ("spec.template.metadata.labels", {"nationgraph.io/tier": "standard"}), ("metadata.labels", GONE)
            ),
            autoscaler(("spec.minReplicas", 1), name="scaler"),
        ],
    ),
    Case(
        "fail",
        "another name",
        [deployment(), autoscaler(("spec.scaleTargetRef.name", "biling"), name="scaler")],
        ["names no workload"],
    ),
    Case(
        "fail",
        "another namespace",
        [deployment(), autoscaler(("metadata.namespace", "x"), name="scaler")],
        ["names no workload"],
    ),
    Case(
        "fail", "one replica", [deployment(), autoscaler(("spec.minReplicas", 1), name="scaler")], ["minReplicas is 1"]
    ),
    Case(
        "fail",
        "without probes",
        [
            deployment(
                ("spec.template.spec.containers.0.readinessProbe", GONE),
                ("spec.template.spec.containers.0.startupProbe", GONE),
            ),
            autoscaler(name="scaler"),
        ],
        ["no readinessProbe", "no startupProbe"],
    ),
    Case(
        "absent",
        "minReplicas",
        [deployment(), autoscaler(("spec.minReplicas", GONE), name="scaler")],
        ["minReplicas is 1"],
    ),
    Case("unknown", "target", [deployment(), autoscaler(("spec.scaleTargetRef.name", UNKNOWN), name="scaler")]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
