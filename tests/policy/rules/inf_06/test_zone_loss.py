"""INF-06: a core service goes on while a zone is lost and while nodes are drained."""

import pytest

from policy.rules.inf_06.zone_loss import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, autoscaler, budget, deployment
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "survives", [deployment(), budget(name="pdb")]),
    Case(
        "pass",
        "by its autoscaler",
        [deployment(("spec.replicas", GONE)), budget(name="pdb"), autoscaler(name="scaler")],
    ),
    Case(
        "pass",
        "another tier",
        [
            deployment(
                ("spec.replicas", 1),
                ("spec.template.metadata.labels", {"nationgraph.io/tier": "standard"}),
                ("metadata.labels", GONE),
            )
        ],
    ),
    Case("fail", "one replica", [deployment(("spec.replicas", 1)), budget(name="pdb")], ["spec.replicas is 1"]),
    Case(
        "fail",
        "the autoscaler's one",
        [deployment(), budget(name="pdb"), autoscaler(("spec.minReplicas", 1), name="scaler")],
        ["spec.replicas is 1"],
    ),
    Case(
        "fail",
        "no budget of its own",
        [deployment(), budget(("spec.selector.matchLabels", {"a": "b"}), name="pdb")],
        ["has no PodDisruptionBudget"],
    ),
    Case(
        "fail",
        "spread that may be ignored",
        [
            deployment(("spec.template.spec.topologySpreadConstraints.0.whenUnsatisfiable", "ScheduleAnyway")),
            budget(name="pdb"),
        ],
        ["topologySpreadConstraints"],
    ),
    Case(
        "fail",
        "spread over machines",
        [
            deployment(("spec.template.spec.topologySpreadConstraints.0.topologyKey", "kubernetes.io/hostname")),
            budget(name="pdb"),
        ],
        ["topologySpreadConstraints"],
    ),
    Case("fail", "never unavailable", [budget(("spec.maxUnavailable", 0), name="pdb")], ["maxUnavailable is 0"]),
    Case(
        "fail",
        "all available",
        [deployment(), budget(("spec.maxUnavailable", GONE), ("spec.minAvailable", 2), name="pdb")],
        ["minAvailable is 2"],
    ),
    Case(
        "fail",
        "all of them",
        [budget(("spec.maxUnavailable", GONE), ("spec.minAvailable", "100%"), name="pdb")],
        ["100%"],
    ),
    Case(
        "absent",
        "everything",
        [deployment(("spec.replicas", GONE), ("spec.template.spec.topologySpreadConstraints", GONE))],
        ["spec.replicas is 1", "PodDisruptionBudget", "topologySpreadConstraints"],
    ),
    Case(
        "unknown",
        "replicas",
        [
            deployment(("spec.replicas", UNKNOWN), ("spec.template.spec.topologySpreadConstraints", UNKNOWN)),
            budget(("spec.selector", UNKNOWN), name="pdb"),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
