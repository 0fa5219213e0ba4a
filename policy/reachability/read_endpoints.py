"""What has a place in the network: data stores, workloads, load balancers and what they pass on to."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource

from lib.identities import FUNCTION_PREFIX
from lib.vocabulary import ACCESS
from policy.facts import ingress
from policy.facts.props import UNKNOWN, get, is_local_replica, items
from policy.reachability.index import Index, text
from policy.reachability.intervals import ALL_PORTS, EVERYWHERE, NOTHING, V4, V6, IntervalSet, addresses, ports
from policy.reachability.model import UNCLEAR, Endpoint, Group, Subnet, foreign_group
from policy.reachability.places import BALANCER, ENGINE_PORTS, PLACES, SERVICE, SUBNET_GROUPS, Place
from policy.reachability.read_forwards import Forwards
from policy.reachability.read_groups import VPCS
from policy.reachability.read_network import SUBNETS

TEMPLATES = ("aws:ec2/launchTemplate:LaunchTemplate",)
FUNCTION = "aws:lambda/function:Function"
ADDRESSES = ("aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation")


class Endpoints:
    """Reads the endpoints of a stack, given its subnets and security groups by URN."""

    def __init__(self, index: Index, subnets: Mapping[str, Subnet], groups: Mapping[str, Group]) -> None:
        self._index = index
        self._subnets = subnets
        self._groups = groups
        self._resources = {resource.urn: resource for resource in index.of(*SUBNETS)}
        self._defaults = {
            vpc.urn: groups[group.urn]
            for group in index.of(ingress.GROUPS[1])
            for vpc in index.refs(group, "vpcId", *VPCS)
        }
        self._elastic = {
            found.urn
            for key in ("instance", "instanceId", "networkInterface", "networkInterfaceId")
            for address in index.of(*ADDRESSES)
            for found in index.refs(
                address, key, "aws:ec2/instance:Instance", "aws:ec2/networkInterface:NetworkInterface"
            )
        }
        self._members = index.grouped(
            "clusterIdentifier", ["aws:rds/cluster:Cluster"], "aws:rds/clusterInstance:ClusterInstance"
        )
        self._forwards = Forwards(index)

    def read(self) -> list[Endpoint]:
        """Every endpoint, in the order of the table of places."""
        return [self._endpoint(resource, PLACES[type_]) for type_ in PLACES for resource in self._index.of(type_)]

    def _at(self, resource: PolicyResource, path: str) -> tuple[str, list[Any]]:
        """The top-level property of a path, and the values at its end."""
        key, _, inner = path.partition(".")
        if not inner:
            return key, list(items(resource.props, key))
        outer = get(resource.props, key)
        if outer is UNKNOWN:
            return key, [UNKNOWN]
        return key, list(items(outer, inner)) if isinstance(outer, Mapping) else []

    def _named(self, resource: PolicyResource, path: str, *types: str) -> list[PolicyResource]:
        key, values = self._at(resource, path)
        found: list[PolicyResource] = self._index.refs(resource, key, *types, values=values)
        return found

    def _places(self, resource: PolicyResource, place: Place) -> list[Subnet]:
        named = self._named(resource, place.subnets, *(SUBNET_GROUPS if place.group else SUBNETS))
        if place.group and not named and is_local_replica(resource):  # it lies where its source lies
            sources = self._index.refs(resource, "replicateSourceDb", resource.resource_type)
            named = [group for source in sources for group in self._named(source, place.subnets, *SUBNET_GROUPS)]
        if place.group:
            named = [subnet for group in named for subnet in self._index.refs(group, "subnetIds", *SUBNETS)]
        if place.kind == BALANCER:
            values = [
                get(mapping, "subnetId")
                for mapping in items(resource.props, "subnetMappings")
                if mapping is not UNKNOWN
            ]
            named += self._index.refs(resource, "subnetMappings", *SUBNETS, values=values)
        return list({subnet.urn: self._subnets[subnet.urn] for subnet in named}.values())

    def _carried(self, resource: PolicyResource, place: Place, subnets: Sequence[Subnet]) -> tuple[Group, ...] | None:
        source, path = resource, place.groups
        if not path:  # an auto scaling group: its launch template says
            template = self._template(resource)
            if template is None:
                return ()
            inner = [
                v
                for ni in items(template.props, "networkInterfaces")
                for v in ([UNKNOWN] if ni is UNKNOWN else items(ni, "securityGroups"))
            ]
            found = self._named(template, "vpcSecurityGroupIds", *ingress.GROUPS)
            found += self._index.refs(template, "networkInterfaces", *ingress.GROUPS, values=inner)
            return tuple({group.urn: self._groups[group.urn] for group in found}.values())
        key, values = self._at(source, path)
        named = self._named(source, path, *ingress.GROUPS)
        known = [text(value) for value in values if value is not UNKNOWN and text(value)]
        by_name = {value: self._index.named(source, key, value, *ingress.GROUPS) for value in known}
        by_value = any(by_name.values()) or not named
        foreign = [value for value, groups in by_name.items() if by_value and not groups]
        if named or foreign:
            return (*(self._groups[group.urn] for group in named), *map(foreign_group, foreign))
        if UNKNOWN in values:
            self._index.unclear = True
            return (foreign_group("what is not known yet"),) if self._index.guess else ()
        if place.kind == BALANCER and text(get(resource.props, "loadBalancerType")) == "network":
            return None  # one without security groups lets everything through
        vpcs = {subnet.vpc for subnet in subnets}
        return tuple(self._defaults.get(vpc) or foreign_group("the VPC's default group") for vpc in sorted(vpcs))

    def _template(self, group: PolicyResource) -> PolicyResource | None:
        value = get(group.props, "launchTemplate")
        names = [get(value, key) for key in ("id", "name")] if isinstance(value, Mapping) else [value]
        found = self._index.refs(group, "launchTemplate", *TEMPLATES, values=[name for name in names if name])
        return found[0] if found else None

    def _is_public(self, resource: PolicyResource, place: Place, subnets: Sequence[Subnet]) -> bool:
        if resource.urn in self._elastic:
            return True
        if any(self._index.known(member.props, "publiclyAccessible") for member in self._members.get(resource.urn, ())):
            return True
        key, _, inner = place.public.partition(".")
        props = get(resource.props, key, default={}) if inner else resource.props
        flag = get(props, inner or key) if key and props is not UNKNOWN else None
        if place.inward:
            return flag is not True and (flag is not UNKNOWN or self._index.guess)
        if not key and not place.groups:
            template = self._template(resource)
            given = (
                [
                    get(ni, "associatePublicIpAddress")
                    for ni in items(template.props, "networkInterfaces")
                    if ni is not UNKNOWN
                ]
                if template
                else []
            )
            flag = next((value for value in given if value is not None), None)
        if flag is None and place.by_subnet:
            return any(
                self._index.known(self._resources[subnet.urn].props, "mapPublicIpOnLaunch") for subnet in subnets
            )
        return flag in (True, "true") or (flag is UNKNOWN and self._index.guess)

    def _has_v6(self, resource: PolicyResource, place: Place, subnets: Sequence[Subnet]) -> bool:
        key, value = place.dual
        if key:
            return text(get(resource.props, key)).lower().startswith(value.lower())
        if get(resource.props, "ipv6AddressCount") or list(items(resource.props, "ipv6Addresses")):
            return True
        return any(get(self._resources[subnet.urn].props, "assignIpv6AddressOnCreation") is True for subnet in subnets)

    def _ports(self, resource: PolicyResource, place: Place) -> IntervalSet:
        given = get(resource.props, place.port_key) if place.port_key else None
        if given is None and place.port_key and not place.port:
            engine = text(get(resource.props, "engine"))
            given = next((port for name, port in ENGINE_PORTS.items() if engine.startswith(name)), None)
        number = given if given is not None else place.port
        return ports("tcp", int(number), int(number)) if isinstance(number, int | float) and number else ALL_PORTS

    def _served(self, resource: PolicyResource, place: Place) -> IntervalSet:
        """The addresses served outside any VPC."""
        if place.api:
            return NOTHING if get(resource.props, place.subnets.partition(".")[0]) is not None else EVERYWHERE
        if place.kind == SERVICE and resource.resource_type.startswith("aws:eks/"):
            config = get(resource.props, "vpcConfig", default={})
            public = get(config, "endpointPublicAccess") if config is not UNKNOWN else UNKNOWN
            if public is False or (public is UNKNOWN and not self._index.guess):
                return NOTHING
            allowed = (
                [c for c in items(config, "publicAccessCidrs") if isinstance(c, str)] if config is not UNKNOWN else []
            )
            return addresses(allowed) if allowed else EVERYWHERE  # public is what AWS makes of an absent flag
        return NOTHING

    def _tags(self, resource: PolicyResource) -> str:
        """What the access tag says: of the resource, of each tag of an auto scaling group, or of its template."""
        given = get(resource.props, "tags")
        if given is UNKNOWN or (isinstance(given, Mapping) and get(given, ACCESS) is UNKNOWN):
            self._index.unclear = True
            return UNCLEAR
        if isinstance(given, Sequence) and not isinstance(given, str):
            pairs = [
                (get(tag, "key"), get(tag, "value")) for tag in items(resource.props, "tags") if tag is not UNKNOWN
            ]
            return next((text(value) for key, value in pairs if key == ACCESS), "") or self._of_template(resource)
        found = text(get(given, ACCESS)) if isinstance(given, Mapping) else ""
        return found or self._of_template(resource)

    def _of_template(self, resource: PolicyResource) -> str:
        template = self._template(resource) if resource.resource_type == "aws:autoscaling/group:Group" else None
        if template is None:
            return ""
        specs = [
            get(spec, "tags", ACCESS) for spec in items(template.props, "tagSpecifications") if spec is not UNKNOWN
        ]
        return next((text(value) for value in [*specs, get(template.props, "tags", ACCESS)] if text(value)), "")

    def _endpoint(self, resource: PolicyResource, place: Place) -> Endpoint:
        subnets = self._places(resource, place)
        dual = self._has_v6(resource, place, subnets)
        public = V4 if self._is_public(resource, place, subnets) else NOTHING
        if dual and (public or not place.inward):
            public |= V6  # an IPv6 address is public; an internal load balancer refuses to be one
        forwards, carries = self._forwards.of(resource, place.kind)
        return Endpoint(
            urn=resource.urn,
            name=resource.name,
            kind=place.kind,
            subnets=tuple(subnets),
            groups=self._carried(resource, place, subnets),
            ports=carries if place.kind == BALANCER else self._ports(resource, place),
            public=public,
            dual=dual,
            open_to=self._served(resource, place),
            access=self._tags(resource),
            function=_function(resource),
            forwards=forwards,
            keeps_source=place.kind == BALANCER and text(get(resource.props, "loadBalancerType")) == "network",
        )


def _function(resource: PolicyResource) -> str:
    """The name of a Lambda function of the platform, less its prefix; in an account there is one of each name."""
    name = text(get(resource.props, "name")) if resource.resource_type == FUNCTION else ""
    return name.removeprefix(FUNCTION_PREFIX) if name.startswith(FUNCTION_PREFIX) else ""
