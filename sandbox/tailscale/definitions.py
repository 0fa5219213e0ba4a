"""Checks of the sections that define names: groups, tags, hosts, IP sets, postures, approvers, attributes."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.tailscale import posture
from sandbox.tailscale.names import Names
from sandbox.tailscale.rules import KEYS
from sandbox.tailscale.selectors import has_host_bits, kind, network, tag_fault

OWNERS = "user group tag autogroup domain"


def groups(section: Mapping[str, Any], _: Names) -> Iterator[str]:
    """Names begin with ``group:``; members are users, never groups or tags."""
    for name, members in section.items():
        if not name.startswith("group:") or name == "group:":
            yield f"group name {name!r} must start with 'group:'"
        if not isinstance(members, list):
            yield f"{name}: members must be a list, got {members!r}"
            continue
        for member in members:
            if isinstance(member, str) and member.startswith("group:"):
                yield f"{name}: nested groups are not allowed, found {member!r}"
            elif not isinstance(member, str) or kind(member) not in {"user", "domain"}:
                yield f"{name}: invalid member {member!r}: want a user such as ada@example.com"


def tag_owners(section: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Tags are well formed; each owner exists. An empty list leaves a tag to the tailnet's admins."""
    for tag, owners in section.items():
        if why := tag_fault(tag):
            yield f"tagOwners {tag!r}: {why}"
        yield from (f"tagOwners {tag!r}: {why}" for why in names.faults(owners, "owner", OWNERS))


def hosts(section: Mapping[str, Any], _: Names) -> Iterator[str]:
    """A host is one address or range; its name cannot be mistaken for something else."""
    for name, value in section.items():
        if kind(name) != "host" or ":" in name:
            yield f"host name {name!r} is invalid: it reads as {kind(name)}"
        if not isinstance(value, str) or network(value) is None:
            yield f"host {name!r}: invalid IP address or prefix {value!r}"
        elif has_host_bits(value):
            yield f"host {name!r}: invalid prefix {value!r}: host bits are set"


def ipsets(section: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Sets of addresses, hosts and other sets, each added or removed."""
    for name, entries in section.items():
        if not name.startswith("ipset:") or name == "ipset:":
            yield f"ipset name {name!r} must start with 'ipset:'"
        plain = [str(entry).removeprefix("add ").removeprefix("remove ") for entry in _list(entries)]
        yield from (f"{name}: {why}" for why in names.faults(plain, "ipset", "address host ipset"))
        if name in plain:
            yield f"{name}: contains itself"


def postures(section: Mapping[str, Any], _: Names) -> Iterator[str]:
    """Names begin with ``posture:``; every assertion parses."""
    for name, value in section.items():
        if not name.startswith("posture:") or name == "posture:":
            yield f"posture name {name!r} must start with 'posture:'"
        assertions = value.get("assertions") if isinstance(value, Mapping) else value
        if not isinstance(assertions, list) or not assertions:
            yield f"{name}: want a list of conditions, got {value!r}"
            continue
        for assertion in assertions:
            try:
                posture.parse(str(assertion))
            except ValueError as error:
                yield f"{name}: {error}"


def auto_approvers(section: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Routes are ranges without host bits; approvers exist."""
    for key in section:
        if key not in KEYS["autoApprovers"]:
            yield f"autoApprovers: unknown field {key!r}"
    services = section.get("services", {})
    for service, approvers in (services if isinstance(services, Mapping) else {}).items():
        why = names.fault(service, "service", "svc")
        yield from (f"autoApprovers: {fault}" for fault in ([why] if why else names.faults(approvers, "owner", OWNERS)))
    routes, seen = section.get("routes", {}), set()
    for route, approvers in (routes if isinstance(routes, Mapping) else {}).items():
        found = network(route)
        if found is None or has_host_bits(route) or found in seen:
            yield f"autoApprovers: invalid or repeated route {route!r}: want a prefix without host bits"
        seen.add(found)
        yield from (f"autoApprovers {route}: {why}" for why in names.faults(approvers, "owner", OWNERS))
    yield from (f"autoApprovers: {why}" for why in names.faults(section.get("exitNode", []), "owner", OWNERS))


def node_attrs(section: list[Any], names: Names) -> Iterator[str]:
    """Targets exist, and something is given to them."""
    for index, entry in enumerate(section):
        where = f"nodeAttrs[{index}]"
        if not isinstance(entry, Mapping):
            yield f"{where}: want an object, got {entry!r}"
            continue
        yield from (f"{where}: unknown field {key!r}" for key in entry if key not in KEYS["nodeAttrs"])
        targets = "any user group tag autogroup address host domain"
        yield from (f"{where}: {why}" for why in names.faults(entry.get("target"), "target", targets))
        if not any(entry.get(key) for key in ("attr", "app", "ipPool")):
            yield f"{where}: nothing is given to the targets"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
