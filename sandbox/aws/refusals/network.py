"""EC2: gateways, routes and associations, within one VPC."""

import ipaddress
from collections.abc import Iterator
from typing import Any, Final

from sandbox.aws.refusals.check import Account, Params, found, refuse, refuses, subnets


def _gateways(api: Account, **wanted: Any) -> list[Any]:
    answer = found(api.client("ec2").describe_internet_gateways, **wanted)
    return answer["InternetGateways"] if answer else []


def attached(api: Account, vpc: str) -> bool:
    """Whether an internet gateway is attached to a VPC."""
    return bool(_gateways(api, Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}]))


@refuses("ec2", "AttachInternetGateway")
def _one_gateway(api: Account, params: Params) -> None:
    if attached(api, params["VpcId"]):
        refuse("InvalidParameterValue", f"Network {params['VpcId']} already has an internet gateway attached")
    for gateway in _gateways(api, InternetGatewayIds=[params["InternetGatewayId"]]):
        if gateway.get("Attachments"):
            refuse("Resource.AlreadyAssociated", f"{params['InternetGatewayId']} is already attached to a network")


@refuses("ec2", "CreateNatGateway")
def _nat_gateway(api: Account, params: Params) -> None:
    public, address = params.get("ConnectivityType", "public") == "public", params.get("AllocationId")
    if public and not address:
        refuse("MissingParameter", "The request must contain the parameter AllocationId")
    if not public and address:
        refuse("InvalidParameter", "AllocationId is not allowed with the connectivity type private")
    (subnet,) = subnets(api, [params["SubnetId"]])
    if not public:
        return
    if not attached(api, subnet["VpcId"]):
        refuse("Gateway.NotAttached", f"Network {subnet['VpcId']} has no Internet gateway attached")
    if not found(api.client("ec2").describe_addresses, AllocationIds=[address]):
        refuse("InvalidAllocationID.NotFound", f"The allocation ID '{address}' does not exist")
    for gateway in api.client("ec2").describe_nat_gateways()["NatGateways"]:
        used = [entry.get("AllocationId") for entry in gateway.get("NatGatewayAddresses", ())]
        if gateway["State"] in ("pending", "available") and address in used:
            refuse("Resource.AlreadyAssociated", f"Elastic IP address [{address}] is already associated")


_TARGETS: Final = {
    "NatGatewayId": ("describe_nat_gateways", "NatGatewayIds", "NatGateways", "NatGatewayNotFound"),
    "VpcEndpointId": ("describe_vpc_endpoints", "VpcEndpointIds", "VpcEndpoints", "InvalidVpcEndpointId.NotFound"),
}
"""Targets of routes that the sandbox can make: how each is looked up, and AWS's error where it is missing."""


def _target_networks(api: Account, params: Params) -> Iterator[tuple[str, set[str]]]:
    """Each target with the VPCs that it belongs to; none where it joins several."""
    gateway = params.get("GatewayId", "")
    if gateway.startswith("igw-"):
        match = _gateways(api, InternetGatewayIds=[gateway])
        if not match:
            refuse("InvalidGatewayID.NotFound", f"The gateway ID '{gateway}' does not exist")
        yield gateway, {a["VpcId"] for a in match[0].get("Attachments", ())} or {"no network"}
    for key, (call, wanted, listed, code) in _TARGETS.items():
        if params.get(key):
            answer = found(getattr(api.client("ec2"), call), **{wanted: [params[key]]})
            if not answer or not answer[listed] or answer[listed][0].get("State") == "deleted":
                refuse(code, f"The ID '{params[key]}' does not exist")
            vpc = answer[listed][0].get("VpcId")
            yield params[key], {vpc} if vpc else set()


@refuses("ec2", "CreateRoute", "ReplaceRoute")
def _route(api: Account, params: Params) -> None:
    targets = {*_TARGETS, "GatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId",
               "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "EgressOnlyInternetGatewayId", "InstanceId",
               "LocalTarget", "OdbNetworkArn"}  # fmt: skip
    given = [key for key in targets if params.get(key)]
    if len(given) != 1:
        refuse("MissingParameter" if not given else "InvalidParameterCombination",
               f"The request must contain exactly one gateway, target or interface; it has {len(given)}")  # fmt: skip
    tables = api.client("ec2").describe_route_tables(RouteTableIds=[params["RouteTableId"]])["RouteTables"]
    vpc = tables[0]["VpcId"]
    for target, networks in _target_networks(api, params):
        if networks and vpc not in networks:
            message = f"route table {params['RouteTableId']} and network gateway {target} belong to different networks"
            refuse("InvalidParameterValue", message)
    _not_local(api, vpc, params.get("DestinationCidrBlock"))


def _not_local(api: Account, vpc: str, destination: str | None) -> None:
    """AWS takes a route into the VPC only for a whole subnet of it, which middleboxes need."""
    try:
        wanted = ipaddress.IPv4Network(destination) if destination else None
    except ValueError:
        return  # moto refuses it
    if wanted is None:
        return
    (network,) = api.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]
    blocks = [ipaddress.ip_network(a["CidrBlock"]) for a in network.get("CidrBlockAssociationSet", ())]
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    own = {s["CidrBlock"] for s in api.client("ec2").describe_subnets(Filters=here)["Subnets"]}
    if any(wanted.subnet_of(block) for block in blocks if block.version == 4) and str(wanted) not in own:
        message = f"The destination CIDR block {wanted} is equal to or more specific than one of this VPC's CIDR blocks"
        refuse("InvalidParameterValue", message)


@refuses("ec2", "AssociateRouteTable")
def _association(api: Account, params: Params) -> None:
    ec2 = api.client("ec2")
    (table,) = ec2.describe_route_tables(RouteTableIds=[params["RouteTableId"]])["RouteTables"]
    if params.get("SubnetId") is None:
        return
    (subnet,) = subnets(api, [params["SubnetId"]])
    if subnet["VpcId"] != table["VpcId"]:
        message = f"Route table {params['RouteTableId']} and subnet {params['SubnetId']} belong to different networks"
        refuse("InvalidParameterValue", message)
    here = [{"Name": "association.subnet-id", "Values": [params["SubnetId"]]}]
    for other in ec2.describe_route_tables(Filters=here)["RouteTables"]:
        for association in other["Associations"]:
            if association.get("SubnetId") == params["SubnetId"]:
                refuse("Resource.AlreadyAssociated", f"{params['SubnetId']} is already associated with a route table")


@refuses("ec2", "ReplaceNetworkAclAssociation")
def _acl_association(api: Account, params: Params) -> None:
    ec2 = api.client("ec2")
    (acl,) = ec2.describe_network_acls(NetworkAclIds=[params["NetworkAclId"]])["NetworkAcls"]
    for other in ec2.describe_network_acls()["NetworkAcls"]:
        joined = [a["NetworkAclAssociationId"] for a in other["Associations"]]
        if params["AssociationId"] in joined and other["VpcId"] != acl["VpcId"]:
            message = f"{params['NetworkAclId']} and the subnet belong to different networks"
            refuse("InvalidParameterValue", message)


@refuses("ec2", "DeleteSubnet")
def _subnet_in_use(api: Account, params: Params) -> None:
    for function in api.client("lambda").list_functions()["Functions"]:
        if params["SubnetId"] in (function.get("VpcConfig") or {}).get("SubnetIds", ()):
            message = f"The subnet '{params['SubnetId']}' has dependencies and cannot be deleted"
            refuse("DependencyViolation", f"{message}: {function['FunctionName']}")
