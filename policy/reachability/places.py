"""Which resource types have a place in the network, and which of their properties say where: a table, no code.

A path names a property, by dots for one inside another: ``vpcConfig.subnetIds``. Port 0 stands for all ports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STORE, WORKLOAD, BALANCER, PROXY, SERVICE = "data store", "workload", "load balancer", "proxy", "service"
SUBNET_GROUPS = tuple(
    f"aws:{service}/subnetGroup:SubnetGroup"
    for service in ("rds", "redshift", "elasticache", "memorydb", "docdb", "neptune", "dax")
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """How a type says where it is. ``subnets`` name subnets or, where ``group``, a subnet group.

    ``public`` is the flag that gives it a public address; ``inward`` turns it round, as a load balancer's does.
    ``by_subnet`` gives it one where its subnet hands them out. ``dual`` is the property, and its value, that gives it
    IPv6; where it is empty the subnet decides. ``api`` says that without subnets it is served on the internet.
    """

    kind: str
    subnets: str
    groups: str
    port: int = 0
    port_key: str = ""
    group: bool = False
    public: str = ""
    inward: bool = False
    by_subnet: bool = False
    dual: tuple[str, str] = ("", "")
    api: bool = False


def _store(subnets: str, groups: str, port: int, **more: Any) -> Place:
    return Place(kind=STORE, subnets=subnets, groups=groups, port=port, **more)


_RDS: Mapping[str, Any] = {
    "group": True,
    "public": "publiclyAccessible",
    "port_key": "port",
    "dual": ("networkType", "DUAL"),
}
_BALANCER = Place(
    kind=BALANCER,
    subnets="subnets",
    groups="securityGroups",
    public="internal",
    inward=True,
    dual=("ipAddressType", "dualstack"),
)

PLACES: Mapping[str, Place] = {
    "aws:rds/instance:Instance": _store("dbSubnetGroupName", "vpcSecurityGroupIds", 0, **_RDS),
    "aws:rds/cluster:Cluster": _store("dbSubnetGroupName", "vpcSecurityGroupIds", 0, **_RDS),
    "aws:docdb/cluster:Cluster": _store("dbSubnetGroupName", "vpcSecurityGroupIds", 27017, group=True, port_key="port"),
    "aws:neptune/cluster:Cluster": _store(
        "neptuneSubnetGroupName", "vpcSecurityGroupIds", 8182, group=True, port_key="port"
    ),
    "aws:redshift/cluster:Cluster": _store(
        "clusterSubnetGroupName",
        "vpcSecurityGroupIds",
        5439,
        group=True,
        port_key="port",
        public="publiclyAccessible",
    ),
    "aws:redshiftserverless/workgroup:Workgroup": _store(
        "subnetIds", "securityGroupIds", 5439, port_key="port", public="publiclyAccessible"
    ),
    "aws:elasticache/cluster:Cluster": _store("subnetGroupName", "securityGroupIds", 6379, group=True, port_key="port"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _store(
        "subnetGroupName", "securityGroupIds", 6379, group=True, port_key="port"
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": _store("subnetIds", "securityGroupIds", 6379),
    "aws:memorydb/cluster:Cluster": _store("subnetGroupName", "securityGroupIds", 6379, group=True, port_key="port"),
    "aws:opensearch/domain:Domain": _store("vpcOptions.subnetIds", "vpcOptions.securityGroupIds", 443, api=True),
    "aws:elasticsearch/domain:Domain": _store("vpcOptions.subnetIds", "vpcOptions.securityGroupIds", 443, api=True),
    "aws:msk/cluster:Cluster": _store("brokerNodeGroupInfo.clientSubnets", "brokerNodeGroupInfo.securityGroups", 0),
    "aws:efs/mountTarget:MountTarget": _store("subnetId", "securityGroups", 2049),
    "aws:mq/broker:Broker": _store("subnetIds", "securityGroups", 0, public="publiclyAccessible"),
    "aws:lb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:alb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:elb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:rds/proxy:Proxy": Place(kind=PROXY, subnets="vpcSubnetIds", groups="vpcSecurityGroupIds"),
    "aws:ec2/instance:Instance": Place(
        kind=WORKLOAD,
        subnets="subnetId",
        groups="vpcSecurityGroupIds",
        public="associatePublicIpAddress",
        by_subnet=True,
    ),
    "aws:ec2/networkInterface:NetworkInterface": Place(kind=WORKLOAD, subnets="subnetId", groups="securityGroups"),
    "aws:autoscaling/group:Group": Place(kind=WORKLOAD, subnets="vpcZoneIdentifiers", groups="", by_subnet=True),
    "aws:lambda/function:Function": Place(
        kind=WORKLOAD, subnets="vpcConfig.subnetIds", groups="vpcConfig.securityGroupIds"
    ),
    "aws:ecs/service:Service": Place(
        kind=WORKLOAD,
        subnets="networkConfiguration.subnets",
        groups="networkConfiguration.securityGroups",
        public="networkConfiguration.assignPublicIp",
    ),
    "aws:eks/cluster:Cluster": Place(
        kind=SERVICE, subnets="vpcConfig.subnetIds", groups="vpcConfig.securityGroupIds", port=443
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Place(kind=SERVICE, subnets="subnetIds", groups="securityGroupIds"),
}

ENGINE_PORTS: Mapping[str, int] = {
    "postgres": 5432,
    "aurora-postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-mysql": 3306,
    "oracle": 1521,
    "sqlserver": 1433,
    "db2": 50000,
}
"""Where RDS listens by default, by the beginning of the engine's name. Source: RDS user guide, "Settings"."""
