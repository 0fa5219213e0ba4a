"""What a private cluster is made from, checked before anything is registered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.cluster.access import Entry
from components.cluster.nodes import NodeSize
from components.shared.granted import Granted
from components.shared.platform import Platform
from lib.firewall import Rule

PORT: Final = 443
"""Of the API server."""


@dataclass(frozen=True, kw_only=True)
class PrivateClusterArgs:
    """What a cluster needs. ``access`` names its resource of the access model, which says by ``rules`` who reaches it.

    ``router_security_group_id`` is what a rule's source ``ROUTERS`` stands for; other names there are ``functions``.
    ``teams`` are the namespaces whose pods may read secrets, ``entries`` are who may do what in the cluster, by names
    for their resources.
    """

    platform: Platform
    cluster_name: str
    access: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    rules: Sequence[Rule]
    router_security_group_id: pulumi.Input[str]
    nodes: NodeSize
    teams: Sequence[str]
    entries: Mapping[str, Entry]
    functions: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,57}", self.cluster_name):
            raise ValueError(
                f"cluster_name: {self.cluster_name!r}; use lower-case letters, digits and dashes, 58 at most"
            )
        if len(self.subnet_ids) < 2:
            raise ValueError(
                f"subnet_ids: EKS needs subnets in 2 zones, got {len(self.subnet_ids)}; pass the whole tier"
            )
        self.granted(dict.fromkeys(self.functions, ""))
        for team in self.teams:
            if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", team):
                raise ValueError(
                    f"teams: {team!r} is no name of a namespace; use lower-case letters, digits and dashes"
                )
        if len({*self.teams}) != len(self.teams):
            raise ValueError(f"teams: {', '.join(self.teams)} names a team twice; name each once")

    def granted(self, functions: Mapping[str, pulumi.Input[str]]) -> Granted:
        """The port of the API server, and who may connect to it; ``functions`` are the security groups of functions."""
        return Granted(
            access=self.access,
            port=PORT,
            rules=self.rules,
            router_security_group_id=self.router_security_group_id,
            vpc_id=self.vpc_id,
            function_security_group_ids=functions,
        )
