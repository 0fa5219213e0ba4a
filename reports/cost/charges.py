"""What each type of resource is charged for: how many of which item of the price table at any time.

``CHARGES`` is the table: a type more is a function and a row. What a resource does not say is ``Unsure``, not guessed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from lib.shapes import mapping
from reports.cost.resources import Resource, Resources, amount, items, own_metric, true

ONE: Final = Decimal(1)
DETAILED_METRICS: Final = Decimal(7)
"""Metrics of a machine whose monitoring is detailed. Source: Infracost reckons with as many."""
INSIGHTS_DAYS: Final = 7
"""Performance Insights keeps so many days at no charge.

Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_rds.PerformanceInsightRetention.html
"""
_UNKNOWN: Final = "how many is not known before the update has run"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """``count`` units of ``item`` at any time."""

    item: str
    count: Decimal = ONE
    assumption: str = ""


@dataclass(frozen=True, kw_only=True)
class Unsure:
    """A charge whose size the resource does not say."""

    item: str
    why: str


Said = Iterator[Charge | Unsure]


def _counted(item: str, count: Decimal | None, assumption: str = "") -> Charge | Unsure:
    return Unsure(item=item, why=_UNKNOWN) if count is None else Charge(item=item, count=count, assumption=assumption)


def _one(item: str, assumption: str = "") -> Callable[[Resource, Resources], Said]:
    def charge(_resource: Resource, _stack: Resources) -> Said:
        yield Charge(item=item, assumption=assumption)

    return charge


def _machines(kind: Any, count: Decimal | None, template: Resource | None, assumption: str) -> Said:
    """Machines of one type with what their launch template gives each of them."""
    if not isinstance(kind, str) or not kind:
        yield Unsure(item="ec2", why="the type of the machines is not known")
    else:
        yield _counted(f"ec2/{kind}", count, assumption)
    if template is None:
        yield Unsure(item="ebs", why="the launch template, which says the disks, is not known")
        return
    for disk in items(template.values.get("blockDeviceMappings")) or ():
        ebs = mapping(mapping(disk).get("ebs"))
        size = amount(ebs.get("volumeSize"))
        yield _counted(f"ebs/{ebs.get('volumeType')}", None if size is None or count is None else size * count)
    faces = [mapping(face) for face in items(template.values.get("networkInterfaces")) or ()]
    if any(true(face.get("associatePublicIpAddress")) for face in faces):
        yield _counted("vpc/public-ipv4", count)
    if true(mapping(template.values.get("monitoring")).get("enabled")):
        yield _counted("cloudwatch/metric", None if count is None else count * DETAILED_METRICS, "detailed monitoring")


def _scaling_group(group: Resource, stack: Resources) -> Said:
    if mapping(group.values.get("mixedInstancesPolicy")):
        yield Unsure(item="ec2", why="a group of mixed machines: which run is decided by AWS")
        return
    wanted = group.values.get("desiredCapacity", group.values.get("minSize"))
    template = stack.template(group, mapping(group.values.get("launchTemplate")))
    kind = template.values.get("instanceType") if template else None
    if template and mapping(template.values.get("instanceMarketOptions")):
        yield Unsure(item=f"ec2/{kind}", why="spot machines have no list price")
        return
    yield from _machines(kind, amount(wanted), template, "as many as are wanted at rest")


def _node_group(group: Resource, stack: Resources) -> Said:
    kinds = items(group.values.get("instanceTypes")) or [None]
    if group.text("capacityType") == "SPOT":
        yield Unsure(item=f"ec2/{kinds[0]}", why="spot machines have no list price")
        return
    wanted = amount(mapping(group.values.get("scalingConfig")).get("desiredSize"))
    template = stack.template(group, mapping(group.values.get("launchTemplate")))
    note = "as many as are wanted at rest" + ("; the first type of the list" if len(kinds) > 1 else "")
    yield from _machines(kinds[0], wanted, template, note)


def _database(database: Resource, _stack: Resources) -> Said:
    values = database.values
    double = true(values.get("multiAz"))
    if not isinstance(values.get("multiAz", False), bool):
        yield Unsure(item="rds", why="whether a second zone has a copy is not known")
        return
    note = "primary and standby, each by the price of one" if double else ""
    engine, size = database.text("engine"), database.text("instanceClass")
    if engine and size:
        yield Charge(item=f"rds/{engine}/{size}", count=ONE + ONE if double else ONE, assumption=note)
    else:
        yield Unsure(item="rds", why="the class of the machine, or its engine, is not known")
    storage = f"rds/{database.text('storageType') or 'storage'}{'-multi-az' if double else ''}"
    yield _counted(storage, amount(values.get("allocatedStorage")), "as allocated; it grows by itself when it fills up")
    if values.get("iops") or values.get("storageThroughput"):
        yield Unsure(item="rds/iops", why="operations beyond what storage includes are in no list")
    kept = amount(values.get("performanceInsightsRetentionPeriod", 0))
    if true(values.get("performanceInsightsEnabled")) and (kept is None or kept > INSIGHTS_DAYS):
        yield Unsure(item="rds/performance-insights", why="what is kept beyond seven days is in no list")
    if true(values.get("manageMasterUserPassword")):
        yield Charge(item="secrets/secret", assumption="the secret in which RDS keeps the master's password")


def _endpoint(endpoint: Resource, _stack: Resources) -> Said:
    """Gateways cost nothing. Source: https://www.usage.ai/blogs/aws-network-costs/"""
    kind = endpoint.values.get("vpcEndpointType", "Gateway")
    zones = items(endpoint.values.get("subnetIds"))
    if kind == "Interface":
        yield _counted("vpc/endpoint", None if zones is None else Decimal(len(zones)), "one in each zone")
    elif kind != "Gateway":
        yield Unsure(item="vpc/endpoint", why="no price is entered for endpoints of this kind")


def _secret(secret: Resource, _stack: Resources) -> Said:
    yield Charge(item="secrets/secret")
    if items(secret.values.get("replicas")) != []:
        yield Unsure(item="secrets/replica", why="copies in other regions are charged there")


def _key(key: Resource, _stack: Resources) -> Said:
    """Source: https://sysops.app/aws-news/474.html, a copy of AWS's announcement."""
    turns = true(key.values.get("enableKeyRotation"))
    yield Charge(
        item="kms/key", assumption="in its first year; each of the first two rotations adds one" if turns else ""
    )


def _alarm(alarm: Resource, stack: Resources) -> Said:
    queries = items(alarm.values.get("metricQueries"))
    period = amount(alarm.values.get("period", 60))
    if queries is None or (queries == [] and (period is None or period < 60)):
        yield Unsure(
            item="cloudwatch/alarm", why="what it watches how often is not known, or more often than each minute"
        )
        return
    watched = [query for query in queries if mapping(query).get("metric")]
    yield Charge(item="cloudwatch/alarm", count=Decimal(len(watched) if queries else 1))
    metric = own_metric(alarm)
    if metric and stack.metrics.get(metric) == alarm.urn:
        yield Charge(item="cloudwatch/metric", assumption="a metric of our own, sent all month")


def _cluster(cluster: Resource, _stack: Resources) -> Said:
    yield Charge(item="eks/cluster")
    if mapping(cluster.values.get("upgradePolicy")).get("supportType") != "STANDARD":
        yield Unsure(item="eks/extended-support", why="an old version may stay, which is charged six times as much")


def _analyzer(analyzer: Resource, _stack: Resources) -> Said:
    """External access alone is free. Source: https://alchemy.run/providers/aws/accessanalyzer/analyzer"""
    if analyzer.values.get("type", "ACCOUNT") not in ("ACCOUNT", "ORGANIZATION"):
        yield Unsure(item="accessanalyzer", why="charged by role, and no price of it is entered")


def _balancer(balancer: Resource, _stack: Resources) -> Said:
    yield Charge(
        item=f"lb/{balancer.values.get('loadBalancerType', 'application')}", assumption="idle: no capacity units"
    )


def _service(service: Resource, _stack: Resources) -> Said:
    if mapping(service.values.get("spec")).get("type") == "LoadBalancer":
        yield Unsure(item="lb", why="the cluster makes a load balancer of it, whose kind it does not say")


def _claim(_claim: Resource, _stack: Resources) -> Said:
    yield Unsure(item="ebs", why="the cluster makes a disk of it, whose kind it does not say")


CHARGES: Final[Mapping[str, Callable[[Resource, Resources], Said]]] = MappingProxyType(
    {
        "aws:accessanalyzer/analyzer:Analyzer": _analyzer,
        "aws:autoscaling/group:Group": _scaling_group,
        "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
        "aws:ec2/eip:Eip": _one("vpc/public-ipv4"),
        "aws:ec2/natGateway:NatGateway": _one("nat/gateway"),
        "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
        "aws:eks/cluster:Cluster": _cluster,
        "aws:eks/nodeGroup:NodeGroup": _node_group,
        "aws:kms/externalKey:ExternalKey": _key,
        "aws:kms/key:Key": _key,
        "aws:lb/loadBalancer:LoadBalancer": _balancer,
        "aws:rds/instance:Instance": _database,
        "aws:secretsmanager/secret:Secret": _secret,
        "kubernetes:core/v1:PersistentVolumeClaim": _claim,
        "kubernetes:core/v1:Service": _service,
    }
)
