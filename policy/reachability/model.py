"""A stack's network as the solver needs it: no provider, no proxies, no unknown values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.reachability.flows import ALL_FLOWS, Flows, Permission
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, NOTHING, IntervalSet

NextHop = tuple[str, str]
"""Where a route leads: a kind of ``WAYS`` and which one, by URN where the stack declares it."""
UNCLEAR = "?"
"""The access tag of what a preview cannot know the tags of."""
LOCAL: NextHop = ("local", "")
DELIVERED = ("local", "interface", "inspection endpoint")
"""Ways that stay inside the VPC: what inspects packets on the way is taken to let them through."""


@dataclass(frozen=True, eq=False)
class Table:
    """A route table: which addresses each way leads to, after the longest prefix has won."""

    name: str
    leads: Mapping[NextHop, IntervalSet]

    def delivers(self) -> IntervalSet:
        """The addresses of the VPC itself that packets are delivered to."""
        found = NOTHING
        for (kind, _), addresses in self.leads.items():
            found = found | addresses if kind in DELIVERED else found
        return found


@dataclass(frozen=True, eq=False)
class Acl:
    """A network ACL, which keeps no state: answers need to be allowed too."""

    name: str
    ingress: Flows = ALL_FLOWS
    egress: Flows = ALL_FLOWS


@dataclass(frozen=True, eq=False)
class Subnet:
    """A subnet with what decides about its packets. ``tier`` is its tag, empty where it has none."""

    urn: str
    name: str
    vpc: str
    tier: str
    zone: str
    addresses: IntervalSet
    table: Table
    acl: Acl


@dataclass(frozen=True, eq=False)
class Group:
    """A security group; one that another stack declares is open, for nobody here can tell what it lets in."""

    key: str
    name: str
    ingress: tuple[Permission, ...]
    egress: tuple[Permission, ...]
    tier: str = ""
    vpc: str = ""


def foreign_group(key: str) -> Group:
    """A security group of another stack."""
    anything = (Permission("as another stack declares it", ALL_PORTS, EVERYWHERE),)
    return Group(key, f"{key} of another stack", anything, anything)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """Something with a place in the network. ``groups`` is None where security groups do not apply to it.

    ``ports`` are those on which it listens. ``public`` are the families in which strangers can address it;
    ``dual`` says that it has IPv6 addresses. ``open_to`` are addresses served outside any VPC, as a public API endpoint
    does. ``access`` names its resource of the access model, ``function`` the Lambda function that it is. ``forwards``
    are URNs to which it passes connections on, None where that is everything it can reach; ``keeps_source`` says that
    it does so under the client's address.
    """

    urn: str
    name: str
    kind: str
    subnets: tuple[Subnet, ...] = ()
    groups: tuple[Group, ...] | None = ()
    ports: IntervalSet = ALL_PORTS
    public: IntervalSet = NOTHING
    dual: bool = False
    open_to: IntervalSet = NOTHING
    access: str = ""
    function: str = ""
    forwards: frozenset[str] | None = frozenset()
    keeps_source: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its security groups."""
        return frozenset(group.key for group in self.groups or ())


@dataclass(frozen=True)
class Topology:
    """Everything, each list in the order of registration. ``peers`` are the two VPCs of each peering connection, by URN
    where the stack declares them; ``names`` what each URN is called.
    """

    subnets: tuple[Subnet, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    groups: tuple[Group, ...] = ()
    peers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
