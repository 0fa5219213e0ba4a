"""NetworkPolicies mean what the API reference says, and two evaluators that share no line agree on any of them."""

import ipaddress
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.reachability.intervals import addresses, ports
from policy.reachability.network_policies import Cluster, End, Pod
from tests.policy.support.second_network_policies import Enumerated, Thing
from tests.support.depth import examples

NUMBERS = [80, 8080, 8081, 9090]
SPACES = {"red": {"side": "left"}, "blue": {"side": "right"}, "grey": {}}
RANGES = ["0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24", "10.0.1.0/30", "192.0.2.0/24"]


def policy(namespace: str = "red", **spec: Any) -> dict[str, Any]:
    """One that selects every pod of its namespace unless it is told otherwise."""
    return {"metadata": {"namespace": namespace}, "spec": {"podSelector": {}, **spec}}


def pod(namespace: str = "red", address: str = "10.0.1.1", **labels: str) -> Pod:
    """A pod with a port that has a name."""
    return Pod(
        namespace=namespace,
        labels=labels,
        address=ipaddress.IPv4Address(address),
        ports={("http", "TCP"): 8080},
    )


OUTSIDE = ipaddress.IPv4Address("192.0.2.9")
CASES: dict[str, tuple[list[dict[str, Any]], End, End, int, bool]] = {
    "no policy, everything": ([], pod(), pod("blue"), 80, True),
    "a policy of another namespace": ([policy("grey")], pod(), pod("blue"), 80, True),
    "a policy without types denies ingress": ([policy("blue")], pod(), pod("blue"), 80, False),
    "and not egress": ([policy("red")], pod(), pod("blue"), 80, True),
    "nor with an empty list of egress": ([policy("red", egress=[])], pod(), pod("blue"), 80, True),
    "egress rules make it one of egress": (
        [policy("red", egress=[{"to": [{"podSelector": {}}]}])],
        pod(),
        OUTSIDE,
        80,
        False,
    ),
    "type egress without rules denies": ([policy(policyTypes=["Egress"])], pod(), OUTSIDE, 80, False),
    "an empty rule allows all": ([policy("blue", ingress=[{}])], pod(), pod("blue"), 80, True),
    "no rule after an empty list of peers": ([policy("blue", ingress=[{"from": []}])], OUTSIDE, pod("blue"), 80, True),
    "podSelector alone is the own namespace": (
        [policy("blue", ingress=[{"from": [{"podSelector": {}}]}])],
        pod("red"),
        pod("blue"),
        80,
        False,
    ),
    "both selectors of one peer are joined by and": (
        [policy("blue", ingress=[{"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "1"}}}]}])],
        pod(a="2"),
        pod("blue"),
        80,
        False,
    ),
    "two peers by or": (
        [policy("blue", ingress=[{"from": [{"namespaceSelector": {}}, {"podSelector": {"matchLabels": {"a": "1"}}}]}])],
        pod(a="2"),
        pod("blue"),
        80,
        True,
    ),
    "a namespace has the label of its name": (
        [
            policy(
                "blue",
                ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "red"}}}]}],
            )
        ],
        pod(),
        pod("blue"),
        80,
        True,
    ),
    "except cuts out": (
        [
            policy(
                policyTypes=["Egress"],
                egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["192.0.2.0/24"]}}]}],
            )
        ],
        pod(),
        OUTSIDE,
        80,
        False,
    ),
    "selectors name no address": (
        [policy("blue", ingress=[{"from": [{"namespaceSelector": {}}]}])],
        OUTSIDE,
        pod("blue"),
        80,
        False,
    ),
    "another port": ([policy("blue", ingress=[{"ports": [{"port": 81}]}])], pod(), pod("blue"), 80, False),
    "a port without a number is all of the protocol": (
        [policy("blue", ingress=[{"ports": [{"protocol": "TCP"}]}])],
        pod(),
        pod("blue"),
        80,
        True,
    ),
    "another protocol": (
        [policy("blue", ingress=[{"ports": [{"protocol": "UDP", "port": 80}]}])],
        pod(),
        pod("blue"),
        80,
        False,
    ),
    "up to endPort": (
        [policy("blue", ingress=[{"ports": [{"port": 79, "endPort": 80}]}])],
        pod(),
        pod("blue"),
        80,
        True,
    ),
    "not beyond": ([policy("blue", ingress=[{"ports": [{"port": 78, "endPort": 79}]}])], pod(), pod("blue"), 80, False),
    "a name is the target's port": (
        [policy("blue", ingress=[{"ports": [{"port": "http"}]}])],
        pod(),
        pod("blue"),
        8080,
        True,
    ),
    "and no other number": ([policy("blue", ingress=[{"ports": [{"port": "http"}]}])], pod(), pod("blue"), 80, False),
    "an address has no names": (
        [policy(policyTypes=["Egress"], egress=[{"ports": [{"port": "http"}]}])],
        pod(),
        OUTSIDE,
        8080,
        False,
    ),
    "NotIn takes what lacks the label": (
        [
            policy(
                "blue",
                ingress=[
                    {
                        "from": [
                            {
                                "namespaceSelector": {},
                                "podSelector": {
                                    "matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]
                                },
                            }
                        ]
                    }
                ],
            )
        ],
        pod(),
        pod("blue"),
        80,
        True,
    ),
    "an operator that nobody knows selects nothing": (
        [
            policy(
                "blue",
                ingress=[{"from": [{"namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "Near"}]}}]}],
            )
        ],
        pod(),
        pod("blue"),
        80,
        False,
    ),
    "a peer that says nothing": (
        [policy("blue", ingress=[{"from": [{"podSelector": None}]}])],
        pod(),
        pod("blue"),
        80,
        False,
    ),
    "another policy adds": ([policy("blue"), policy("blue", ingress=[{}])], pod(), pod("blue"), 80, True),
    "both ends must allow": (
        [policy(policyTypes=["Egress"]), policy("blue", ingress=[{}])],
        pod(),
        pod("blue"),
        80,
        False,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_semantics(name: str) -> None:
    """Each case is one sentence of the reference."""
    policies, source, target, port, allowed = CASES[name]
    assert Cluster(policies=policies, namespaces=SPACES).allows(source, target, port) is allowed


def test_a_pod_reaches_itself() -> None:
    """No policy can take that away."""
    one = pod()
    assert Cluster(policies=[policy(policyTypes=["Ingress", "Egress"])]).allows(one, one, 80)


def test_isolation_is_by_direction() -> None:
    """A pod may be closed one way and open the other."""
    cluster = Cluster(policies=[policy()])
    assert cluster.isolated(pod(), "Ingress")
    assert not cluster.isolated(pod(), "Egress")


LABELS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2)
EXPRESSIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["a", "b", "side"]),
            "operator": st.sampled_from(["In", "NotIn"]),
            "values": st.lists(st.sampled_from(["1", "2", "left"]), min_size=1, max_size=2),
        }
    ),
    st.fixed_dictionaries(
        {"key": st.sampled_from(["a", "b", "side"]), "operator": st.sampled_from(["Exists", "DoesNotExist"])}
    ),
)
SELECTORS = st.fixed_dictionaries(
    {}, optional={"matchLabels": LABELS, "matchExpressions": st.lists(EXPRESSIONS, max_size=2)}
)
SPACE_SELECTORS = st.one_of(
    SELECTORS,
    st.builds(lambda name: {"matchLabels": {"kubernetes.io/metadata.name": name}}, st.sampled_from(list(SPACES))),
    st.builds(lambda side: {"matchLabels": {"side": side}}, st.sampled_from(["left", "right"])),
)
BLOCKS = st.fixed_dictionaries(
    {"cidr": st.sampled_from(RANGES)}, optional={"except": st.lists(st.sampled_from(RANGES[1:]), max_size=2)}
)
PEERS = st.one_of(
    st.fixed_dictionaries({"ipBlock": BLOCKS}),
    st.fixed_dictionaries({"podSelector": SELECTORS}),
    st.fixed_dictionaries({"namespaceSelector": SPACE_SELECTORS}, optional={"podSelector": SELECTORS}),
)
PROTOCOLS = st.sampled_from(["TCP", "UDP"])
PORTS = st.one_of(
    st.fixed_dictionaries({}, optional={"protocol": PROTOCOLS}),
    st.fixed_dictionaries({"port": st.sampled_from([*NUMBERS, "http", "dns"])}, optional={"protocol": PROTOCOLS}),
    st.fixed_dictionaries({"port": st.sampled_from([80, 8080]), "endPort": st.sampled_from([8080, 8081])}),
)


def rules(side: str) -> st.SearchStrategy[dict[str, Any]]:
    """Rules of a direction."""
    parts = {side: st.lists(PEERS, max_size=2), "ports": st.lists(PORTS, max_size=2)}
    return st.fixed_dictionaries({}, optional=parts)


POLICIES = st.builds(
    lambda namespace, spec: {"metadata": {"namespace": namespace}, "spec": spec},
    st.sampled_from(list(SPACES)),
    st.fixed_dictionaries(
        {"podSelector": SELECTORS},
        optional={
            "policyTypes": st.lists(st.sampled_from(["Ingress", "Egress"]), min_size=1, max_size=2, unique=True),
            "ingress": st.lists(rules("from"), max_size=2),
            "egress": st.lists(rules("to"), max_size=2),
        },
    ),
)
PODS = st.builds(
    lambda namespace, labels, last, named: (namespace, labels, f"10.0.1.{last}", named),
    st.sampled_from(list(SPACES)),
    LABELS,
    st.integers(1, 9),
    st.sampled_from([(), (("http", "TCP", 8080),), (("http", "TCP", 80), ("dns", "UDP", 9090))]),
)


@given(st.lists(POLICIES, max_size=4), st.lists(PODS, min_size=2, max_size=4))
@settings(max_examples=examples(400), deadline=None)
def test_two_evaluators_agree(policies: list[dict[str, Any]], drawn: list[tuple[Any, ...]]) -> None:
    """For every pair of ends, every port and both protocols."""
    outside = [Thing(f"outside-{text}", "", (), text) for text in ("10.0.2.1", "192.0.2.9", "203.0.113.1")]
    inside = [
        Thing(f"pod-{n}", space, tuple(labels.items()), address, named)
        for n, (space, labels, address, named) in enumerate(drawn)
    ]
    ends: dict[str, End] = {
        one.name: Pod(
            namespace=one.namespace,
            labels=dict(one.labels),
            address=ipaddress.IPv4Address(one.address),
            ports={(name, protocol): number for name, protocol, number in one.named},
        )
        for one in inside
    }
    ends |= {one.name: ipaddress.IPv4Address(one.address) for one in outside}
    cluster = Cluster(policies=policies, namespaces=SPACES)
    second = Enumerated(policies, SPACES, [*inside, *outside], NUMBERS)
    for source in [*inside, *outside]:
        for target in [*inside, *outside]:
            for number in NUMBERS:
                for protocol in ("TCP", "UDP"):
                    first = cluster.allows(ends[source.name], ends[target.name], number, protocol)
                    assert first == second.allowed(source, target, number, protocol), (source, target, number, protocol)


@given(st.lists(POLICIES, max_size=4), PODS, st.lists(st.sampled_from(RANGES), min_size=1, max_size=2))
@settings(max_examples=examples(200), deadline=None)
def test_whole_ranges_are_decided_as_each_address_is(
    policies: list[dict[str, Any]], drawn: tuple[Any, ...], ranges: list[str]
) -> None:
    """A port is open to a range where it is to one of its addresses: the ends of all ranges stand for the rest."""
    space, labels, address, _ = drawn
    cluster = Cluster(policies=policies, namespaces=SPACES)
    pod = Pod(namespace=space, labels=labels, address=ipaddress.IPv4Address(address), ports={})
    places = addresses(ranges)
    edges = [ipaddress.ip_network(one) for one in RANGES]
    tried = {end for one in edges for end in (one[0], one[-1])} | {one[-1] + 1 for one in edges[1:]}
    outside = [one for one in tried if isinstance(one, ipaddress.IPv4Address) and int(one) in places]
    numbers = ports("tcp", 1, 10_000) | ports("udp", 1, 10_000)
    opened, by = cluster.leaves(pod, places, numbers)
    for protocol, number in product(("tcp", "udp"), NUMBERS):
        each = any(cluster.allows(pod, one, number, protocol.upper()) for one in outside)
        assert bool(opened & ports(protocol, number, number)) is each, (protocol, number)
    assert not opened - numbers
    assert bool(by) <= cluster.isolated(pod, "Egress")
