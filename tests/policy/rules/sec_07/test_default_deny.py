"""SEC-07: in a namespace nothing may connect that no policy names."""

import pytest

from policy.rules.sec_07.default_deny import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, deployment, namespace, network_policy
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "both ways", [namespace(), network_policy(), deployment()]),
    Case(
        "pass",
        "in two policies",
        [
            namespace(),
            network_policy(("spec.policyTypes", ["Ingress"]), name="in"),
            network_policy(("spec.policyTypes", ["Egress"]), name="out"),
        ],
    ),
    Case("pass", "a chart whose namespace is declared elsewhere", [deployment()]),
    Case("fail", "one way", [namespace(name="ns"), network_policy(("spec.policyTypes", GONE))], ["denies all Egress"]),
    Case(
        "fail",
        "of another namespace",
        [namespace(name="ns"), network_policy(("metadata.namespace", "other"))],
        ["denies all Ingress"],
    ),
    Case(
        "fail",
        "of some pods",
        [namespace(name="ns"), network_policy(("spec.podSelector", {"matchLabels": {"a": "b"}}))],
        ["denies all Ingress"],
    ),
    Case("fail", "in default", [deployment(("metadata.namespace", "default"))], ["is 'default'"]),
    Case("absent", "none", [namespace(name="ns")], ["denies all Ingress", "denies all Egress"]),
    Case(
        "unknown",
        "whose",
        [namespace(name="ns"), network_policy(("metadata.namespace", UNKNOWN), ("spec.policyTypes", UNKNOWN))],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
