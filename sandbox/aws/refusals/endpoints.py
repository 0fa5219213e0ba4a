"""EC2: endpoints and flow logs, with what they stand in and deliver to."""

import re
from functools import cache
from typing import Any, Final

import botocore.session

from sandbox.aws.refusals import roles
from sandbox.aws.refusals.check import Account, Params, data, found, one_network, refuse, refuses, subnets

GATEWAYS: Final = ("s3", "dynamodb")
DELIVERY: Final = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups",
                   "logs:DescribeLogStreams")  # fmt: skip
"""What flow logs do with their role. Source: VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs"."""


@cache
def service_names() -> frozenset[str]:
    """The last part of the names of AWS's endpoint services: prefixes of botocore's models, and those with dots."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    endpoints = loader.load_data("endpoints")
    prefixes = {service for partition in endpoints["partitions"] for service in partition["services"]}
    return frozenset({*prefixes, *data("endpoint_services.json")})


def _service(api: Account, params: Params) -> str | None:
    """The service of AWS's own that an endpoint is for; None for somebody else's."""
    name = params["ServiceName"]
    if name.startswith("com.amazonaws.vpce."):
        return None
    parts = name.split(".", 3)
    region = params.get("ServiceRegion") or api.region
    if parts[:2] != ["com", "amazonaws"] or len(parts) < 4 or parts[2] != region or parts[3] not in service_names():
        refuse("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    return str(parts[3])


@refuses("ec2", "CreateVpcEndpoint")
def _endpoint(api: Account, params: Params) -> None:
    service, kind = _service(api, params), params.get("VpcEndpointType", "Gateway")
    (vpc,) = api.client("ec2").describe_vpcs(VpcIds=[params["VpcId"]])["Vpcs"]
    if kind == "Gateway":
        _gateway(api, params, service)
        return
    if service == "dynamodb" and kind != "Interface":
        refuse("InvalidParameter", f"Endpoint type ({kind}) does not match available service types")
    if params.get("RouteTableIds"):
        refuse("InvalidParameter", "Route tables are not supported for endpoints of type Interface")
    _placed(api, params, vpc["VpcId"])
    if kind == "Interface" and params.get("PrivateDnsEnabled", True) and service:
        _private_names(api, params)


def _gateway(api: Account, params: Params, service: str | None) -> None:
    if service not in GATEWAYS:
        message = f"Endpoint type (Gateway) does not match available service types ([Interface]) of {service}"
        refuse("InvalidParameter", message)
    for key in ("SubnetIds", "SecurityGroupIds"):
        if params.get(key):
            refuse("InvalidParameter", f"{key} is not supported for endpoints of type Gateway")
    if params.get("PrivateDnsEnabled"):
        refuse("InvalidParameter", "Private DNS can't be enabled for gateway endpoints")
    tables = params.get("RouteTableIds") or []
    for table in api.client("ec2").describe_route_tables(RouteTableIds=tables)["RouteTables"] if tables else ():
        if table["VpcId"] != params["VpcId"]:
            message = f"route table {table['RouteTableId']} and {params['VpcId']} belong to different networks"
            refuse("InvalidParameter", message)
    for other in _others(api, params["VpcId"]):
        both = {*tables} & {*other.get("RouteTableIds", ())}
        if other["ServiceName"] == params["ServiceName"] and other["VpcEndpointType"] == "Gateway" and both:
            refuse("RouteAlreadyExists", f"route table {min(both)} already has a route to {params['ServiceName']}")


def _others(api: Account, vpc: str) -> list[Any]:
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    answer = api.client("ec2").describe_vpc_endpoints(Filters=here)["VpcEndpoints"]
    return [endpoint for endpoint in answer if endpoint.get("State") != "deleted"]


def _placed(api: Account, params: Params, vpc: str) -> None:
    places = subnets(api, params.get("SubnetIds") or ())
    place = one_network(api, params.get("SubnetIds") or (), params.get("SecurityGroupIds") or (), "InvalidParameter")
    if place not in (None, vpc):
        refuse("InvalidParameter", f"Subnets and groups of {place} belong to another network than {vpc}")
    zones = [subnet["AvailabilityZone"] for subnet in places]
    if len({*zones}) < len(zones):
        refuse("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone")


def _private_names(api: Account, params: Params) -> None:
    vpc, ec2 = params["VpcId"], api.client("ec2")
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
        if not answer[attribute[0].upper() + attribute[1:]]["Value"]:
            refuse("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC"
                   f" attributes set to true for {vpc}")  # fmt: skip
    for other in _others(api, vpc):
        if (
            other["ServiceName"] == params["ServiceName"]
            and other["VpcEndpointType"] == "Interface"
            and other.get("PrivateDnsEnabled")
        ):
            refuse("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS"
                   f" domain for {params['ServiceName']} in the VPC {vpc}")  # fmt: skip


@refuses("ec2", "ModifyVpcEndpoint")
def _changed_endpoint(api: Account, params: Params) -> None:
    (endpoint,) = api.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[params["VpcEndpointId"]])["VpcEndpoints"]
    added = {"SubnetIds": params.get("AddSubnetIds"), "SecurityGroupIds": params.get("AddSecurityGroupIds")}
    kept = {*endpoint.get("SubnetIds", ())} - {*(params.get("RemoveSubnetIds") or ())}
    _placed(api, {**added, "SubnetIds": sorted({*kept, *(added["SubnetIds"] or ())})}, endpoint["VpcId"])


@refuses("ec2", "CreateFlowLogs")
def _flow_log(api: Account, params: Params) -> None:  # noqa: C901 - one condition after the other
    kind = params.get("LogDestinationType", "cloud-watch-logs")
    role, destination = params.get("DeliverLogsPermissionArn"), params.get("LogDestination")
    if params.get("MaxAggregationInterval", 600) not in (60, 600):
        refuse("InvalidParameter", "MaxAggregationInterval must be 60 or 600")
    unknown = sorted({*re.findall(r"\$\{([^}]*)\}", params.get("LogFormat") or "")} - {*data("flow_log_fields.json")})
    if unknown:
        refuse("InvalidParameter", f"Unknown fields provided: {', '.join(unknown)}")
    if kind != "cloud-watch-logs":
        if role and kind == "s3":
            refuse("InvalidParameter", f"DeliverLogsPermissionArn is not applicable for {kind} delivery")
        bucket = (destination or "").rpartition(":::")[2].split("/")[0]
        if kind == "s3" and not found(api.client("s3").head_bucket, Bucket=bucket):
            refuse("InvalidParameter", f"LogDestination: {bucket} does not exist")
        return
    if not role:
        refuse("InvalidParameter", "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs")
    if destination and ":log-group:" not in destination:
        refuse("InvalidParameter", f"LogDestination: {destination} is no log group")
    if destination and params.get("LogGroupName"):
        refuse("InvalidParameter", "Please only provide LogGroupName or only provide LogDestination")
    problem = roles.problem(api, role, "vpc-flow-logs.amazonaws.com", DELIVERY)
    if problem:
        refuse("InvalidParameter", f"Access error: flow logs cannot deliver with {role}: {problem}")
    taken = [{"Name": "resource-id", "Values": params["ResourceIds"]}]
    for other in api.client("ec2").describe_flow_logs(Filters=taken)["FlowLogs"]:
        if other.get("LogDestination") == destination and other.get("LogGroupName") == params.get("LogGroupName"):
            refuse("FlowLogAlreadyExists", "There is an existing Flow Log with the same configuration")
