"""Read properties as a policy sees them: proxies that raise where a value is unknown during a preview."""

import contextlib
import ipaddress
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

from pulumi_policy import PolicyResource
from pulumi_policy.proxy import UnknownValueError

from lib import urn as urns
from lib.addresses import NOT_PUBLIC, PUBLIC_IPV6


class Unknown(Enum):
    """The value is not known before the update has run."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


class Resource(Protocol):
    """What ``ResourceValidationArgs`` and ``PolicyResource`` have in common."""

    resource_type: str
    props: Mapping[str, Any]
    urn: str
    name: str
    opts: Any


def get(props: Mapping[str, Any] | Sequence[Any], *path: str | int, default: Any = None) -> Any:
    """The value at ``path``, ``default`` where any step is absent or null, ``UNKNOWN`` where any step is unknown."""
    value: Any = props
    for step in path:
        try:
            value = value[step]
        except UnknownValueError:
            return UNKNOWN
        except (KeyError, IndexError, TypeError):
            return default
        if value is None:
            return default
    return value


def items(props: Mapping[str, Any], key: str) -> Iterator[Any]:
    """The elements of a list property, ``UNKNOWN`` for each that is unknown; one ``UNKNOWN`` for an unknown list."""
    value = get(props, key, default=())
    if value is UNKNOWN:
        yield UNKNOWN
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index in range(len(value)):
            yield get(value, index)
    else:
        yield value


def document(value: object) -> Mapping[str, Any] | None:
    """A policy document given as JSON text or as an object; None where it is neither."""
    if isinstance(value, str):
        value = parsed(value)
    return value if isinstance(value, Mapping) else None


def parsed(text: object) -> Any:
    """What JSON text says; None for what is no JSON, or is nested deeper than anybody writes."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def as_list(value: object) -> list[Any]:
    """IAM lets a lone value stand for a list of one."""
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return [value]


def of_type(resources: Iterable[PolicyResource], *types: str) -> list[PolicyResource]:
    """The resources of these Pulumi types, in the order of registration."""
    return [resource for resource in resources if resource.resource_type in types]


def named_by(
    source: PolicyResource, key: str, value: object, candidates: Iterable[PolicyResource]
) -> list[PolicyResource]:
    """The ``candidates`` that ``value`` inside property ``key`` names; all that ``key`` depends on where unknown."""
    if value is UNKNOWN:
        urns = {resource.urn for resource in source.property_dependencies.get(key, [])}
        return [candidate for candidate in candidates if candidate.urn in urns]
    return [c for c in candidates if isinstance(value, str) and value and _is_called(c, value)]


def _is_called(resource: PolicyResource, value: str) -> bool:
    """Not every provider repeats the id among the outputs, but an ARN ends in it: ``...:subnet/subnet-0123``."""
    arn = get(resource.props, "arn", default="")
    ends = arn is not UNKNOWN and str(arn).endswith(f"/{value}")
    return ends or any(get(resource.props, field) == value for field in ("id", "arn", "name", "bucket"))


def referenced(source: PolicyResource, key: str, candidates: Iterable[PolicyResource]) -> list[PolicyResource]:
    """Which ``candidates`` the property ``key`` names: by value where it is known, by dependency where it is not.

    A property that is computed from several resources depends on all of them, so values that are known decide alone.
    """
    pool = list(candidates)
    values = list(items(source.props, key))
    found = {c.urn for value in values if value is not UNKNOWN for c in named_by(source, key, value, pool)}
    if not found or UNKNOWN in values:
        found |= {c.urn for c in named_by(source, key, UNKNOWN, pool)}
    return [candidate for candidate in pool if candidate.urn in found]


def attached(target: PolicyResource, key: str, candidates: Iterable[PolicyResource]) -> list[PolicyResource]:
    """The ``candidates`` whose property ``key`` names ``target``, as a bucket policy names its bucket."""
    return [candidate for candidate in candidates if referenced(candidate, key, [target])]


def undecided(key: str, candidates: Iterable[PolicyResource]) -> bool:
    """True where one of ``candidates`` names by ``key`` something that neither a value nor a dependency shows yet."""
    return any(UNKNOWN in items(c.props, key) and not c.property_dependencies.get(key) for c in candidates)


def is_local_replica(resource: Resource) -> bool:
    """True for a database that copies one of its own region: named by identifier, where AWS refuses a subnet group.

    Such a replica lies where its source lies and takes its parameter group. One in another region is named by ARN.
    Source: CreateDBInstanceReadReplica of the RDS API.
    """
    source = get(resource.props, "replicateSourceDb")
    return source is UNKNOWN or (isinstance(source, str) and source != "" and not source.startswith("arn:"))


def raise_unknown(resource: Resource, *keys: str) -> None:
    """Raise ``UnknownValueError`` where one of ``keys`` is unknown: call it last, when known violations are out."""
    for key in keys:
        resource.props.get(key)


def number(value: object) -> float | None:
    """A number, also one written as text, which providers take too; None for anything else, and for infinities."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def flag(value: object) -> object:
    """A truth value, also one written as text, which providers take too; anything else as it is."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def texts(value: object) -> list[str]:
    """The texts of a list, or a lone text as a list of one; what is no text is left out, the unknown too."""
    given = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return [item for index in range(len(given)) if isinstance(item := get(given, index), str)]


def shape(value: object) -> str:
    """What a value is, without the value: text, a number, a list, an object, true or false, null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    kinds = ((str, "text"), (int | float, "a number"), (Mapping, "an object"), (Sequence, "a list"))
    return next((name for kind, name in kinds if isinstance(value, kind)), type(value).__name__)


def shown(value: object) -> str:
    """A value as a message shows it: the engine sends every number as a float."""
    return f"{value:g}" if isinstance(value, float) else repr(value)


def stack_of(urn: str) -> str:
    """The stack in a URN: ``urn:pulumi:<stack>::<project>::<type>::<name>``."""
    return urns.stack(urn)


def public_addresses(cidrs: Iterable[str]) -> tuple[int, int]:
    """How many public IPv4 and IPv6 addresses the ranges cover together; private and reserved ones do not count."""
    v4: list[ipaddress.IPv4Network] = []
    v6: list[ipaddress.IPv6Network] = []
    for cidr in cidrs:
        # What is no CIDR reaches nobody: the provider refuses it, and a policy that crashes checks nothing.
        with contextlib.suppress(ValueError):
            network = ipaddress.ip_network(cidr, strict=False)
            if isinstance(network, ipaddress.IPv4Network):
                v4.append(network)
            else:
                v6.append(network)
    count4 = 0
    for net4 in ipaddress.collapse_addresses(v4):
        if not any(net4.subnet_of(block) for block in NOT_PUBLIC):
            count4 += net4.num_addresses - sum(block.num_addresses for block in NOT_PUBLIC if block.subnet_of(net4))
    public6 = [net6 for net6 in ipaddress.collapse_addresses(v6) if net6.overlaps(PUBLIC_IPV6)]
    return count4, sum(min(net6.num_addresses, PUBLIC_IPV6.num_addresses) for net6 in public6)


def is_whole_internet(cidrs: Iterable[str]) -> bool:
    """True where the ranges together cover a quarter of IPv4 or of public IPv6, split or not."""
    v4, v6 = public_addresses(cidrs)
    return v4 >= 2**30 or v6 >= 2**123


def is_overlarge(cidrs: Iterable[str]) -> bool:
    """True where the ranges cover more public addresses than one organisation is known by: above a /16, or an IPv6 /28.

    RIPE NCC gives a member up to a /29 of IPv6 without documentation (IPv6 Address Allocation and Assignment Policy).
    """
    v4, v6 = public_addresses(cidrs)
    return v4 > 2**16 or v6 > 2**100
