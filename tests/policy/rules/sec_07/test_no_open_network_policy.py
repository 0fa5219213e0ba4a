"""SEC-07: a NetworkPolicy lets in, or out, whom it names, and not everybody."""

import pytest

from policy.rules.sec_07.no_open_network_policy import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import NAMES, network_policy
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case(
        "pass",
        "denies all; names peers; DNS for all; the internet on 443",
        [
            network_policy(),
            network_policy(
                ("spec.podSelector", {"matchLabels": NAMES}),
                (
                    "spec.ingress",
                    [
                        {"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": NAMES}}]},
                        {"from": [{"namespaceSelector": {}}], "ports": [{"port": 9090}]},
                    ],
                ),
                (
                    "spec.egress",
                    [{"ports": [{"port": 53}]}, {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}],
                ),
                name="own",
            ),
        ],
    ),
    Case(
        "fail",
        "everything in",
        [network_policy(("spec.ingress", [{}]))],
        ["spec.ingress[0] opens every port from everywhere"],
    ),
    Case(
        "fail",
        "everything out",
        [network_policy(("spec.egress", [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]))],
        ["spec.egress[0]"],
    ),
    Case(
        "fail",
        "half and half",
        [network_policy(("spec.ingress", [{"from": [{"ipBlock": {"cidr": "0.0.0.0/1"}}]}]))],
        ["spec.ingress[0]"],
    ),
    Case(
        "fail",
        "every namespace",
        [network_policy(("spec.ingress", [{"from": [{"namespaceSelector": {}}]}]))],
        ["from everywhere"],
    ),
    Case(
        "fail",
        "a port of every pod",
        [network_policy(("spec.ingress", [{"ports": [{"port": 8080}]}]))],
        ["ports of every pod"],
    ),
    Case("absent", "no peers", [network_policy(("spec.ingress", [{"from": []}]))], ["spec.ingress[0]"]),
    Case("unknown", "peers", [network_policy(("spec.ingress", [{"from": UNKNOWN}]), ("spec.egress", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
