"""The subnet routers of a stack: which auto scaling groups, launch templates and security groups are theirs."""

from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import PolicyResource

from lib.vocabulary import ACCESS
from policy.facts.ingress import GROUPS
from policy.facts.props import UNKNOWN, get, items, named_by, of_type

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ROUTER = "router"
"""What the access tag says of a router; it names no resource of the access model."""


def _says_router(resource: PolicyResource) -> bool:
    """By its tags as a map, as a list of key and value, or for the machines that it makes."""
    tags = get(resource.props, "tags")
    if isinstance(tags, Mapping):
        found = [get(tags, ACCESS)]
    else:
        pairs = [tag for tag in items(resource.props, "tags") if isinstance(tag, Mapping)]
        found = [get(tag, "value") for tag in pairs if get(tag, "key") == ACCESS]
    specs = [spec for spec in items(resource.props, "tagSpecifications") if spec is not UNKNOWN]
    return ROUTER in [*found, *(get(spec, "tags", ACCESS) for spec in specs)]


def template_of(group: PolicyResource, resources: Sequence[PolicyResource]) -> PolicyResource | None:
    """The launch template of an auto scaling group; None where the stack does not declare it."""
    pool = of_type(resources, TEMPLATE)
    for key in ("id", "name"):
        value = get(group.props, "launchTemplate", key)
        if value is not None and (found := named_by(group, "launchTemplate", value, pool)):
            return found[0]
    return None


def groups(resources: Sequence[PolicyResource]) -> list[PolicyResource]:
    """The auto scaling groups of routers: they or their template say so."""
    return [
        group
        for group in of_type(resources, GROUP)
        if _says_router(group) or ((template := template_of(group, resources)) and _says_router(template))
    ]


def templates(resources: Sequence[PolicyResource]) -> list[PolicyResource]:
    """The launch templates of routers, with those of their auto scaling groups."""
    own = [template for template in of_type(resources, TEMPLATE) if _says_router(template)]
    of_groups = [template for group in groups(resources) if (template := template_of(group, resources))]
    return list({template.urn: template for template in (*own, *of_groups)}.values())


def security_groups(template: PolicyResource, resources: Sequence[PolicyResource]) -> list[PolicyResource]:
    """The security groups that the machines of a template carry, as far as the stack declares them."""
    pool = of_type(resources, *GROUPS)
    return list(dict(_carried(template, pool)).values())


def _carried(template: PolicyResource, pool: Sequence[PolicyResource]) -> Iterator[tuple[str, PolicyResource]]:
    for value in items(template.props, "vpcSecurityGroupIds"):
        yield from ((group.urn, group) for group in named_by(template, "vpcSecurityGroupIds", value, pool))
    for interface in items(template.props, "networkInterfaces"):
        values = [UNKNOWN] if interface is UNKNOWN else list(items(interface, "securityGroups"))
        for value in values:
            yield from ((group.urn, group) for group in named_by(template, "networkInterfaces", value, pool))
