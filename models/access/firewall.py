"""Who may open a connection to a resource inside the network: the rules of its security group."""

from collections.abc import Mapping, Sequence

from lib.firewall import ROUTERS, Rule
from models.access.model import Access


def rules(access: Access, resource: str, tier_cidrs: Mapping[str, Sequence[str]]) -> list[Rule]:
    """The rules of ``resource`` for the grants of ``access``, in one order; no grant, no rule.

    People and machines come through the routers, and only where the resource is reached that way: the VPN's policy
    tells them apart. Workloads come from the CIDRs of their tier, a function from its security group, for which the
    group's name stands. Raises ``KeyError`` for an unknown resource, and ``ValueError`` where a tier has no CIDRs.
    """
    reached, rules = access.resources[resource].reached, set()
    for grant in access.grants:
        group = access.groups[grant.group]
        if grant.resource != resource:
            continue
        if group.tier is not None:
            sources = tuple(tier_cidrs.get(group.tier, ()))
            if not sources:
                raise ValueError(
                    f"{grant.group} runs in tier {group.tier!r}, which has no CIDRs here; pass its subnets"
                )
            text = f"{resource} from the {group.tier} tier"
        elif group.kind == "functions":
            sources, text = (grant.group,), f"{resource} from the function {grant.group}"
        else:
            sources, text = ((ROUTERS,) if reached == "router" else ()), f"{resource} over the VPN"
        rules |= {Rule(port=port, source=source, description=text) for port in grant.ports for source in sources}
    return sorted(rules)
