"""How much of what a resource is charged for: by its inputs, and where they do not say, named as not known."""

import itertools
from typing import Any

import pytest

from reports.cost.estimate import estimate
from reports.state import Entry
from reports.values import UNKNOWN
from tests.reports.cost.support.entries import (
    ALARM,
    ANALYZER,
    BALANCER,
    CLUSTER,
    COMPONENT,
    ENDPOINT,
    KEY,
    NAT,
    REGION,
    ROUTERS,
    SECRET,
    database,
    entry,
    items,
    nodes,
    template,
    unknown,
)


@pytest.mark.parametrize(
    ("entries", "quantities"),
    [
        ([entry(NAT)], {"nat/gateway": 730}),
        ([entry("aws:ec2/eip:Eip")], {"vpc/public-ipv4": 730}),
        (
            [entry(ENDPOINT, inputs={"vpcEndpointType": "Interface", "subnetIds": ["a", "b", "c"]})],
            {"vpc/endpoint": 2190},
        ),
        ([entry(ENDPOINT, inputs={"vpcEndpointType": "Gateway"})], {}),
        ([entry(ENDPOINT)], {}),
        ([nodes(3), template()], {"ec2/t4g.large": 2190, "ebs/gp3": 30}),
        ([database()], {"rds/postgres/db.t4g.medium": 730, "rds/gp3": 20}),
        ([database(multiAz=True)], {"rds/postgres/db.t4g.medium": 1460, "rds/gp3-multi-az": 20}),
        (
            [database(manageMasterUserPassword=True)],
            {"rds/postgres/db.t4g.medium": 730, "rds/gp3": 20, "secrets/secret": 1},
        ),
        ([entry(SECRET)], {"secrets/secret": 1}),
        ([entry(KEY, inputs={"enableKeyRotation": True})], {"kms/key": 1}),
        ([entry("aws:kms/externalKey:ExternalKey")], {"kms/key": 1}),
        ([entry(ALARM, inputs={"namespace": "AWS/RDS", "metricName": "CPU", "period": 300})], {"cloudwatch/alarm": 1}),
        (
            [
                entry(
                    ALARM,
                    inputs={
                        "metricQueries": [
                            {"id": "a", "metric": {"period": 60}},
                            {"id": "b", "metric": {"period": 60}},
                            {"id": "c"},
                        ]
                    },
                )
            ],
            {"cloudwatch/alarm": 2},
        ),
        ([entry(CLUSTER, inputs={"upgradePolicy": {"supportType": "STANDARD"}})], {"eks/cluster": 730}),
        ([entry(BALANCER, inputs={"loadBalancerType": "network"})], {"lb/network": 730}),
        ([entry(ANALYZER, inputs={"type": "ACCOUNT"})], {}),
        ([entry("kubernetes:apps/v1:Deployment"), entry("aws:ec2/vpc:Vpc"), entry("aws:iam/role:Role")], {}),
        ([entry(COMPONENT, custom=False), entry("pulumi:providers:aws")], {}),
        ([entry(NAT, delete=True), entry(NAT, "other", external=True)], {}),
    ],
)
def test_quantities_come_from_inputs(entries: list[Entry], quantities: dict[str, int]) -> None:
    """Counts, zones, sizes and standbys; what is free, read or on its way out is charged nowhere."""
    made = estimate(entries, REGION)
    assert items(made) == quantities
    assert unknown(made) == set()


def test_machines_bring_what_their_template_says() -> None:
    """Disks, public addresses and detailed metrics, once for each machine of the group."""
    inputs = {"desiredCapacity": 3, "minSize": 1, "launchTemplate": {"id": "template-id"}}
    shape: dict[str, Any] = {
        "instanceType": "t4g.small",
        "networkInterfaces": [{"associatePublicIpAddress": "true"}],
        "monitoring": {"enabled": True},
    }
    made = estimate([entry(ROUTERS, inputs=inputs), template(**shape)], REGION)
    assert items(made) == {
        "ec2/t4g.small": 3 * 730,
        "ebs/gp3": 30,
        "vpc/public-ipv4": 3 * 730,
        "cloudwatch/metric": 3 * 7,
    }


def test_a_metric_of_our_own_is_charged_once_however_many_alarms_watch_it() -> None:
    """AWS's own metrics cost nothing, those that a function sends do; in whatever order the alarms come."""
    ours = {"namespace": "NationGraph/Vpn", "metricName": "RouterForwards", "period": 300}
    alarms = [
        entry(ALARM, "a", ours),
        entry(ALARM, "b", ours),
        entry(ALARM, "c", {**ours, "dimensions": {"Router": "1"}}),
        entry(ALARM, "d", {**ours, "namespace": "AWS/EC2"}),
    ]
    for order in itertools.permutations(alarms):
        assert items(estimate(order, REGION)) == {"cloudwatch/alarm": 4, "cloudwatch/metric": 2}


@pytest.mark.parametrize(
    ("entries", "item", "why"),
    [
        ([entry("aws:redshift/cluster:Cluster")], "aws:redshift/cluster:Cluster", "no price is entered for this type"),
        ([entry("tailscale:index/acl:Acl")], "tailscale:index/acl:Acl", "paid by person"),
        ([nodes(kind="x99.huge"), template()], "ec2/x99.huge", "no price is entered for eu-central-1"),
        ([nodes(UNKNOWN), template()], "ec2/t4g.large", "not known before the update"),
        ([nodes("many"), template()], "ec2/t4g.large", "not known before the update"),
        ([nodes(-3), template()], "ec2/t4g.large", "not known before the update"),
        ([nodes(capacityType="SPOT"), template()], "ec2/t4g.large", "no list price"),
        ([nodes()], "ebs", "the launch template"),
        ([entry(ROUTERS, inputs={"mixedInstancesPolicy": {"a": 1}})], "ec2", "decided by AWS"),
        ([database(instanceClass=UNKNOWN)], "rds", "its engine, is not known"),
        ([database(multiAz=UNKNOWN)], "rds", "is not known"),
        ([database(storageType="io2")], "rds/io2", "no price is entered"),
        ([database(iops=12000)], "rds/iops", "in no list"),
        (
            [database(performanceInsightsEnabled=True, performanceInsightsRetentionPeriod=731)],
            "rds/performance-insights",
            "seven days",
        ),
        ([entry(ENDPOINT, inputs={"vpcEndpointType": "Interface", "subnetIds": UNKNOWN})], "vpc/endpoint", "not known"),
        ([entry(ENDPOINT, inputs={"vpcEndpointType": "GatewayLoadBalancer"})], "vpc/endpoint", "of this kind"),
        ([entry(SECRET, inputs={"replicas": [{"region": "eu-west-1"}]})], "secrets/replica", "other regions"),
        (
            [entry(ALARM, inputs={"namespace": "AWS/RDS", "metricName": "CPU", "period": 10})],
            "cloudwatch/alarm",
            "each minute",
        ),
        ([entry(CLUSTER)], "eks/extended-support", "six times"),
        ([entry(ANALYZER, inputs={"type": "ACCOUNT_UNUSED_ACCESS"})], "accessanalyzer", "by role"),
        ([entry(BALANCER)], "lb/application", "no price is entered"),
        ([entry("kubernetes:core/v1:Service", inputs={"spec": {"type": "LoadBalancer"}})], "lb", "load balancer of it"),
        ([entry("kubernetes:core/v1:PersistentVolumeClaim")], "ebs", "a disk of it"),
    ],
)
def test_what_is_not_known_is_named(entries: list[Entry], item: str, why: str) -> None:
    """By item and reason, and in no sum."""
    made = estimate(entries, REGION)
    assert [said for named, said in unknown(made) if named == item and why in said], unknown(made)
    assert item not in items(made)
