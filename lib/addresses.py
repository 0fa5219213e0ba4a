"""Append-only allocation of subnet CIDRs: a pure function of the VPC's CIDR, the tier and the zone.

The VPC is cut into 128 equal units, numbered once and for all. A tier owns a fixed run of units, and each zone a fixed
share of that run, so no subnet depends on how many tiers or zones there are: adding one never moves another.

=========  ===========================  ============  ===========================
tier       units                        per zone      in a /16
=========  ===========================  ============  ===========================
private    0..63                        8             /20, 4,096 addresses
public     64..71                       1             /23, 512 addresses
database   72..79                       1             /23
analytics  80..87                       1             /23
free       88..127, five more tiers     1             /23
=========  ===========================  ============  ===========================

IPv6: a VPC's /56 holds 256 subnets of /64, and the first unit of a subnet (0..127) is the number reserved for its /64.
IPAM: the pool hands out the VPC's CIDR (``ipv4_ipam_pool_id`` of the VPC); allocation inside it stays this function.
"""

import ipaddress
from types import MappingProxyType
from typing import Final

ZONES: Final = "abcdefgh"
"""Zone letters that own a slot, in slot order."""

WIDEST_PREFIX: Final = 16
NARROWEST_PREFIX: Final = 20
"""Prefix lengths of a VPC: AWS allows no wider than /16; below /20 a zone of the narrow tiers drops under AWS's /28."""

_UNITS: Final = 128

FIRST_UNIT_AND_WIDTH: Final = MappingProxyType(
    {"private": (0, 8), "public": (64, 1), "database": (72, 1), "analytics": (80, 1)}
)
"""First unit of each tier and units per zone. Entries are appended, never changed: subnets in use depend on them."""

PRIVATE: Final = tuple(ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""RFC 1918. Python's ``is_private`` holds many more ranges, for example those for documentation."""

TAILNET: Final = ipaddress.IPv4Network("100.64.0.0/10")
"""Addresses of Tailscale's nodes: carrier-grade NAT, RFC 6598."""
TAILNET_IPV6: Final = ipaddress.IPv6Network("fd7a:115c:a1e0::/48")
"""The same in IPv6. Source: https://tailscale.com/kb/1121/ipv6."""

NOT_PUBLIC: Final = tuple(
    map(
        ipaddress.IPv4Network,
        ("0.0.0.0/8", "10.0.0.0/8", str(TAILNET), "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
         "198.18.0.0/15", "224.0.0.0/3"),
    )
)  # fmt: skip
"""IANA's special-purpose registry (RFC 6890), multicast and reserved space: addresses that no stranger has."""
PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
"""The only range that IANA has given out for global unicast."""


def private_network(cidr: str) -> ipaddress.IPv4Network:
    """The network of ``cidr``. Raises ``ValueError`` unless it is IPv4, without host bits and inside RFC 1918."""
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise ValueError(f"{cidr!r} is not an IPv4 CIDR: {error}; write it like 10.0.0.0/16") from None
    if not any(network.subnet_of(private) for private in PRIVATE):
        ranges = ", ".join(map(str, PRIVATE))
        raise ValueError(f"{cidr} reaches beyond the private ranges of RFC 1918; choose one inside {ranges}")
    return network


def vpc_network(cidr: str) -> ipaddress.IPv4Network:
    """The network of a VPC's CIDR. Raises ``ValueError`` where it is not private or not between /16 and /20."""
    network = private_network(cidr)
    if not WIDEST_PREFIX <= network.prefixlen <= NARROWEST_PREFIX:
        raise ValueError(
            f"{cidr}: a VPC of /{network.prefixlen} does not fit the slots; "
            f"choose /{WIDEST_PREFIX} to /{NARROWEST_PREFIX}"
        )
    return network


def zone_slot(region: str, zone: str) -> int:
    """The slot (0..7) of an availability zone, from its letter: the order of a list of zones does not matter."""
    letter = zone.removeprefix(region)
    if zone == letter or len(letter) != 1 or letter not in ZONES:
        raise ValueError(f"{zone!r} is not a zone of {region}; name zones {region}{ZONES[0]} to {region}{ZONES[-1]}")
    return ZONES.index(letter)


def subnet_cidr(vpc_cidr: str, tier: str, slot: int) -> str:
    """The CIDR of ``tier`` in zone ``slot``. Raises ``ValueError`` for an unknown tier, a slot above 7 or a bad VPC."""
    network = vpc_network(vpc_cidr)
    if tier not in FIRST_UNIT_AND_WIDTH:
        raise ValueError(f"{tier!r} owns no slots; known tiers: {', '.join(FIRST_UNIT_AND_WIDTH)}")
    if not 0 <= slot < len(ZONES):
        raise ValueError(f"slot {slot} does not exist; a tier has slots 0 to {len(ZONES) - 1}")
    first, width = FIRST_UNIT_AND_WIDTH[tier]
    unit = network.num_addresses // _UNITS
    prefix = ipaddress.IPV4LENGTH - (unit * width).bit_length() + 1
    return f"{network.network_address + (first + slot * width) * unit}/{prefix}"
