"""One rule of a firewall: as the access model compiles it, a component declares it."""

from dataclasses import dataclass
from typing import Final

ROUTERS: Final = "routers"
"""Stands for the security group of the subnet routers, from which everybody on the tailnet comes."""


@dataclass(frozen=True, order=True, kw_only=True)
class Rule:
    """TCP from ``source``, a CIDR or ``ROUTERS``, to ``port``. ``description`` is one that EC2 accepts."""

    port: int
    source: str
    description: str
