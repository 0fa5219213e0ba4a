"""Resources as a state lists them."""

from decimal import Decimal
from typing import Any

from reports.cost.model import Estimate
from reports.state import Entry

REGION = "eu-central-1"
NODES = "aws:eks/nodeGroup:NodeGroup"
ROUTERS = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
DATABASE = "aws:rds/instance:Instance"
SECRET = "aws:secretsmanager/secret:Secret"  # pragma: allowlist secret
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
NAT = "aws:ec2/natGateway:NatGateway"
KEY = "aws:kms/key:Key"
CLUSTER = "aws:eks/cluster:Cluster"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"
COMPONENT = "nationgraph:network:Network"


def urn(type_: str, name: str) -> str:
    """The URN of a resource of the made-up stack."""
    return f"urn:pulumi:dev::nationgraph-platform::{type_}::{name}"


def entry(type_: str, name: str = "it", inputs: dict[str, Any] | None = None, **more: Any) -> Entry:
    """A resource with these inputs; ``more`` are keys of the entry, as ``parent``."""
    return {"urn": urn(type_, name), "type": type_, "custom": True, "id": f"{name}-id", "inputs": inputs or {}, **more}


def template(name: str = "template", **inputs: Any) -> Entry:
    """A launch template with one disk of 10 GiB."""
    disk = {"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 10}}
    return entry(TEMPLATE, name, {"blockDeviceMappings": [disk], **inputs})


def nodes(count: Any = 2, kind: str = "t4g.large", **inputs: Any) -> Entry:
    """A node group whose launch template is ``template()``."""
    scaling = {"desiredSize": count, "minSize": 1, "maxSize": 9}
    values = {"instanceTypes": [kind], "scalingConfig": scaling, "launchTemplate": {"id": "template-id"}}
    return entry(NODES, "nodes", {**values, **inputs})


def database(**inputs: Any) -> Entry:
    """A database in one zone with 20 GiB."""
    values = {"engine": "postgres", "instanceClass": "db.t4g.medium", "storageType": "gp3", "allocatedStorage": 20}
    return entry(DATABASE, "core", {**values, **inputs})


def items(made: Estimate) -> dict[str, Decimal]:
    """Quantities of what is used, by item."""
    found: dict[str, Decimal] = {}
    for line in made.lines:
        if line.quantity:
            found[line.item] = found.get(line.item, Decimal(0)) + line.quantity
    return found


def unknown(made: Estimate) -> set[tuple[str, str]]:
    """Items that are not priced, with the reason."""
    return {(entry.item, entry.why) for entry in made.unknown}
