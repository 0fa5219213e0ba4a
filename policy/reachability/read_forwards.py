"""To what a load balancer or a database proxy passes connections on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts.props import UNKNOWN, get, items
from policy.reachability.index import Index
from policy.reachability.intervals import ALL_PORTS, LAST_PORT, NOTHING, IntervalSet, ports
from policy.reachability.places import BALANCER, PLACES, PROXY

BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
RULES = ("aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule")
TARGET_GROUPS = ("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")
ATTACHMENTS = (
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    "aws:alb/targetGroupAttachment:TargetGroupAttachment",
)
SCALING = "aws:autoscaling/group:Group"
SCALING_ATTACHMENT = "aws:autoscaling/attachment:Attachment"
CONTAINERS = "aws:ecs/service:Service"
PROXY_TARGET = "aws:rds/proxyTarget:ProxyTarget"
DATABASES = {"dbInstanceIdentifier": "aws:rds/instance:Instance", "dbClusterIdentifier": "aws:rds/cluster:Cluster"}

Forwarded = tuple[frozenset[str] | None, IntervalSet]
"""URNs of what connections are passed to (None: whatever can be reached), and the ports that are listened on."""


class Forwards:
    """The listeners, target groups and members of a stack, each read once."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._listeners = index.grouped("loadBalancerArn", BALANCERS, *LISTENERS)
        self._rules = index.grouped("listenerArn", LISTENERS, *RULES)
        self._members: dict[str, set[str] | None] = defaultdict(set)
        for group, member in self._memberships():
            known = self._members[group.urn]
            if member is None:
                self._members[group.urn] = None
            elif known is not None:
                known.add(member.urn)
        self._proxied: dict[str, set[str]] = defaultdict(set)
        for target in index.of(PROXY_TARGET):
            for proxy in index.refs(target, "dbProxyName", "aws:rds/proxy:Proxy"):
                for key, type_ in DATABASES.items():
                    self._proxied[proxy.urn] |= {database.urn for database in index.refs(target, key, type_)}

    def _memberships(self) -> Iterator[tuple[PolicyResource, PolicyResource | None]]:
        """Each target group with one member; None for what is known by its address alone."""
        index = self._index
        for attachment in index.of(*ATTACHMENTS):
            named = index.refs(attachment, "targetId", *PLACES)
            for group in index.refs(attachment, "targetGroupArn", *TARGET_GROUPS):
                yield from ((group, member) for member in named or [None])
        for scaling in index.of(SCALING):
            yield from ((group, scaling) for group in index.refs(scaling, "targetGroupArns", *TARGET_GROUPS))
        for attachment in index.of(SCALING_ATTACHMENT):
            for group in index.refs(attachment, "lbTargetGroupArn", *TARGET_GROUPS):
                yield from ((group, found) for found in index.refs(attachment, "autoscalingGroupName", SCALING))
        for service in index.of(CONTAINERS):
            values = [
                get(entry, "targetGroupArn") for entry in items(service.props, "loadBalancers") if entry is not UNKNOWN
            ]
            yield from (
                (group, service) for group in index.refs(service, "loadBalancers", *TARGET_GROUPS, values=values)
            )

    def of(self, resource: PolicyResource, kind: str) -> Forwarded:
        """What a resource passes on; nothing where it is neither load balancer nor proxy."""
        if kind == PROXY:
            return frozenset(self._proxied[resource.urn]) or None, ALL_PORTS
        if kind != BALANCER:
            return frozenset(), ALL_PORTS
        if resource.resource_type.startswith("aws:elb/"):
            members = {found.urn for found in self._index.refs(resource, "instances", "aws:ec2/instance:Instance")}
            return frozenset(members) or None, self._heard(resource, "listeners", "lbPort")
        listeners = self._listeners.get(resource.urn, [])
        if not listeners:
            return None, ALL_PORTS  # a controller of the cluster adds them
        heard = NOTHING
        found: set[str] | None = set()
        for listener in listeners:
            heard |= _port(get(listener.props, "port"))
            sources = [(listener, "defaultActions"), *((rule, "actions") for rule in self._rules.get(listener.urn, ()))]
            for group in (group for source, key in sources for group in self._groups(source, key)):
                joined: set[str] | None = self._members[group] if group else None
                found = None if found is None or not joined else found | joined
        return frozenset(found) if found is not None else None, heard

    def _heard(self, resource: PolicyResource, key: str, port: str) -> IntervalSet:
        heard = NOTHING
        for listener in items(resource.props, key):
            heard |= _port(get(listener, port) if isinstance(listener, Mapping) else UNKNOWN)
        return heard or ALL_PORTS

    def _groups(self, source: PolicyResource, key: str) -> Iterator[str]:
        """The URNs of the target groups of a listener's actions; empty for one that another stack declares."""
        for action in items(source.props, key):
            values: list[Any] = [UNKNOWN]
            if action is not UNKNOWN:
                forward = get(action, "forward", default={})
                inner = items(forward, "targetGroups") if isinstance(forward, Mapping) else [UNKNOWN]
                nested = [get(entry, "arn") if entry is not UNKNOWN else UNKNOWN for entry in inner]
                values = [value for value in (get(action, "targetGroupArn"), *nested) if value]
            named = self._index.refs(source, key, *TARGET_GROUPS, values=values)
            yield from (group.urn for group in named)
            if values and not named:
                yield ""


def _port(number: object) -> IntervalSet:
    if not isinstance(number, int | float):
        return ALL_PORTS
    return ports("tcp", int(number), int(number)) | ports("udp", int(number), min(int(number), LAST_PORT))
