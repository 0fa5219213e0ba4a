"""SEC-05: what is internal is reached over the VPN, and has no way in from the internet of its own."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from lib.vocabulary import ACCESS
from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import UNKNOWN, Resource, get, shown
from policy.facts.routers import ROUTER

# What must be so on every one. AWS makes some of these public where nothing is said.
ALWAYS = dangers.table("public_tools")
# By type: what must be so on what a tag names as a resource of the access model.
TAGGED: dict[str, tuple[tuple[tuple[str, ...], object], ...]] = {
    "aws:lb/loadBalancer:LoadBalancer": ((("internal",), True),),
    "aws:alb/loadBalancer:LoadBalancer": ((("internal",), True),),
    "aws:elb/loadBalancer:LoadBalancer": ((("internal",), True),),
    "aws:ec2/instance:Instance": ((("associatePublicIpAddress",), False),),
    "aws:ecs/service:Service": ((("networkConfiguration", "assignPublicIp"), False),),
    "aws:mq/broker:Broker": ((("publiclyAccessible",), False),),
    "aws:redshift/cluster:Cluster": ((("publiclyAccessible",), False),),
    "aws:dms/replicationInstance:ReplicationInstance": ((("publiclyAccessible",), False),),
}
# By type: what puts it inside the network; without it the service answers on the internet.
INSIDE = {
    "aws:opensearch/domain:Domain": "vpcOptions",
    "aws:elasticsearch/domain:Domain": "vpcOptions",
    "aws:grafana/workspace:Workspace": "networkAccessControl",
}
# Doors of their own, with a public name, which no VPN stands in front of.
DOORS = ("aws:apigatewayv2/api:Api", "aws:cloudfront/distribution:Distribution", "aws:apprunner/service:Service")


def _must(resource: Resource, wanted: tuple[tuple[tuple[str, ...], object], ...]) -> Iterator[str]:
    for path, value in wanted:
        given = get(resource.props, *path)
        if given not in (value, UNKNOWN):
            yield f"{'.'.join(path)} is {shown(given)}, must be {value!r}: it would answer on the internet"


def check(resource: Resource) -> Iterator[str]:
    """Absent counts as public, because that is what AWS makes of it."""
    kind = resource.resource_type
    for message in dangers.findings(resource, ALWAYS.get(kind, ())):
        yield f"{message}: it would answer on the internet"
    if kind in INSIDE and get(resource.props, INSIDE[kind]) is None:
        yield f"{INSIDE[kind]} is absent, must place it inside the network: it would answer on the internet"
    tags = get(resource.props, "tags")
    access = get(tags, ACCESS) if isinstance(tags, Mapping) else None
    if access in (None, UNKNOWN, ROUTER):
        return
    yield from _must(resource, TAGGED.get(kind, ()))
    if kind in DOORS:
        name = kind.rpartition(":")[2]
        yield f"tag {ACCESS} is {access!r}, but the name of a {name} is public; it must be served inside the network"


RULE = Rule(
    clause="SEC-05",
    description="Internal tools have no public load balancer, address or endpoint; the Kubernetes API included.",
    severity=Severity.CRITICAL,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),),
    remediation="Make it private and grant it in catalog/access.yaml: people reach it over the VPN.",
    types=frozenset({*ALWAYS, *TAGGED, *INSIDE, *DOORS}),
    check=check,
)
