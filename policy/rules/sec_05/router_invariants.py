"""SEC-05: the way into the network is doubled, closed but for WireGuard, and leads to this stack's tiers alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_policy import PolicyResource, Severity

from lib.firewall import WIREGUARD_PORT
from policy.core.engine import Framework, Rule
from policy.facts import ingress, routers, tailnet_policy
from policy.facts.props import UNKNOWN, get, items, number, of_type, referenced

ACL = "tailscale:index/acl:Acl"
SUBNET, VPC = "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"
TIER = "nationgraph:tier"
ROUTED_TIERS = ("private", "database", "analytics")
LEAST = 2
Found = Iterator[tuple[PolicyResource, str]]


def _group(group: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    size = get(group.props, "minSize")
    if size is not UNKNOWN and (number(size) or 0) < LEAST:
        yield f"minSize is {size!r}, must be at least {LEAST}: one router is none while it is replaced"
    subnets = referenced(group, "vpcZoneIdentifiers", of_type(resources, SUBNET))
    found = [get(subnet.props, "availabilityZone") for subnet in subnets]
    zones = sorted({zone for zone in found if isinstance(zone, str)})
    if len(zones) < LEAST and UNKNOWN not in found and UNKNOWN not in items(group.props, "vpcZoneIdentifiers"):
        yield f"vpcZoneIdentifiers lie in zones {zones}, must be at least {LEAST} zones of this stack"
    if get(group.props, "instanceRefresh") is None:
        yield "instanceRefresh is absent, must be given: a changed template would reach no router"
    if get(group.props, "maxInstanceLifetime") is None:
        yield "maxInstanceLifetime is absent, must be given: a router would keep its kernel for ever"
    if routers.template_of(group, resources) is None and get(group.props, "launchTemplate", "id") is not UNKNOWN:
        yield "launchTemplate names no template of this stack, must be one that these rules can see"


def _template(template: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    wanted = {"httpTokens": "required", "httpEndpoint": "enabled"}
    for key, value in wanted.items():
        given = get(template.props, "metadataOptions", key)
        if given not in (value, UNKNOWN):
            yield f"metadataOptions.{key} is {given!r}, must be {value!r}: IMDSv2 only"
    if get(template.props, "keyName") is not None:
        yield "keyName is given, must be absent: a router is replaced, and nobody signs in"
    if get(template.props, "iamInstanceProfile") is None:
        yield "iamInstanceProfile is absent, must name the router's own role: by it the router proves who it is"
    if not routers.security_groups(template, resources):
        yield "it carries no security group of this stack, must carry the routers' own"


def _security_group(group: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    """Whoever the source is, other groups and this network included."""
    own, port = list(ingress.openings(group, resources)), WIREGUARD_PORT
    for rule in own:
        is_error = rule.low in ingress.ERRORS.get(rule.protocol, ())  # "fragmentation needed", as any network sends it
        if not is_error and (rule.protocol, rule.low, rule.high) != ("udp", port, port):
            said = ingress.described(rule.protocol, rule.low, rule.high)
            yield f"ingress of {said}, must be UDP {port} alone"
    unclear = UNKNOWN in items(group.props, "ingress")
    if not unclear and not any(rule.covers("udp", port) and rule.cidrs for rule in own):
        yield f"UDP {port} is closed, must be open: relayed connections break sessions of databases"


def _approvals(acl: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    policy = tailnet_policy.read(get(acl.props, "acl"))
    if policy is None:
        return  # sec-05-acl says so
    if policy.exit_nodes():
        yield f"autoApprovers.exitNode is {policy.exit_nodes()!r}, must be absent: nobody leaves by this network"
    subnets = of_type(resources, SUBNET)
    tiers: list[tuple[Any, Any]] = [(get(s.props, "cidrBlock"), get(s.props, "tags", TIER)) for s in subnets]
    if any(UNKNOWN in pair for pair in tiers):
        return
    own = [tailnet_policy.network(str(cidr)) for cidr, tier in tiers if tier in ROUTED_TIERS]
    for route in policy.routes():
        network = tailnet_policy.network(route)
        if network is None:
            yield f"autoApprovers.routes hold {route!r}, must be CIDRs"
        elif not any(subnet and _inside(network, subnet) for subnet in own):
            yield (
                f"autoApprovers.routes hold {route}, must lie in a subnet of this stack's tiers "
                f"{', '.join(ROUTED_TIERS)}: public ranges and other environments are not for these routers"
            )


def _inside(network: Any, subnet: Any) -> bool:
    return bool(network.version == subnet.version and network.subnet_of(subnet))


def check_stack(resources: Sequence[PolicyResource]) -> Found:
    """Judge each router's group, template and security groups, and the routes that a tailnet's policy approves."""
    groups, templates = routers.groups(resources), routers.templates(resources)
    for group in groups:
        yield from ((group, message) for message in _group(group, resources))
    seen: dict[str, PolicyResource] = {}
    for template in templates:
        yield from ((template, message) for message in _template(template, resources))
        seen |= {found.urn: found for found in routers.security_groups(template, resources)}
    for found in seen.values():
        yield from ((found, message) for message in _security_group(found, resources))
    for acl in of_type(resources, ACL):
        yield from ((acl, message) for message in _approvals(acl, resources))
        policy = tailnet_policy.read(get(acl.props, "acl"))
        if not groups and policy and policy.routes():
            tag = f"tagged nationgraph:access={routers.ROUTER}"
            yield acl, f"autoApprovers.routes are given, but no auto scaling group is {tag}: nothing leads there"


RULE = Rule(
    clause="SEC-05",
    description="Subnet routers: two or more in two zones, IMDSv2, no key, WireGuard in alone, own tiers only.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),),
    remediation="Declare routers with components.vpn.Vpn, and routes by layers/access.py.",
    check_stack=check_stack,
)
