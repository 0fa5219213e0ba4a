"""The policy file of one environment's tailnet, compiled from the access model. The same model gives the same bytes.

``acls`` is the form that both Tailscale and headscale take. The default is to refuse, so only grants are written, and
the tests say what is refused: every person and every tag is held against every address and every port that anything
has, and SSH beside. Tailscale runs them on each change and keeps the old policy where one fails.
"""

import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from lib.addresses import FIRST_UNIT_AND_WIDTH
from models.access.model import ROUTER_TAG, Access

Cidrs = Mapping[str, Sequence[str]]

ROUTED_TIERS: Final = tuple(tier for tier in FIRST_UNIT_AND_WIDTH if tier != "public")
"""Tiers whose CIDRs the subnet routers may advertise: never the public one, nor anything wider."""

DNS_PORT: Final = 53

UNRELATED_PORT: Final = 22
"""A port that no resource has by default: what is open there was opened by mistake."""

OUTSIDE: Final = "198.51.100.1"
"""A public address (TEST-NET-2, RFC 5737): who reaches it has been given an exit node."""

POSTURE: Final = "posture:current"
MINIMUM_VERSION: Final = "1.102"
"""Of Tailscale's client: what the lab runs (``tests/e2e/vpn``). 1.94 was seen there to stay without the routes of a
grant that comes back, until it is restarted (tailscale/tailscale#18918)."""

TAILSCALE_ONLY: Final = ("postures", "defaultSrcPosture", "tests", "sshTests")
"""Sections that headscale does not know, and refuses."""


@dataclass(frozen=True, order=True)
class _Source:
    """Who is tested, and the groups that give access to them."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Tested:
    """What tests ask about: the subnets of each tier, the routers' tag, the resolver and the groups that may ask it."""

    networks: Mapping[str, list[ipaddress.IPv4Network]]
    router_tag: str
    resolver: str | None
    asking: AbstractSet[str]


def policy(
    access: Access, cidrs: Cidrs, *, router_tag: str = ROUTER_TAG, resolver: str | None = None
) -> dict[str, Any]:
    """The policy for ``access`` (of one environment) over the subnets of each tier.

    ``resolver``, the address of the network's DNS, is open to all who are granted anything: names are no secret, and no
    database or tool is reached by asking for them.

    Raises ``ValueError`` where a tier in which something is reached through routers has no CIDRs, or one is malformed.
    """
    networks = {tier: _networks(tier, cidrs) for tier in ROUTED_TIERS if cidrs.get(tier)}
    for name, resource in access.resources.items():
        if resource.reached == "router" and not networks.get(resource.tier):
            raise ValueError(f"{name} lies in tier {resource.tier!r}, which has no CIDRs here; pass the tier's subnets")
    routed = {name: networks[r.tier] for name, r in sorted(access.resources.items()) if r.reached == "router"}
    people = {name: group for name, group in sorted(access.groups.items()) if group.kind == "people"}
    machines = [name for name, group in access.groups.items() if group.kind == "machines"]
    nodes = [name for name, resource in access.resources.items() if resource.reached == "node"]
    tags = sorted([router_tag, *(f"tag:{name}" for name in (*machines, *nodes))])
    sources = sorted([*_sources(access), _Source(router_tag, ())])
    asking = frozenset(grant.group for grant in access.grants if access.groups[grant.group].on_tailnet)
    tested = _Tested(networks=networks, router_tag=router_tag, resolver=resolver if asking else None, asking=asking)
    return {
        "groups": {f"group:{name}": sorted(group.members) for name, group in people.items()},
        "tagOwners": {tag: [] for tag in tags},
        "autoApprovers": {"routes": {str(net): [router_tag] for tier in networks.values() for net in tier}},
        "hosts": {
            alias: str(net)
            for name, nets in routed.items()
            for alias, net in zip(_aliases(name, nets), nets, strict=True)
        },
        "acls": [*_acls(access, routed), *_dns(access, tested)],
        "ssh": [],
        "postures": {
            POSTURE: [
                "node:os IN ['linux', 'macos', 'windows', 'ios', 'android']",
                "node:tsReleaseTrack == 'stable'",
                f"node:tsVersion >= '{MINIMUM_VERSION}'",
            ]
        },
        "defaultSrcPosture": [POSTURE],
        "tests": [_test(access, source, tested) for source in sources],
        "sshTests": [{"src": source.name, "dst": tags, "deny": ["root", "ubuntu"]} for source in sources],
    }


def render(policy: Mapping[str, Any]) -> str:
    """The policy as text, which is JSON and therefore HuJSON."""
    return json.dumps(policy, indent=2) + "\n"


def for_headscale(policy: Mapping[str, Any]) -> dict[str, Any]:
    """What headscale takes of it: the same access, without postures and tests."""
    return {key: value for key, value in policy.items() if key not in TAILSCALE_ONLY}


def _networks(tier: str, cidrs: Cidrs) -> list[ipaddress.IPv4Network]:
    try:
        return sorted(ipaddress.IPv4Network(cidr) for cidr in cidrs[tier])
    except ValueError as error:
        raise ValueError(f"tier {tier}: {error}; pass the CIDRs of its subnets") from None


def _aliases(name: str, networks: Sequence[ipaddress.IPv4Network]) -> list[str]:
    """Names in ``hosts``: one for each subnet, since a host is one range."""
    return [f"{name}-{number}" for number in range(1, len(networks) + 1)]


def _group(access: Access, name: str) -> str:
    return f"{'group' if access.groups[name].kind == 'people' else 'tag'}:{name}"


def _acls(access: Access, routed: Mapping[str, Sequence[ipaddress.IPv4Network]]) -> Iterator[dict[str, Any]]:
    """One rule for each group and resource, in the order of their names."""
    ports: dict[tuple[str, str], set[int]] = {}
    for grant in access.grants:
        if access.groups[grant.group].on_tailnet:
            ports.setdefault((grant.group, grant.resource), set()).update(grant.ports)
    for (group, resource), numbers in sorted(ports.items()):
        hosts = _aliases(resource, routed[resource]) if resource in routed else [f"tag:{resource}"]
        joined = ",".join(map(str, sorted(numbers)))
        dst = [f"{host}:{joined}" for host in hosts]
        yield {"action": "accept", "src": [_group(access, group)], "proto": "tcp", "dst": dst}


def _dns(access: Access, tested: _Tested) -> Iterator[dict[str, Any]]:
    """Both of DNS's protocols are open."""
    if tested.resolver:
        src = sorted(_group(access, group) for group in tested.asking)
        yield {"action": "accept", "src": src, "dst": [f"{tested.resolver}:{DNS_PORT}"]}


def _sources(access: Access) -> Iterator[_Source]:
    """Everybody and every tag: rules name groups, but what somebody reaches is the union over theirs."""
    for person, groups in access.people().items():
        yield _Source(person, groups)
    for name, group in access.groups.items():
        if group.kind == "machines":
            yield _Source(f"tag:{name}", (name,))
    for name, resource in access.resources.items():
        if resource.reached == "node":
            yield _Source(f"tag:{name}", ())


def _test(access: Access, source: _Source, tested: _Tested) -> dict[str, Any]:
    """One test for each source: Tailscale mixes up several of the same source (tailscale/tailscale#8250).

    Without ``proto`` a refusal is of TCP and of UDP.
    """
    accept: list[str] = []
    deny: list[str] = []
    allowed = _allowed(access, source.groups)
    ports = sorted({UNRELATED_PORT, *(port for resource in access.resources.values() for port in resource.ports)})
    for key, hosts in _destinations(access, tested.networks):
        for port in ports:
            (accept if (key, port) in allowed else deny).extend(f"{host}:{port}" for host in hosts)
    deny += [f"{tested.router_tag}:{port}" for port in ports] + [f"{OUTSIDE}:{port}" for port in ports]
    if tested.resolver:
        (deny if tested.asking.isdisjoint(source.groups) else accept).append(f"{tested.resolver}:{DNS_PORT}")
    attributes = {"node:os": "linux", "node:tsReleaseTrack": "stable", "node:tsVersion": f"{MINIMUM_VERSION}.0"}
    test: dict[str, Any] = {"src": source.name, "srcPostureAttrs": attributes}
    return test | {key: value for key, value in (("accept", accept), ("deny", deny)) if value}


def _allowed(access: Access, groups: Iterable[str]) -> set[tuple[str, int]]:
    """Tier or tag, and port, that some of ``groups`` has been granted."""
    reachable = set()
    for grant in access.grants:
        if grant.group in groups:
            resource = access.resources[grant.resource]
            key = resource.tier if resource.reached == "router" else f"tag:{grant.resource}"
            reachable |= {(key, port) for port in grant.ports}
    return reachable


def _destinations(
    access: Access, networks: Mapping[str, list[ipaddress.IPv4Network]]
) -> Iterator[tuple[str, list[str]]]:
    """Tiers by the first and the last address of each subnet, since tests take no ranges; tags by name.

    Machines are among them: nobody reaches a runner of the pipeline.
    """
    for tier, nets in sorted(networks.items()):
        yield tier, [str(address) for net in nets for address in dict.fromkeys((net[0], net[-1]))]
    machines = [name for name, group in access.groups.items() if group.kind == "machines"]
    nodes = [name for name, resource in access.resources.items() if resource.reached == "node"]
    for name in sorted((*machines, *nodes)):
        yield f"tag:{name}", [f"tag:{name}"]
