"""Dangers of NetworkPolicies, by what they let in and out."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.reports.support.objects import said, thing, told
from tests.support.resources import UNKNOWN, Res


def policy(name: str = "it", pods: Any = None, **directions: Any) -> Res:
    """A NetworkPolicy; what is not given is not spoken of."""
    spec = {"podSelector": pods if pods is not None else {}, "policyTypes": [key.capitalize() for key in directions]}
    return thing("networking.k8s.io/v1:NetworkPolicy", name, spec={**spec, **directions})


def rule(*peers: Any, ports: Any = None, key: str = "from") -> dict[str, Any]:
    """One rule."""
    return {key: list(peers), **({"ports": ports} if ports else {})}


API, WEB = {"matchLabels": {"app": "api"}}, {"podSelector": {"matchLabels": {"app": "web"}}}
HTTP = [{"port": 80}]
CLOSED = policy("closed", ingress=[], egress=[])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([CLOSED], [], ["is open out to everybody", "is open in from everybody"]),
        ([CLOSED], [policy("closed", ingress=[])], ["no longer closes egress"]),
        ([CLOSED], [policy("closed", pods=API, ingress=[], egress=[])], ["no longer selects them"] * 2),
        ([CLOSED], [CLOSED, policy(ingress=[rule()])], ["newly lets in everybody on every port"]),
        ([CLOSED], [CLOSED, policy(ingress=[rule(WEB, ports=HTTP)])],
         ["newly lets in pods with app=web of its namespace on TCP 80"]),
        ([CLOSED], [CLOSED, policy(egress=[rule({"ipBlock": {"cidr": "0.0.0.0/0"}}, key="to")])],
         ["newly lets out to"]),
        ([policy(ingress=[rule(WEB, ports=HTTP)])], [policy(ingress=[rule(WEB, ports=[{"port": 80, "endPort": 90}])])],
         ["on TCP 80-90"]),
        ([policy(ingress=[rule(WEB, ports=HTTP)])], [policy(ingress=[rule(WEB)])], ["on every port"]),
        ([policy(ingress=[rule({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}})])],
         [policy(ingress=[rule({"ipBlock": {"cidr": "10.0.0.0/8"}})])], ["newly lets in 10.0.0.0/8"]),
        ([policy(ingress=[rule({"namespaceSelector": {"matchLabels": {"a": "b"}}})])],
         [policy(ingress=[rule({"namespaceSelector": {}})])], ["newly lets in every namespace"]),
    ],
)  # fmt: skip
def test_a_network_policy_opens(before: Sequence[Res], after: Sequence[Res], words: Sequence[str]) -> None:
    """What was closed for its pods before."""
    found = said(before, after)
    assert len(found) == len(words)
    for text, word in zip(found, words, strict=True):
        assert word in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [CLOSED]),
        ([], [policy(ingress=[rule()])]),
        ([CLOSED, policy(pods=API, ingress=[])], [CLOSED]),
        ([CLOSED, policy(ingress=[rule(WEB, ports=HTTP)])], [CLOSED, policy("new", ingress=[rule(WEB, ports=HTTP)])]),
        ([policy(ingress=[rule(WEB)])], [policy(ingress=[rule(WEB, ports=HTTP)])]),
        ([policy(ingress=[rule(WEB), rule(WEB, ports=HTTP)])], [policy(ingress=[rule(WEB)])]),
        ([policy(ingress=[rule({"ipBlock": {"cidr": "10.0.0.0/8"}})])],
         [policy(ingress=[rule({"ipBlock": {"cidr": "10.9.0.0/16"}}, {"ipBlock": {"cidr": "10.0.0.0/9"}})])]),
        ([policy(pods=API, ingress=[])],
         [policy(pods={"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]}, ingress=[])]),
        ([policy(ingress=[rule(WEB)])], [policy(ingress=[{"from": UNKNOWN}])]),
        ([policy(pods=API, ingress=[])], [policy(pods={"matchLabels": {"app": UNKNOWN}}, ingress=[])]),
        ([policy(ingress=[rule(WEB, ports=HTTP)])],
         [policy(ingress=[rule(WEB, ports=[{"port": 80, "protocol": "TCP"}])])]),
        ([thing("core/v1:Namespace", "team"), CLOSED], [policy("other", ingress=[])]),
    ],
)  # fmt: skip
def test_a_network_policy_opens_nothing(before: Sequence[Res], after: Sequence[Res]) -> None:
    """New ones narrow, equal ones say nothing, and with its namespace a policy goes unmissed."""
    assert [danger for danger in told(before, after) if danger.kind == "cluster"] == []
