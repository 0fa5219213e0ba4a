"""The words with which a policy names sources, destinations, ports and protocols."""

import ipaddress
import re
from functools import lru_cache
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

TAILNET: Final = (ipaddress.ip_network("100.64.0.0/10"), ipaddress.ip_network("fd7a:115c:a1e0::/48"))
"""Addresses of the tailnet's own nodes."""

ROLES: Final = frozenset(
    {"admin", "auditor", "billing-admin", "it-admin", "member", "members", "network-admin", "owner", "tagged"}
)
AUTOGROUPS: Final = {
    "src": ROLES | {"shared", "danger-all"},
    "dst": ROLES | {"internet", "self"},
    "owner": ROLES,
    "ssh src": ROLES | {"shared"},
    "ssh dst": ROLES | {"self"},
    "target": ROLES,
}
"""Which autogroups may stand where."""

PROTOCOLS: Final = {
    "icmp": 1,
    "igmp": 2,
    "ipv4": 4,
    "ip-in-ip": 4,
    "tcp": 6,
    "egp": 8,
    "igp": 9,
    "udp": 17,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "ipv6-icmp": 58,
    "sctp": 132,
}
WITH_PORTS: Final = frozenset({6, 17, 132})

Ports = tuple[tuple[int, int], ...]
EVERY_PORT: Final[Ports] = ((0, 65535),)


@lru_cache(maxsize=4096)
def kind(name: str) -> str:
    """What ``name`` is by its form: any, user, domain, group, tag, autogroup, ipset, svc, address or host."""
    prefix = name.partition(":")[0]
    if name == "*":
        return "any"
    if prefix in {"group", "tag", "autogroup", "ipset", "svc"} and ":" in name:
        return prefix
    if re.fullmatch(r"user:\*@[\w.-]+", name):
        return "domain"
    if network(name) is not None:
        return "address"
    return "user" if "@" in name else "host"


@lru_cache(maxsize=4096)
def network(text: str) -> Network | None:
    """The range of an address or CIDR; None where it is neither. Host bits beside a prefix are left to the caller."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def has_host_bits(text: str) -> bool:
    """Whether a CIDR names an address inside its range instead of the range: ``10.0.0.1/8``."""
    found = network(text)
    return "/" in text and found is not None and ipaddress.ip_address(text.partition("/")[0]) != found.network_address


def tag_fault(tag: str) -> str | None:
    """Why ``tag`` is no tag, in the words of ``tailcfg.CheckTag``; None where it is one."""
    name = tag.removeprefix("tag:")
    if name == tag:
        return "tags must start with 'tag:'"
    if not name:
        return "tag names must not be empty"
    if not re.match("[a-zA-Z]", name):
        return "tag names must start with a letter, after 'tag:'"
    if not re.fullmatch("[a-zA-Z0-9-]+", name):
        return "tag names can only contain numbers, letters, or dashes"
    return None


def split(destination: str) -> tuple[str, str]:
    """Host and ports of ``host:ports``. Raises ``ValueError``; IPv6 addresses stand in brackets, prefixes need not."""
    host, colon, ports = destination.rpartition(":")
    if not colon or not host or not ports:
        raise ValueError(f"invalid destination {destination!r}: want host:ports")
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1], ports
    if network(host) is not None and ":" in host and "/" not in host:
        raise ValueError(f"invalid destination {destination!r}: IPv6 addresses must be written [address]:port")
    return host, ports


def ports(text: str) -> Ports:
    """The ranges that ``*``, ``22``, ``80,443`` or ``1000-2000`` names. Raises ``ValueError``."""
    if text == "*":
        return EVERY_PORT
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not 1 <= first <= last <= 65535:
            raise ValueError(f"invalid port {part!r}: want a number from 1 to 65535, a range, or *")
        found.append((first, last))
    return tuple(found)


def protocols(text: str) -> frozenset[int]:
    """Numbers of the protocol named; TCP and UDP where none is. Raises ``ValueError``."""
    name = text.lower()
    if not name:
        return frozenset({6, 17})
    if name == "icmp":
        return frozenset({1, 58})
    if name in PROTOCOLS:
        return frozenset({PROTOCOLS[name]})
    if re.fullmatch(r"[1-9]\d{0,2}", name) and int(name) <= 255:
        return frozenset({int(name)})
    raise ValueError(
        f"proto name {text!r} not known; use protocol number 1-255 or protocol name (icmp, tcp, udp, etc.)"
    )


def grant_ip(text: str) -> tuple[frozenset[int] | None, Ports]:
    """Protocols (None for all) and ports of an entry of a grant's ``ip``: ``*``, ``443``, ``tcp:443``, ``icmp:*``."""
    if text == "*":
        return None, EVERY_PORT
    name, colon, rest = text.rpartition(":")
    numbers = protocols(name if colon else "")
    ranges = ports(rest)
    require_ports(numbers, ranges, name)
    return numbers, ranges


def require_ports(numbers: frozenset[int], ranges: Ports, name: str) -> None:
    """Raises ``ValueError`` where a protocol without ports is given some."""
    if not numbers <= WITH_PORTS and ranges != EVERY_PORT:
        raise ValueError(f'protocol {name!r} does not support specific ports; only "*" is allowed')
