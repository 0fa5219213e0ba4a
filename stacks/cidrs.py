"""Which IPv4 ranges an environment may use."""

import ipaddress
from collections.abc import Mapping

from lib.addresses import NARROWEST_PREFIX, PRIVATE, TAILNET, WIDEST_PREFIX
from lib.problems import WrongValueError

_SHAPE = f"four numbers and a prefix of /{WIDEST_PREFIX} to /{NARROWEST_PREFIX}, as 10.1.0.0/16"


def network(cidr: str) -> ipaddress.IPv4Network | None:
    """The range that ``cidr`` names; None where it names none."""
    try:
        return ipaddress.IPv4Network(cidr) if "/" in cidr else None
    except ValueError:
        return None


def check_range(cidr: str, others: Mapping[str, str]) -> str:
    """``cidr`` itself where an environment may use it beside ``others`` (CIDR by stack).

    Raises ``WrongValueError`` otherwise. Ranges of others that are no ranges are left to the check of their own file.
    """
    block = network(cidr)
    if block is None or str(block) != cidr:
        raise _malformed(cidr)
    if block.overlaps(TAILNET):
        raise WrongValueError(
            f"overlaps the tailnet's range {TAILNET}, whose addresses the VPN gives to people's machines",
            f"choose a range inside {PRIVATE[0]}",
        )
    if not any(block.subnet_of(private) for private in PRIVATE):
        raise WrongValueError(
            "is not private (RFC 1918): it would hide real addresses of the internet",
            f"choose a range inside {', '.join(map(str, PRIVATE))}",
        )
    if block.prefixlen < WIDEST_PREFIX:
        raise WrongValueError(f"is too large: AWS gives a VPC at most a /{WIDEST_PREFIX}", f"use a /{WIDEST_PREFIX}")
    if block.prefixlen > NARROWEST_PREFIX:
        raise WrongValueError(
            f"is too small: four tiers over the zones, with room to grow, need at least a /{NARROWEST_PREFIX}",
            f"use a /{WIDEST_PREFIX} to /{NARROWEST_PREFIX}",
        )
    taken = {stack: other for stack, text in others.items() if (other := network(text)) and block.overlaps(other)}
    if taken:
        names = ", ".join(f"{other} of {stack}" for stack, other in taken.items())
        raise WrongValueError(f"overlaps {names}: no route could join the two networks", _free(block.prefixlen, others))
    return cidr


def _malformed(cidr: str) -> WrongValueError:
    try:
        meant = ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        return WrongValueError("is not an IPv4 range", f"write {_SHAPE}")
    if "/" not in cidr:
        return WrongValueError("is an address, not an IPv4 range", f"write {_SHAPE}")
    if cidr.startswith(f"{meant.network_address}/"):
        return WrongValueError("is not the usual spelling of a range", f"write {meant}")
    return WrongValueError("has bits set behind its prefix, so two spellings would name one range", f"write {meant}")


def _free(prefix: int, others: Mapping[str, str]) -> str:
    """A range of the same size that nobody uses."""
    used = [other for text in others.values() if (other := network(text))]
    for candidate in PRIVATE[0].subnets(new_prefix=prefix):
        if not any(candidate.overlaps(other) for other in used):
            return f"use a free range, for example {candidate}"
    return f"free a range of {PRIVATE[0]} first"
