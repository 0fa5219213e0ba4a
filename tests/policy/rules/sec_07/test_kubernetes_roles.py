"""SEC-07: a role of Kubernetes names what it may do, and cannot make itself greater."""

import pytest

from policy.rules.sec_07.kubernetes_roles import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import role
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "narrow", [role()]),
    Case("pass", "a vendored controller", [role(("metadata.name", "argocd-server"), ("rules.0.verbs", ["*"]))]),
    *(
        Case("fail", f"{key} {value}", [role((f"rules.0.{key}", [value]))], [f"rules[0].{key} has"])
        for key, value in (
            ("verbs", "*"),
            ("resources", "*"),
            ("resources", "*/scale"),
            ("apiGroups", "*"),
            ("nonResourceURLs", "*"),
            ("verbs", "escalate"),
            ("verbs", "bind"),
            ("verbs", "impersonate"),
            ("resources", "nodes/proxy"),
            ("resources", "serviceaccounts/token"),
        )
    ),
    Case(
        "fail",
        "a role of a namespace",
        [role(("rules.0.verbs", ["get", "*"]), as_type="rbac.authorization.k8s.io/v1:Role")],
        ["rules[0].verbs"],
    ),
    Case(
        "fail",
        "the vendor's name elsewhere",
        [role(("metadata", {"name": "argocd-server", "namespace": "payments"}), ("rules.0.verbs", ["*"]))],
        ["verbs has '*'"],
    ),
    Case("absent", "the second rule", [role(("rules", [{}, {"verbs": ["*"]}]))], ["rules[1].verbs"]),
    Case("unknown", "rules", [role(("rules", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
