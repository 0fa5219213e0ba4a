"""What the tailnet lets its groups reach behind the subnet routers: the policy file of Tailscale, as far as it goes."""

from collections.abc import Mapping
from dataclasses import dataclass

from policy.facts import tailnet_policy
from policy.facts.props import UNKNOWN, get
from policy.facts.tailnet_policy import TailnetPolicy
from policy.reachability.flows import Flow, Flows, meet
from policy.reachability.index import Index
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, INTERNET, NOTHING, IntervalSet, addresses, ports

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
    routes: IntervalSet = EVERYWHERE

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
        policy = tailnet_policy.read(value)
        # What the service refuses leaves in force what was there: nothing here can tell what that is.
        return default if policy is None else Tailnet(_flows(policy), _routes(policy))
    return default


def _routes(policy: TailnetPolicy) -> IntervalSet:
    """What the routers may advertise without a person's approval; everything for an exit node."""
    if ROUTER_TAG in policy.exit_nodes():
        return EVERYWHERE
    return addresses(cidr for cidr, who in policy.routes().items() if who)


def _flows(policy: TailnetPolicy) -> Mapping[str, Flows]:
    """What each source may reach at addresses; tags, groups and services as destinations are nodes, not addresses."""
    if policy.allows_everything:
        return {ANYONE: ((ALL_PORTS, EVERYWHERE),)}
    found: dict[str, list[Flow]] = {}
    for rule in policy.access():
        opened = [
            (open_, here)
            for host, numbers in rule.destinations
            if (here := _addresses(policy, host)) and (open_ := _ports(numbers, rule.protocol.lower()))
        ]
        for source in rule.sources:
            found.setdefault(_source(source), []).extend(opened)
    return found


def _source(name: str) -> str:
    """``group:engineering`` as ``engineering``, ``tag:ci`` as ``ci``; what means everyone as ``ANYONE``."""
    if name in tailnet_policy.EVERYONE:
        return ANYONE
    return name.removeprefix("group:").removeprefix("tag:")


def _addresses(policy: TailnetPolicy, host: str) -> IntervalSet:
    if host in ("*", "autogroup:danger-all"):
        return EVERYWHERE
    if host == "autogroup:internet":
        return INTERNET
    return addresses(policy.ranges(host))


def _ports(numbers: str, protocol: str) -> IntervalSet:
    """Ports of one protocol, or of TCP and UDP; none of a protocol without ports."""
    names = {"tcp": ("tcp",), "6": ("tcp",), "udp": ("udp",), "17": ("udp",), "": ("tcp", "udp")}.get(protocol, ())
    found = NOTHING
    for low, high in tailnet_policy.intervals(numbers):
        for name in names:
            found |= ports(name, low, high)
    return found
