"""The solver against trying every packet, on random stacks; and whether the comparison would notice a wrong solver."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from policy.facts import prefix_lists
from policy.reachability import (
    flows,
    origins,
    read_endpoints,
    read_forwards,
    read_groups,
    read_network,
    read_routes,
    solve,
    subnet_paths,
    who,
)
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, INTERNET, V4, IntervalSet, ports
from policy.reachability.model import Subnet
from tests.policy.support.agreement import disagreements
from tests.policy.support.brute_force import BruteForce
from tests.policy.support.random_stacks import stacks
from tests.support.depth import DEEP, deep
from tests.support.resources import Res

pytestmark = pytest.mark.no_cover

EXAMPLES = 2500 if DEEP else 30
"""How many random stacks."""
CORPUS, SEED = 1000 if DEEP else 60, 1
"""At most so many stacks are tried for a deliberate bug. Most show within 60, the rarest feature is in one of 300."""
PROFILE = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@deep
@pytest.mark.timeout(1800)
def test_solver_agrees_with_every_packet() -> None:
    """Sources, ports, addresses, and whether strangers get in: no disagreement on any stack; the number is printed."""
    tried = 0

    @settings(max_examples=EXAMPLES, **PROFILE)
    @given(stacks())
    def compare(resources: Sequence[Res]) -> None:
        nonlocal tried
        assert list(disagreements(resources, BruteForce(resources))) == []
        tried += 1

    compare()
    print(f"solver and brute force agree on {tried} of {tried} random stacks")
    assert tried >= EXAMPLES


class Corpus:
    """Stacks that are the same in every run; brute force looks at one only when a test gets to it."""

    def __init__(self) -> None:
        self._stacks: list[Sequence[Res]] = []

        @seed(SEED)
        @settings(max_examples=CORPUS, **PROFILE)
        @given(stacks())
        def collect(resources: Sequence[Res]) -> None:
            self._stacks.append(resources)

        collect()
        self._known: dict[int, BruteForce] = {}

    def __len__(self) -> int:
        return len(self._stacks)

    def __iter__(self) -> Iterator[tuple[Sequence[Res], BruteForce]]:
        for number, resources in enumerate(self._stacks):
            if number not in self._known:
                self._known[number] = BruteForce(resources)
            yield resources, self._known[number]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """One for all deliberate bugs."""
    return Corpus()


def _unordered(rules: Any) -> Any:
    return flows.first_match([replace(rule, number=-rule.number) for rule in rules])


def _by_address(permissions: Any, _carried: Any) -> Any:
    return [(rule.ports, rule.addresses) for rule in permissions if rule.ports and rule.addresses]


def _edge_everywhere(real: Callable[..., Any]) -> Callable[..., Any]:
    def between(self: Any, source: Subnet, target: Subnet) -> Any:
        return real(self, replace(source, urn="") if source.urn == target.urn else source, target)

    return between


def _one_way(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given_: [replace(path, sources=EVERYWHERE) for path in real(*given_)]


def _never_relayed(real: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    return lambda endpoint: (origin for origin in real(endpoint) if not origin.relayed)


def _touching(left: IntervalSet, right: IntervalSet) -> IntervalSet:
    pairs = ((max(a, c), min(b, d)) for a, b in left.parts for c, d in right.parts)
    return IntervalSet(tuple(sorted((low, high) for low, high in pairs if low < high)))


Swap = tuple[Any, str, Any]
BUGS: dict[str, Swap] = {
    "network ACL rules in any order": (read_network, "first_match", _unordered),
    "network ACLs that keep state": (solve, "addresses_open_on", lambda *_: EVERYWHERE),
    "network ACL rules as resources unread": (read_network, "ACL_RULE", ""),
    "network ACL inside a subnet": (
        subnet_paths.SubnetPaths,
        "_between",
        _edge_everywhere(subnet_paths.SubnetPaths._between),
    ),
    "denials unheeded": (flows, "_without", lambda flow, _: [flow]),
    "shortest prefix first": (read_routes, "sorted", lambda rows, key: sorted(rows, key=lambda row: -key(row))),
    "no route back": (subnet_paths.SubnetPaths, "of", _one_way(subnet_paths.SubnetPaths.of)),
    "peering forgotten": (read_network, "peers", lambda _: {}),
    "references between groups unheeded": (solve, "permitted", _by_address),
    "egress rules as ingress": (read_groups, "EGRESS_RULE", ""),
    "last port left out": (read_groups, "ports", lambda name, low, high: ports(name, low, high - (high > low))),
    "prefix lists empty": (prefix_lists, "ranges", lambda *_: ()),
    "no strangers on IPv6": (origins, "INTERNET", INTERNET & V4),
    "NAT lets strangers in": (origins, "GATES", ("internet gateway", "NAT gateway")),
    "everything public": (read_endpoints.Endpoints, "_is_public", lambda *_: True),
    "load balancers pass on to all": (read_forwards.Forwards, "of", lambda *_: (None, ALL_PORTS)),
    "load balancers pass on to none": (who, "_passes", lambda *_: False),
    "hosts that face strangers are no way on": (who, "is_exposed", lambda _: False),
    "client addresses forgotten": (origins, "from_endpoint", _never_relayed(origins.from_endpoint)),
    "single numbers lost": (IntervalSet, "__and__", _touching),
}


RARE = {
    "NAT lets strangers in",
    "client addresses forgotten",
    "denials unheeded",
    "hosts that face strangers are no way on",
    "load balancers pass on to none",
    "network ACL rules as resources unread",
    "network ACL rules in any order",
}
"""Bugs that take more than fifty stacks to be noticed, each of which brute force has to try."""


@deep
@pytest.mark.parametrize("bug", [bug for bug in BUGS if DEEP or bug not in RARE])
def test_deliberate_bug_is_noticed(bug: str, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one thing wrong in the solver, some stack of the corpus shows it."""
    owner, name, wrong = BUGS[bug]
    monkeypatch.setattr(owner, name, wrong, raising=False)
    seen = next((number for number, stack in enumerate(corpus) if next(disagreements(*stack), None)), None)
    print(f"{bug}: noticed on stack {seen} of {len(corpus)}")
    assert seen is not None
