"""The addresses and ports that are worth trying in a case: the first and last of each interval between two limits."""

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

from tests.support.resources import Res

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Service = tuple[str, int]
NOT_STRANGERS = [
    ipaddress.ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
    )
]
STRANGERS_V6 = ipaddress.ip_network("2000::/3")


def method_cache(method: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a method answered, for as long as its object lives."""

    @wraps(method)
    def wrapper(self: Any, *arguments: Any, **more: Any) -> Any:
        kept = self.__dict__.setdefault("_kept", {})
        key = (method.__name__, arguments, *more.items())
        if key not in kept:
            kept[key] = method(self, *arguments, **more)
        return kept[key]

    return wrapper


def _named(value: Any) -> Iterator[int | str]:
    """Every range in a value, and every port where one begins or ends, and the one behind."""
    if isinstance(value, Mapping):
        if "fromPort" in value:
            yield from (value["fromPort"], value["toPort"], value["toPort"] + 1)
        if isinstance(value.get("port"), int):
            yield from (value["port"], value["port"] + 1)
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner)
    elif isinstance(value, str) and "/" in value:
        yield value


def limits_of(resources: Sequence[Res]) -> Iterator[Any]:
    """The first number of each interval: where a range begins, where it ends, and right behind."""
    cidrs = {str(block) for block in (*NOT_STRANGERS, STRANGERS_V6)} | {"0.0.0.0/0", "::/0"}
    yield from (5432, 5433)
    for limit in (limit for resource in resources for limit in _named(resource.inputs)):
        if isinstance(limit, int):
            yield limit
        else:
            cidrs.add(limit)
    for cidr in cidrs:
        network = ipaddress.ip_network(cidr)
        yield from (network.network_address, network.broadcast_address)
        behind = int(network.broadcast_address) + 1
        if behind < 2**network.max_prefixlen:
            yield type(network.network_address)(behind)
