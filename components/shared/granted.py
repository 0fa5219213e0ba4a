"""The security group of what the access model grants: one port, to the granted sources and nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws.ec2.security_group import SecurityGroup, SecurityGroupIngressArgsDict

from lib.addresses import private_network
from lib.firewall import ROUTERS, Rule


@dataclass(frozen=True, kw_only=True)
class Granted:
    """A resource of the access model, ``access``, that listens on ``port``, and the ``rules`` that open it.

    ``router_security_group_id`` is what a rule's source ``ROUTERS`` stands for, ``function_security_group_ids`` what
    the names of functions do.

    Raises ValueError where nobody could connect, a rule opens another port, or its source is no private range.
    """

    access: str
    port: int
    rules: Sequence[Rule]
    router_security_group_id: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    function_security_group_ids: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError(f"rules: empty, so nobody could connect; grant {self.access} to somebody, or remove it")
        for rule in self.rules:
            if rule.port != self.port:
                raise ValueError(
                    f"rules: {rule.description!r} opens port {rule.port}, but {self.access} listens on {self.port}; "
                    "grant its own port"
                )
            if rule.source not in self.groups:
                private_network(rule.source)

    @property
    def groups(self) -> Mapping[str, pulumi.Input[str]]:
        """The security group of each source that is no range of addresses."""
        return {ROUTERS: self.router_security_group_id, **self.function_security_group_ids}


def granted_group(name: str, description: str, granted: Granted, opts: pulumi.ResourceOptions) -> SecurityGroup:
    """The granted sources, one rule for each description; nothing outwards. Inline, so one added by hand is drift."""
    ingress: list[SecurityGroupIngressArgsDict] = []
    for described in dict.fromkeys(rule.description for rule in granted.rules):
        sources = [rule.source for rule in granted.rules if rule.description == described]
        cidrs = [source for source in sources if source not in granted.groups]
        groups = [granted.groups[source] for source in sources if source in granted.groups]
        port: SecurityGroupIngressArgsDict = {"protocol": "tcp", "from_port": granted.port, "to_port": granted.port}
        port["description"] = described
        if cidrs:
            port["cidr_blocks"] = cidrs
        if groups:
            port["security_groups"] = groups
        ingress.append(port)
    return SecurityGroup(name, description=description, vpc_id=granted.vpc_id, ingress=ingress, egress=[], opts=opts)
