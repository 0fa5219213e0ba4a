"""SEC-01: no Secret of Kubernetes is declared with data, in a chart or in Pulumi."""

import pytest

from policy.core.snapshot import SecretText
from policy.rules.sec_01.no_secret_objects import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, SERVICES, secret
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case(
        "pass",
        "empty; a token's; a repository without password",
        [
            secret(),
            secret(("type", "kubernetes.io/service-account-token"), ("data", {"token": "eA=="}), name="token"),
            secret(
                ("metadata.labels", {"argocd.argoproj.io/secret-type": "repository"}),
                ("stringData", {"url": SERVICES, "type": "git"}),
                name="repository",
            ),
        ],
    ),
    Case("fail", "text", [secret(("stringData", {"note": "x"}))], ["stringData.note is declared"]),
    Case("fail", "base64", [secret(("data", {"key": "eA=="}))], ["data.key"]),
    Case("fail", "encrypted in state", [secret(("stringData", {"key": SecretText("x")}))], ["stringData.key"]),
    Case(
        "fail",
        "a repository's password",
        [
            secret(
                ("metadata.labels", {"argocd.argoproj.io/secret-type": "repository"}),
                ("stringData", {"url": SERVICES, "password": "x"}),
            )
        ],
        ["stringData.password"],
    ),
    Case("absent", "no type", [secret(("type", GONE), ("data", {"a": "eA=="}))], ["data.a"]),
    Case("unknown", "data", [secret(("data", UNKNOWN), ("stringData", {"a": UNKNOWN}))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
