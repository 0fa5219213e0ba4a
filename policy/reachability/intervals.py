"""Sets of whole numbers as sorted, disjoint intervals: addresses of both families on one line, ports of TCP and UDP on
another. Every set is exact, however large: ``::/0`` is one interval.
"""

import contextlib
import ipaddress
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lib.addresses import NOT_PUBLIC, PUBLIC_IPV6

Interval = tuple[int, int]
"""First and last number of an interval, both included."""


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of numbers. ``parts`` are sorted and neither overlap nor touch, so that equal sets are equal objects."""

    parts: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, *intervals: Interval) -> "IntervalSet":
        """The union of intervals in any order."""
        return cls(tuple(_merged(sorted(intervals))))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __contains__(self, number: int) -> bool:
        index = bisect_left(self.parts, (number + 1,)) - 1
        return index >= 0 and self.parts[index][1] >= number

    def __or__(self, other: "IntervalSet") -> "IntervalSet":
        if not self.parts or not other.parts:
            return self if self.parts else other
        return IntervalSet.of(*self.parts, *other.parts)

    def __and__(self, other: "IntervalSet") -> "IntervalSet":
        numbers = []
        mine, theirs = self.parts, other.parts
        i = j = 0
        while i < len(mine) and j < len(theirs):
            low, high = max(mine[i][0], theirs[j][0]), min(mine[i][1], theirs[j][1])
            if low <= high:
                numbers.append((low, high))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        return IntervalSet(tuple(numbers))

    def __sub__(self, other: "IntervalSet") -> "IntervalSet":
        return self & _complement(other)


_LEAST, _MOST = -1, 1 << 140


def _complement(taken: IntervalSet) -> IntervalSet:
    edges = [_LEAST, *(edge for low, high in taken.parts for edge in (low - 1, high + 1)), _MOST]
    return IntervalSet(tuple((low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low <= high))


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    current: Interval | None = None
    for low, high in intervals:
        if current is None:
            current = (low, high)
        elif low <= current[1] + 1:
            current = (current[0], max(current[1], high))
        else:
            yield current
            current = (low, high)
    if current is not None:
        yield current


NOTHING = IntervalSet()
_V6 = 1 << 33
"""Where the IPv6 addresses begin: behind the IPv4 addresses, and not touching them."""
V4 = IntervalSet(((0, 2**32 - 1),))
V6 = IntervalSet(((_V6, _V6 + 2**128 - 1),))
FAMILIES = (V4, V6)
EVERYWHERE = V4 | V6


@lru_cache(maxsize=4096)
def _network(cidr: str) -> Interval | None:
    with contextlib.suppress(ValueError):
        network = ipaddress.ip_network(cidr, strict=False)
        offset = _V6 if network.version == 6 else 0
        return offset + int(network.network_address), offset + int(network.broadcast_address)
    return None


def addresses(cidrs: Iterable[str]) -> IntervalSet:
    """The addresses of the ranges; what is no CIDR reaches nobody, and the provider refuses it."""
    return IntervalSet.of(*(interval for cidr in cidrs if (interval := _network(cidr))))


def cidrs_of(numbers: IntervalSet) -> list[str]:
    """The addresses as CIDRs, in order, IPv4 first."""
    shown: list[str] = []
    for low, high in numbers.parts:
        kind, offset = (ipaddress.IPv6Address, _V6) if low >= _V6 else (ipaddress.IPv4Address, 0)
        ends = kind(low - offset), kind(high - offset)
        shown += map(str, ipaddress.summarize_address_range(*ends))
    return shown


def show_addresses(numbers: IntervalSet, most: int = 3) -> str:
    """The addresses as a message shows them: at most ``most`` ranges, and how many more there are."""
    if numbers in _NAMES:
        return _NAMES[numbers]
    cidrs = cidrs_of(numbers)
    for family in FAMILIES:
        rest = (INTERNET & family) - numbers
        if len(cidrs) > most and not numbers - (INTERNET & family) and len(cidrs_of(rest)) <= most:
            return f"{_NAMES[INTERNET & family]} but {', '.join(cidrs_of(rest))}"
    return ", ".join(cidrs[:most]) + (f" and {len(cidrs) - most} more" if len(cidrs) > most else "")


_UDP = 1 << 17
LAST_PORT = 65535
TCP_PORTS = IntervalSet(((0, LAST_PORT),))
UDP_PORTS = IntervalSet(((_UDP, _UDP + LAST_PORT),))
ALL_PORTS = TCP_PORTS | UDP_PORTS
TRANSPORTS = (TCP_PORTS, UDP_PORTS)
EPHEMERAL = IntervalSet(((1024, LAST_PORT), (_UDP + 1024, _UDP + LAST_PORT)))
"""Ports from which clients connect, and to which answers go: AWS's advice for network ACLs is 1024 to 65535."""


def ports(protocol: str, low: int, high: int) -> IntervalSet:
    """Ports ``low`` to ``high`` of "tcp" or "udp"; every port of both for "-1"; none of a protocol without ports."""
    if protocol == "-1":
        return ALL_PORTS
    if protocol not in ("tcp", "udp") or low > high:
        return NOTHING
    base = _UDP if protocol == "udp" else 0
    return IntervalSet(((base + max(low, 0), base + min(high, LAST_PORT)),))


def show_ports(numbers: IntervalSet) -> str:
    """The ports as a message shows them: ``tcp 443, 8000-8080; udp 53``."""
    texts = []
    for name, line in zip(("tcp", "udp"), TRANSPORTS, strict=True):
        here = numbers & line
        base = line.parts[0][0]
        intervals = [str(low - base) if low == high else f"{low - base}-{high - base}" for low, high in here.parts]
        if here == line:
            texts.append(f"every {name} port")
        elif intervals:
            texts.append(
                f"{name} {', '.join(intervals[:5])}" + (f" and {len(intervals) - 5} more" if len(intervals) > 5 else "")
            )
    return "; ".join(texts) or "no port"


INTERNET = (V4 - addresses(map(str, NOT_PUBLIC))) | addresses([str(PUBLIC_IPV6)])
"""The addresses that strangers have: public IPv4, and the only IPv6 range that IANA has given out for unicast."""
_NAMES = {EVERYWHERE: "anywhere", INTERNET: "anywhere", INTERNET & V4: "all of IPv4", INTERNET & V6: "all of IPv6"}
