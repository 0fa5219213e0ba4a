"""The security group of what the access model grants: one port, to the granted sources and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.ec2.security_group import SecurityGroup, SecurityGroupIngressArgsDict

from lib.addresses import private_network
from lib.firewall import ROUTERS, Rule


@dataclass(frozen=True, kw_only=True)
class Granted:
    """A resource of the access model, ``access``, that listens on ``port``, and the ``rules`` that open it.

    ``router_security_group_id`` is what a rule's source ``ROUTERS`` stands for.

    Raises ValueError where nobody could connect, a rule opens another port, or its source is no private range.
    """

    access: str
    port: int
    rules: Sequence[Rule]
    router_security_group_id: pulumi.Input[str]
    vpc_id: pulumi.Input[str]

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError(f"rules: empty, so nobody could connect; grant {self.access} to somebody, or remove it")
        for rule in self.rules:
            if rule.port != self.port:
                raise ValueError(
                    f"rules: {rule.description!r} opens port {rule.port}, but {self.access} listens on {self.port}; "
                    "grant its own port"
                )
            if rule.source != ROUTERS:
                private_network(rule.source)


def granted_group(name: str, description: str, granted: Granted, opts: pulumi.ResourceOptions) -> SecurityGroup:
    """The granted sources, one rule for each description; nothing outwards. Inline, so one added by hand is drift."""
    ingress: list[SecurityGroupIngressArgsDict] = []
    for described in dict.fromkeys(rule.description for rule in granted.rules):
        sources = [rule.source for rule in granted.rules if rule.description == described]
        cidrs = [source for source in sources if source != ROUTERS]
        port: SecurityGroupIngressArgsDict = {"protocol": "tcp", "from_port": granted.port, "to_port": granted.port}
        port["description"] = described
        if cidrs:
            port["cidr_blocks"] = cidrs
        if ROUTERS in sources:
            port["security_groups"] = [granted.router_security_group_id]
        ingress.append(port)
    return SecurityGroup(name, description=description, vpc_id=granted.vpc_id, ingress=ingress, egress=[], opts=opts)
