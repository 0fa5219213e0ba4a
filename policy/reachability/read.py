"""From the resources of a stack to its topology and tailnet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pulumi_policy import PolicyResource

from policy.reachability import read_endpoints, read_groups, read_network, tailnet
from policy.reachability.index import Index
from policy.reachability.model import Endpoint, Topology
from policy.reachability.places import STORE
from policy.reachability.solve import Solver


@dataclass(frozen=True)
class StackNetwork:
    """What a stack's network looks like. ``unclear`` says that a preview left something open: read it both ways.
    ``lost`` says that it does not even show to what some property refers.
    """

    topology: Topology
    tailnet: tailnet.Tailnet
    resources: Mapping[str, PolicyResource]
    unclear: bool
    lost: bool

    @cached_property
    def solver(self) -> Solver:
        """The answers."""
        return Solver(self.topology)

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        """The endpoints by URN."""
        return {endpoint.urn: endpoint for endpoint in self.topology.endpoints}

    def targets(self) -> list[Endpoint]:
        """What the access model speaks about: every data store, and everything that carries an access tag."""
        return [
            endpoint
            for endpoint in self.topology.endpoints
            if (endpoint.kind == STORE or endpoint.access) and endpoint.access != tailnet.ROUTER
        ]

    def routers(self) -> list[Endpoint]:
        """What forwards for the tailnet."""
        return [endpoint for endpoint in self.topology.endpoints if endpoint.access == tailnet.ROUTER]


def read_stack(resources: Sequence[PolicyResource], *, guess: bool = False) -> StackNetwork:
    """Read a stack. ``guess``: what a preview cannot know lets traffic through (True) or does not (False).

    Read it with False to accuse, and with True to say that something is missing: then no preview accuses wrongly.
    """
    index = Index(resources, guess=guess)
    subnets = read_network.subnets(index)
    groups = read_groups.read(index)
    endpoints = read_endpoints.Endpoints(index, subnets, groups).read()
    topology = Topology(
        subnets=tuple(subnets.values()),
        endpoints=tuple(endpoints),
        groups=tuple(groups.values()),
        peers=read_network.peers(index),
        names={resource.urn: resource.name for resource in resources},
    )
    return StackNetwork(topology, tailnet.read(index), {r.urn: r for r in resources}, index.unclear, index.lost)
