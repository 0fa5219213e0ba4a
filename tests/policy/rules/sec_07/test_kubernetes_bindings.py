"""SEC-07: nobody is bound to everything, and no secret is read across namespaces."""

import pytest

from policy.rules.sec_07.kubernetes_bindings import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import binding, role
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "narrow", [role(name="role"), binding()]),
    Case(
        "pass",
        "secrets in one namespace",
        [
            role(("rules.0.resources", ["secrets"]), name="role"),
            binding(("metadata.namespace", "payments"), as_type="rbac.authorization.k8s.io/v1:RoleBinding"),
        ],
    ),
    Case("fail", "cluster-admin", [binding(("roleRef.name", "cluster-admin"))], ["roleRef.name is 'cluster-admin'"]),
    Case(
        "fail",
        "cluster-admin in a namespace",
        [binding(("roleRef.name", "cluster-admin"), as_type="rbac.authorization.k8s.io/v1:RoleBinding")],
        ["cluster-admin"],
    ),
    Case(
        "fail",
        "secrets everywhere",
        [role(("rules.0.resources", ["pods", "secrets"]), name="role"), binding()],
        ["reads secrets in every namespace"],
    ),
    Case(
        "fail",
        "by aggregation",
        [
            role(
                ("rules.0.resources", ["secrets"]),
                ("metadata", {"name": "part", "labels": {"to": "reader"}}),
                name="part",
            ),
            role(
                ("rules", []),
                ("aggregationRule", {"clusterRoleSelectors": [{"matchLabels": {"to": "reader"}}]}),
                name="role",
            ),
            binding(),
        ],
        ["reads secrets"],
    ),
    *(
        Case("fail", who, [binding(("subjects.0.name", who))], [who])
        for who in (
            "system:anonymous",
            "system:unauthenticated",
            "system:authenticated",
            "system:serviceaccounts",
            "system:masters",
        )
    ),
    Case("absent", "a role of another set that is known to do all", [binding(("roleRef.name", "edit"))], ["'edit'"]),
    Case("unknown", "role", [role(name="role"), binding(("roleRef.name", UNKNOWN), ("subjects", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
