"""What a tailnet's policy file gives to whom, and whether its own tests would notice if it gave more."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

EVERYONE = (
    "*",
    "autogroup:member",
    "autogroup:members",
    "autogroup:tagged",
    "autogroup:danger-all",
    "autogroup:shared",
)
ANYWHERE = ("*", "autogroup:internet", "autogroup:danger-all", "0.0.0.0/0", "::/0")


def _split(entry: str) -> tuple[str, str]:
    host, _, ports = entry.rpartition(":")
    return host, ports


def _rules(policy: Mapping[str, Any]) -> Iterator[tuple[str, list[str], list[tuple[str, str]]]]:
    """Each rule: its place, its sources, its destinations with their ports. ``grants`` name ports apart."""
    for index, rule in enumerate(policy.get("acls") or ()):
        yield f"acls[{index}]", list(rule.get("src") or ()), [_split(str(entry)) for entry in rule.get("dst") or ()]
    for index, grant in enumerate(policy.get("grants") or ()):
        pairs = [(str(host), str(ip)) for host in grant.get("dst") or () for ip in grant.get("ip") or ("",)]
        yield f"grants[{index}]", list(grant.get("src") or ()), pairs


def wildcards(policy: Mapping[str, Any]) -> Iterator[str]:
    """Rules that name everyone, everything or every port, and ways to the internet."""
    for place, sources, destinations in _rules(policy):
        for source in sources:
            if source in EVERYONE or source in ANYWHERE:
                yield f"{place}.src holds {source!r}, must name groups or tags"
        for host, ports in destinations:
            if host in ANYWHERE or host in EVERYONE:
                yield f"{place}.dst holds {host!r}, must name hosts, subnets or tags"
            if ports.rpartition(":")[2] in ("*", "0-65535", "1-65535"):
                yield f"{place}.dst opens every port of {host!r}, must name ports"
    for index, rule in enumerate(policy.get("ssh") or ()):
        if "*" in (rule.get("src") or ()) or {"root", "*"} & {*(rule.get("users") or ())}:
            yield f"ssh[{index}] lets everyone in, or in as root, must name groups and users"


def _members(policy: Mapping[str, Any], source: str) -> list[str]:
    """Those whom tests name for a source: a group's members, else itself."""
    found = (policy.get("groups") or {}).get(source)
    return [str(member) for member in found] if found is not None else [source]


def untested(policy: Mapping[str, Any]) -> Iterator[str]:
    """Sources and destinations of rules that the file's tests leave out, so that a mistake would pass unseen."""
    tests: dict[str, tuple[list[str], list[str]]] = {}
    for test in policy.get("tests") or ():
        accept, deny = tests.setdefault(str(test.get("src")), ([], []))
        accept += test.get("accept") or ()
        deny += test.get("deny") or ()
    if not tests:
        yield "tests are absent, must say who is accepted and who is denied"
        return
    for place, sources, destinations in _rules(policy):
        for who in sorted({member for source in sources for member in _members(policy, source)}):
            accept, deny = tests.get(who, ([], []))
            if not accept or not deny:
                lacking = " and ".join(name for name, found in (("accept", accept), ("deny", deny)) if not found)
                yield f"{place}: tests say nothing of {who} under {lacking}"
                continue
            missing = [f"{host}:{ports}" for host, ports in destinations if not _covered(policy, host, ports, accept)]
            if missing:
                yield f"{place}: no test accepts {who} at {', '.join(missing[:3])}"


def _covered(policy: Mapping[str, Any], host: str, ports: str, accept: Sequence[str]) -> bool:
    """Whether each port of a destination is accepted somewhere within it."""
    target = str((policy.get("hosts") or {}).get(host, host))
    tried = [_split(entry) for entry in accept]
    return all(
        any(port == wanted and (name in (host, target) or _within(name, target)) for name, port in tried)
        for wanted in ports.rpartition(":")[2].split(",")
    )


def _within(name: str, target: str) -> bool:
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(target, strict=False)
    except ValueError:
        return False
