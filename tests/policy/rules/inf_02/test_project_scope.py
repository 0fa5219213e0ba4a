"""INF-02: a project lists what may be deployed, from where and where to."""

import pytest

from policy.rules.inf_02.project_scope import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, project
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "narrow", [project()]),
    Case("fail", "any repository", [project(("spec.sourceRepos", ["*"]))], ["sourceRepos has '*'"]),
    *(
        Case("fail", f"any {key}", [project((f"spec.destinations.0.{key}", "*"))], [f"destinations[0].{key}"])
        for key in ("namespace", "server", "name")
    ),
    Case(
        "fail",
        "any kind",
        [
            project(
                ("spec.clusterResourceWhitelist", [{"group": "*", "kind": "*"}]),
                ("spec.namespaceResourceWhitelist", [{"group": "apps", "kind": "*"}]),
            )
        ],
        ["clusterResourceWhitelist[0]", "namespaceResourceWhitelist[0]"],
    ),
    Case(
        "fail",
        "roles of the cluster",
        [
            project(
                (
                    "spec.clusterResourceWhitelist",
                    [{"group": "rbac.authorization.k8s.io", "kind": "ClusterRoleBinding"}],
                )
            )
        ],
        ["raise its rights"],
    ),
    Case("fail", "applications anywhere", [project(("spec.sourceNamespaces", ["*"]))], ["sourceNamespaces"]),
    Case(
        "absent",
        "kinds",
        [project(("spec.namespaceResourceWhitelist", GONE))],
        ["namespaceResourceWhitelist is absent"],
    ),
    Case("unknown", "spec", [project(("spec", UNKNOWN)), project(("spec.sourceRepos", [UNKNOWN]), name="other")]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
