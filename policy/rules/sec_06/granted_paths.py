"""SEC-06: whoever can reach a data store or an internal tool is granted it, and whoever is granted it can reach it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from lib.vocabulary import ACCESS
from policy.core.engine import Framework, Rule
from policy.facts import grants
from policy.facts.grants import Grants, Group
from policy.facts.props import stack_of
from policy.reachability.intervals import show_ports
from policy.reachability.model import UNCLEAR, Endpoint
from policy.reachability.places import STORE
from policy.reachability.read import StackNetwork, read_stack
from policy.reachability.who import Reach, granted, numbers, reaches

Found = Iterator[tuple[PolicyResource, str]]


def _ungranted(here: StackNetwork, found: Iterable[Reach], model: Grants) -> Found:
    for target in here.targets():
        if target.access not in (*model.resources, "", UNCLEAR):
            why = f"tag {ACCESS} is {target.access!r}, must name a resource of catalog/access.yaml"
            yield here.resources[target.urn], why
    for reach in found:
        target = reach.target
        if target.access == UNCLEAR or (reach.kind == "internet" and target.kind == STORE):
            continue  # sec-06-no-path-from-internet tells of strangers
        extra = reach.ports - granted(reach, model)
        if extra:
            named = target.access or f"nothing that tag {ACCESS} names"
            why = f"no grant lets {reach.who} reach {show_ports(extra)} of {named}, but this path does: {reach.path}"
            yield here.resources[target.urn], why


def _unrealised(here: StackNetwork, found: Iterable[Reach], model: Grants) -> Found:
    """Grants of what the stack has, to those whom it has, by which nobody gets through."""
    realised: dict[str, list[Endpoint]] = defaultdict(list)
    for target in here.targets():
        realised[target.access].append(target)
    rows = list(found)
    tiers = {subnet.tier for subnet in here.topology.subnets}
    functions = {endpoint.function for endpoint in here.topology.endpoints}
    for grant in model.grants:
        group, resource = model.groups[grant.group], model.resources[grant.resource]
        targets = realised.get(grant.resource, [])
        inside = group.kind in ("workloads", "functions")
        if group.kind == "functions":
            absent = grant.group not in functions
        else:
            absent = group.tier not in tiers if inside else not here.routers() or resource.reached != "router"
        if not targets or absent:
            continue
        own = [row for row in rows if row.target.access == grant.resource and _is(row, grant.group, group)]
        for port in grant.ports:
            through = [row for row in own if numbers((port,)) & row.ports]
            grant_text = f"group {grant.group} is granted port {port} of {grant.resource} in catalog/access.yaml, but"
            zones = {zone for row in through for zone in row.zones}
            if not through:
                yield (
                    here.resources[targets[0].urn],
                    f"{grant_text} no path leads there from {_place(grant.group, group)}",
                )
            elif not inside and len(zones) < 2:
                yield (
                    here.resources[targets[0].urn],
                    f"{grant_text} through routers of one zone ({', '.join(zones)}), must be two",
                )


def _place(name: str, group: Group) -> str:
    """From where the grants of a group are used, as a message says it."""
    if group.kind == "functions":
        return f"the function {name}"
    return f"the {group.tier} tier" if group.kind == "workloads" else "the routers, by the policy of the tailnet"


def _is(row: Reach, name: str, group: Group) -> bool:
    """Whether those who reach are the group."""
    if row.kind == "tailnet":
        return row.who == name
    if group.kind == "functions":
        return row.function == name
    return group.tier is not None and group.tier in row.tiers


def check_stack(resources: Sequence[PolicyResource]) -> Found:
    """Accuse with what a preview knows for certain, and miss a path only where no unknown value can hold it."""
    if not resources:
        return
    model = grants.current(stack_of(resources[0].urn))
    here = read_stack(resources)
    rows = list(reaches(here, model))
    yield from _ungranted(here, rows, model)
    if here.unclear:
        here = read_stack(resources, guess=True)
        rows = list(reaches(here, model))
    if not here.lost:
        yield from _unrealised(here, rows, model)


RULE = Rule(
    clause="SEC-06",
    description="Each path into a data store or internal tool is granted, and each grant has its path.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),),
    remediation="Add the grant to catalog/access.yaml, or close the path; `make reach` prints every path of the stack.",
    check_stack=check_stack,
)
