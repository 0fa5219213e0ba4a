"""SEC-07: pods do not reach their node's credentials, nobody signs in to a node, and its disks are encrypted."""

from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, flag, get, items, named_by, number, of_type, shown

NODE_GROUP, SCALING_GROUP = "aws:eks/nodeGroup:NodeGroup", "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
OWNED = "kubernetes.io/cluster/"
"""How the tag begins by which machines belong to a cluster that they join by themselves."""
PLACES = (("launchTemplate",), ("mixedInstancesPolicy", "launchTemplate", "launchTemplateSpecification"))
Found = Iterator[tuple[PolicyResource, str]]


def _joins(group: PolicyResource) -> bool:
    tags = [tag for tag in items(group.props, "tags") if isinstance(tag, Mapping)]
    return any(str(get(tag, "key")).startswith(OWNED) for tag in tags)


def _templates(group: PolicyResource, resources: Sequence[PolicyResource]) -> list[PolicyResource] | None:
    """The launch template of a group; None where it is not known yet which."""
    pool = of_type(resources, TEMPLATE)
    found: list[PolicyResource] = []
    unclear = False
    for path in PLACES:
        for key in ("id", "name", "launchTemplateId", "launchTemplateName"):
            value = get(group.props, *path, key)
            found += named_by(group, path[0], value, pool)
            unclear |= value is UNKNOWN
    return None if unclear and not found else found


def _template(template: PolicyResource) -> Iterator[str]:
    hops = get(template.props, "metadataOptions", "httpPutResponseHopLimit")
    endpoint = get(template.props, "metadataOptions", "httpEndpoint")
    if hops is not UNKNOWN and endpoint not in ("disabled", UNKNOWN) and number(hops) != 1:
        why = "with more a pod reaches the credentials of its node"
        yield f"metadataOptions.httpPutResponseHopLimit is {shown(hops)}, must be 1: {why}"
    if get(template.props, "blockDeviceMappings") in (None, []):
        yield "blockDeviceMappings is absent, must name the image's volumes: it does not encrypt them by itself"
    if get(template.props, "keyName") is not None:
        yield "keyName is given, must be absent: a node is replaced, and nobody signs in"
    for interface in items(template.props, "networkInterfaces"):
        if isinstance(interface, Mapping) and flag(get(interface, "associatePublicIpAddress")) is True:
            yield "networkInterfaces associatePublicIpAddress is True, must be absent: nodes stand in private subnets"


def check_stack(resources: Sequence[PolicyResource]) -> Found:
    """Node groups of EKS, and groups of machines that join by themselves, by the template of their machines."""
    templates: dict[str, PolicyResource] = {}
    groups = [group for group in of_type(resources, SCALING_GROUP) if _joins(group)]
    for group in (*of_type(resources, NODE_GROUP), *groups):
        if get(group.props, "remoteAccess") is not None:
            yield group, "remoteAccess is given, must be absent: a node is replaced, and nobody signs in"
        found = _templates(group, resources)
        if found == []:
            why = "EKS's own answers the pods' requests for its credentials"
            yield group, f"launchTemplate names no template of this stack, must be one that these rules can see: {why}"
        templates |= {template.urn: template for template in found or ()}
    for template in templates.values():
        yield from ((template, message) for message in _template(template))


RULE = Rule(
    clause="SEC-07",
    description="Nodes of clusters keep their credentials from pods, encrypt their disks, and let nobody sign in.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),),
    remediation="Declare nodes with components.cluster.nodes.node_group.",
    check_stack=check_stack,
)
