"""One rule of a firewall, as the access model compiles it and a component declares it, and the port of the VPN."""

from dataclasses import dataclass
from typing import Final

ROUTERS: Final = "routers"
"""Stands for the security group of the subnet routers, from which everybody on the tailnet comes."""

WIREGUARD_PORT: Final = 41641
"""UDP port on which Tailscale listens for direct connections; without it sessions are relayed, and databases lose them.
Source: https://tailscale.com/kb/1082/firewall-ports."""


@dataclass(frozen=True, order=True, kw_only=True)
class Rule:
    """TCP from ``source`` to ``port``: a CIDR, ``ROUTERS``, or a function by its name. EC2 accepts ``description``."""

    port: int
    source: str
    description: str
