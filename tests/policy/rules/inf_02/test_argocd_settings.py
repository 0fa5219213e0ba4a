"""INF-02: nobody signs in to Argo CD by a password, and no field overrides its guards."""

import pytest

from policy.rules.inf_02.argocd_settings import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import settings
from tests.support.resources import UNKNOWN, Case, Res

CASES = [
    Case(
        "pass",
        "as it must be",
        [
            settings("argocd-cm", admin_enabled="false", url="https://argocd.example"),
            settings(
                "argocd-cmd-params-cm",
                applicationsetcontroller_policy="create-update",
                applicationsetcontroller_enable_policy_override="false",
            ),
            settings("argocd-rbac-cm", policy_default=""),
        ],
    ),
    Case("pass", "any other map", [settings("billing", admin_enabled="true")]),
    Case(
        "pass",
        "a patch",
        [
            Res(
                "kubernetes:core/v1:ConfigMapPatch",
                "x",
                {"metadata": {"name": "argocd-cm"}, "data": {"url": "https://x.example"}},
            )
        ],
    ),
    Case("fail", "the admin", [settings("argocd-cm", admin_enabled="true")], ["admin.enabled is 'true'"]),
    Case(
        "fail",
        "a local user",
        [settings("argocd-cm", admin_enabled="false", accounts_ci="apiKey, login")],
        ["accounts.ci"],
    ),
    Case(
        "fail",
        "anybody, and a terminal",
        [settings("argocd-cm", admin_enabled="false", users_anonymous_enabled="true", exec_enabled="true")],
        ["users.anonymous.enabled", "exec.enabled"],
    ),
    Case("fail", "read by all", [settings("argocd-rbac-cm", policy_default="role:readonly")], ["policy.default"]),
    Case(
        "fail",
        "a role of one's own for everybody",
        [settings("argocd-rbac-cm", policy_default="role:viewer")],
        ["policy.default is 'role:viewer', must be '' or absent"],
    ),
    Case("pass", "no default role", [settings("argocd-rbac-cm", policy_csv="")]),
    Case(
        "fail",
        "policy overridden",
        [
            settings(
                "argocd-cmd-params-cm",
                applicationsetcontroller_policy="sync",
                applicationsetcontroller_enable_policy_override="true",
            )
        ],
        ["policy is 'sync'", "override is 'true'"],
    ),
    Case(
        "absent",
        "Argo CD's defaults",
        [settings("argocd-cm"), settings("argocd-cmd-params-cm")],
        ["admin.enabled is None", "applicationsetcontroller.policy is None"],
    ),
    Case(
        "unknown",
        "data",
        [Res("kubernetes:core/v1:ConfigMap", "argocd-cm", {"metadata": {"name": "argocd-cm"}, "data": UNKNOWN})],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
