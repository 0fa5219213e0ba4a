"""What the tailnet lets its groups reach behind the subnet routers: the policy file of Tailscale, as far as it goes."""

import ipaddress
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy.facts.props import UNKNOWN, get
from policy.reachability.flows import Flow, Flows, meet
from policy.reachability.index import Index, text
from policy.reachability.spans import ALL_PORTS, EVERYWHERE, INTERNET, NOTHING, Spans, addresses, ports

ACL = "tailscale:index/acl:Acl"
ROUTER, ROUTER_TAG = "router", "tag:router"
"""The access tag of what forwards for the tailnet, and the tag of its nodes there."""
ANYONE = "any member of the tailnet"


@dataclass(frozen=True)
class Tailnet:
    """The flows of each source (group, tag, ``ANYONE``), and the routes that its routers may advertise.

    ``flows`` is None where a preview cannot know the policy: the grants of the access model then stand for it.
    """

    flows: Mapping[str, Flows] | None
    routes: Spans = EVERYWHERE

    def reach(self, source: str) -> Flows:
        """What a source may reach through the routers."""
        return meet((self.flows or {}).get(source, ()), ((ALL_PORTS, self.routes),))


def read(index: Index) -> Tailnet:
    """The policy of the stack's tailnet. Without one Tailscale lets everyone reach everything."""
    default = Tailnet({ANYONE: ((ALL_PORTS, EVERYWHERE),)})
    for acl in index.of(ACL):
        value = get(acl.props, "acl")
        if value is UNKNOWN:
            index.unclear = True
            return Tailnet(None)
        try:
            policy = json.loads(text(value))
        except ValueError:
            return default  # the service refuses it and goes on with what it has: nothing here can tell what that is
        return Tailnet(dict(_flows(policy)), _routes(policy)) if isinstance(policy, Mapping) else default
    return default


def _routes(policy: Mapping[str, Any]) -> Spans:
    """What the routers may advertise without a person's approval; everything for an exit node."""
    approvers = policy.get("autoApprovers") or {}
    if ROUTER_TAG in (approvers.get("exitNode") or ()):
        return EVERYWHERE
    return addresses(cidr for cidr, who in (approvers.get("routes") or {}).items() if who)


def _flows(policy: Mapping[str, Any]) -> Iterator[tuple[str, Flows]]:
    hosts = policy.get("hosts") or {}
    found: dict[str, list[Flow]] = {}
    for rule in policy.get("acls") or ():
        protocol = str(rule.get("proto") or "")
        opened = [flow for entry in rule.get("dst") or () if (flow := _destination(str(entry), hosts, protocol))]
        for source in rule.get("src") or ():
            found.setdefault(_source(str(source)), []).extend(opened)
    for grant in policy.get("grants") or ():
        opened = [
            flow
            for entry in grant.get("dst") or ()
            for service in grant.get("ip") or ()
            if (flow := _granted(str(entry), str(service), hosts))
        ]
        for source in grant.get("src") or ():
            found.setdefault(_source(str(source)), []).extend(opened)
    yield from found.items()


def _source(name: str) -> str:
    """``group:engineering`` as ``engineering``, ``tag:ci`` as ``ci``; what means everyone as ``ANYONE``."""
    if name in ("*", "autogroup:member", "autogroup:tagged", "autogroup:danger-all"):
        return ANYONE
    return name.removeprefix("group:").removeprefix("tag:")


def _destination(entry: str, hosts: Mapping[str, str], protocol: str) -> Flow | None:
    """``10.20.0.0/16:5432``, ``core-database:5432,6432``, ``*:*``; None for tags and groups, which are nodes."""
    host, _, services = entry.rpartition(":")
    here = _addresses(host, hosts)
    return (_ports(services, protocol), here) if here else None


def _granted(entry: str, service: str, hosts: Mapping[str, str]) -> Flow | None:
    """The newer form, whose ports stand apart: ``tcp:5432``, ``5432``, ``*``."""
    protocol, _, services = service.rpartition(":")
    here = _addresses(entry, hosts)
    return (_ports(services, protocol), here) if here else None


def _addresses(host: str, hosts: Mapping[str, str]) -> Spans:
    if host in ("*", "autogroup:danger-all"):
        return EVERYWHERE
    if host == "autogroup:internet":
        return INTERNET
    value = str(hosts.get(host, host))
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return NOTHING
    return addresses([value])


def _ports(services: str, protocol: str) -> Spans:
    """``5432``, ``80,443``, ``8000-8999`` or ``*``, of one protocol or of both."""
    names: Sequence[str] = {"tcp": ("tcp",), "6": ("tcp",), "udp": ("udp",), "17": ("udp",)}.get(
        protocol, ("tcp", "udp")
    )
    found = NOTHING
    for service in services.split(","):
        low, _, high = service.partition("-")
        for name in names:
            if service == "*":
                found |= ports(name, 0, 65535)
            elif low.isdigit() and (high or low).isdigit():
                found |= ports(name, int(low), int(high or low))
    return found
