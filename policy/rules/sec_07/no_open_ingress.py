"""SEC-07: strangers reach load balancers on 80 and 443, the VPN's routers on its own port, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_policy import PolicyResource, Severity

from lib.firewall import WIREGUARD_PORT
from policy.core.engine import Framework, Rule
from policy.facts import ingress, prefix_lists, routers
from policy.facts.props import UNKNOWN, attached, get, of_type, referenced, undecided

LOAD_BALANCERS = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:elb/loadBalancer:LoadBalancer",
)
CARRIERS = {
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:redshift/cluster:Cluster",
}  # on 443 a database is still a database
FRONT_PORTS = (("tcp", 80), ("tcp", 443))
ROUTER_PORTS = (("udp", WIREGUARD_PORT),)  # its packets are sealed, and answered to the tailnet's devices alone
# What these ports give away is worth naming in the message; every other port is refused as well.
NAMES = {
    "FTP": (20, 21),
    "SSH": (22,),
    "Telnet": (23,),
    "Windows": (135, 445, 3389, 5985, 5986),
    "VNC": (5900,),
    "MySQL": (3306,),
    "SQL Server, Oracle": (1433, 1521),
    "PostgreSQL": (5432, 6432),
    "Redshift": (5439,),
    "Redis, memcached": (6379, 11211),
    "Cassandra, Kafka": (9042, 9092),
    "Elasticsearch, MongoDB": (9200, 27017),
    "container and cluster control": (2375, 2376, 2379, 6443, 10250),
    "dashboards": (3000, 8080, 9090, 9093),
}


@dataclass(frozen=True)
class _Around:
    """What decides about a group beside its rules, found once for all groups: a stack may have thousands."""

    front: Sequence[PolicyResource]
    "Load balancers that say they are public, or may be in a preview."
    holding: Sequence[PolicyResource]
    "Databases."
    routed: frozenset[str]
    "URNs of the groups that routers carry."
    named: Sequence[PolicyResource]
    "Rules that are resources of their own, and what they may name."


def _around(resources: Sequence[PolicyResource], rules: Sequence[PolicyResource]) -> _Around:
    balancers = of_type(resources, *LOAD_BALANCERS)
    carried = [g.urn for t in routers.templates(resources) for g in routers.security_groups(t, resources)]
    return _Around(
        front=[b for b in balancers if get(b.props, "internal") in (False, UNKNOWN)],
        holding=of_type(resources, *CARRIERS),
        routed=frozenset(carried),
        named=[*rules, *of_type(resources, prefix_lists.LIST, prefix_lists.ENTRY)],
    )


def _allowed(group: PolicyResource, around: _Around) -> tuple[ingress.Port, ...]:
    """The ports that may be open to the internet on a group, by what carries it; none where a database does."""
    front, routed = ingress.attached_to(group, around.front, "securityGroups"), group.urn in around.routed
    public = bool(front) or undecided("securityGroups", around.front)
    if not (public or routed) or ingress.attached_to(group, around.holding, "vpcSecurityGroupIds"):
        return ()
    return (*(FRONT_PORTS if public else ()), *(ROUTER_PORTS if routed else ()), *ingress.ECHO)


def _open(found: Sequence[ingress.Opening], allowed: Sequence[ingress.Port]) -> Iterator[str]:
    for protocol, low, high, cidrs in ingress.public_ports(found, allowed):
        ports = () if protocol in ingress.ERRORS else range(low, high + 1)
        held = [name for name, known in NAMES.items() if any(port in ports for port in known)]
        named = f" ({', '.join(held)})" if held else ""
        shown = ", ".join(cidrs[:4]) + (f" and {len(cidrs) - 4} more" if len(cidrs) > 4 else "")
        exception = (
            "must be closed to the internet but for TCP 80 and 443 on a load balancer with internal=False, "
            f"and UDP {WIREGUARD_PORT} on a subnet router"
        )
        yield f"ingress of {ingress.described(protocol, low, high)}{named} from {shown}: {exception}"
    for name in sorted({name for rule in found for name in rule.lists}):
        yield f"ingress from prefix list {name} of another stack, must be a list that this stack declares"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Judge each group by all its rules together, then the rules whose group is not part of the stack one by one."""
    groups, rules = of_type(resources, *ingress.GROUPS), ingress.separate_rules(resources)
    around = _around(resources, rules)
    for group in groups:
        closed = get(group.props, "ingress") is not None or group.resource_type == ingress.GROUPS[1]
        if not closed and not attached(group, "securityGroupId", rules) and not undecided("securityGroupId", rules):
            yield group, "ingress is absent, must be a list ([] to close it): rules added by hand would stay unseen"
        found = list(ingress.openings(group, around.named))
        yield from ((group, message) for message in _open(found, _allowed(group, around)))
    for rule in rules:
        if not referenced(rule, "securityGroupId", groups):
            alone = ingress.opening(rule, rule.props, around.named)
            # In a preview the group may yet turn out to be a load balancer's or a router's.
            unseen = get(rule.props, "securityGroupId") is UNKNOWN
            allowed = (*FRONT_PORTS, *ROUTER_PORTS, *ingress.ECHO) if unseen else ()
            yield from ((rule, message) for message in _open([alone] if alone else [], allowed))


RULE = Rule(
    clause="SEC-07",
    description="No ingress from the internet, except TCP 80 and 443 of public load balancers, UDP 41641 of routers.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="5.2"),
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="5.3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Name the client CIDRs or security group; reach internal tools by the VPN.",
    check_stack=check_stack,
)
