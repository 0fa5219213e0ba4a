"""EC2: gateways, routes, groups and their rules, within one VPC."""

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sandbox.aws.refusals.check import Params, found, group_networks, refuse, refuses, subnets

if TYPE_CHECKING:
    from sandbox.aws.api import Api

TEXT: Final = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
"""What a security group's name and description, and a rule's, may hold. Source: EC2 API reference, IpRange."""
PROTOCOLS: Final = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "all": -1}
PORTS: Final = 65535
RULES: Final = 60
"""Rules in one direction of a group. Source: VPC user guide, "Amazon VPC quotas"."""


def _gateways(api: "Api", **wanted: Any) -> list[Any]:
    answer = found(api.client("ec2").describe_internet_gateways, **wanted)
    return answer["InternetGateways"] if answer else []


def attached(api: "Api", vpc: str) -> bool:
    """Whether an internet gateway is attached to a VPC."""
    return bool(_gateways(api, Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}]))


@refuses("ec2", "AttachInternetGateway")
def _one_gateway(api: "Api", params: Params) -> None:
    if attached(api, params["VpcId"]):
        refuse("InvalidParameterValue", f"Network {params['VpcId']} already has an internet gateway attached")
    for gateway in _gateways(api, InternetGatewayIds=[params["InternetGatewayId"]]):
        if gateway.get("Attachments"):
            refuse("Resource.AlreadyAssociated", f"{params['InternetGatewayId']} is already attached to a network")


@refuses("ec2", "CreateNatGateway")
def _nat_gateway(api: "Api", params: Params) -> None:
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


def _target_networks(api: "Api", params: Params) -> Iterator[tuple[str, set[str]]]:
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
def _route(api: "Api", params: Params) -> None:
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


def _not_local(api: "Api", vpc: str, destination: str | None) -> None:
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
def _association(api: "Api", params: Params) -> None:
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
def _acl_association(api: "Api", params: Params) -> None:
    ec2 = api.client("ec2")
    (acl,) = ec2.describe_network_acls(NetworkAclIds=[params["NetworkAclId"]])["NetworkAcls"]
    for other in ec2.describe_network_acls()["NetworkAcls"]:
        joined = [a["NetworkAclAssociationId"] for a in other["Associations"]]
        if params["AssociationId"] in joined and other["VpcId"] != acl["VpcId"]:
            message = f"{params['NetworkAclId']} and the subnet belong to different networks"
            refuse("InvalidParameterValue", message)


@refuses("ec2", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry")
def _acl_entry(_api: "Api", params: Params) -> None:
    if not 1 <= params["RuleNumber"] <= 32766:
        refuse("InvalidParameterValue", f"Value ({params['RuleNumber']}) for parameter ruleNumber is invalid: 1-32766")
    number: Any = PROTOCOLS.get(params["Protocol"], params["Protocol"])
    if not re.fullmatch(r"-?\d+", str(number)) or not -1 <= int(number) <= 255:
        refuse("InvalidParameterValue", f"Invalid value '{params['Protocol']}' for protocol")
    ports = params.get("PortRange") or {}
    if str(number) in ("6", "17"):
        _ports(ports.get("From"), ports.get("To"))


def _ports(low: Any, high: Any) -> None:
    if low is None or high is None or not 0 <= low <= PORTS or not 0 <= high <= PORTS or low > high:
        refuse("InvalidParameterValue", f"Invalid port range {low} to {high}")


@refuses("ec2", "CreateSecurityGroup")
def _group(_api: "Api", params: Params) -> None:
    name, description = params["GroupName"], params.get("Description", "")
    if not TEXT.fullmatch(name) or not name.strip():
        refuse("InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid. Character sets beyond ASCII"  # noqa: E501
               " and ' < > ? \" ` ~ ^ | \\ % are not supported.")  # fmt: skip
    if name.lower().startswith("sg-"):
        refuse("InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid: it begins with sg-")
    if name.lower() == "default":
        refuse("InvalidParameterValue", "Cannot use reserved security group name: default")
    if not TEXT.fullmatch(description):
        refuse("InvalidParameterValue", f"Value ({description}) for parameter GroupDescription is invalid. Valid"
               " descriptions are strings less than 256 characters from a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")  # fmt: skip


_SOURCES: Final = (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("PrefixListIds", "PrefixListId"),
                   ("UserIdGroupPairs", "GroupId"))  # fmt: skip


def _atoms(permissions: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Each rule of permissions without its description, which makes no difference to EC2."""
    for permission in permissions:
        protocol = str(PROTOCOLS.get(permission["IpProtocol"], permission["IpProtocol"]))
        ports = (None, None) if protocol == "-1" else (permission.get("FromPort"), permission.get("ToPort"))
        for key, field in _SOURCES:
            yield from ((protocol, *ports, entry.get(field)) for entry in permission.get(key) or ())


@refuses("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def _rules(api: "Api", params: Params) -> None:
    permissions = params.get("IpPermissions") or []
    for permission in permissions:
        _rule(permission)
    (group,) = api.client("ec2").describe_security_groups(GroupIds=[params["GroupId"]])["SecurityGroups"]
    named = {pair["GroupId"] for p in permissions for pair in p.get("UserIdGroupPairs") or () if pair.get("GroupId")}
    for other, vpc in group_networks(api, named).items():
        if vpc != group["VpcId"]:
            message = f"{params['GroupId']} and {other} belong to different networks"
            refuse(
                "InvalidGroup.NotFound",
                f"You have specified two resources that belong to different networks: {message}",
            )
    atoms = list(_atoms(permissions))
    if len({*atoms}) < len(atoms):
        refuse("InvalidParameterValue", "The same permission must not appear multiple times")


def _rule(permission: Any) -> None:
    protocol = permission["IpProtocol"]
    number: Any = PROTOCOLS.get(protocol, protocol)
    if not re.fullmatch(r"-?\d+", str(number)) or not -1 <= int(number) <= 255:
        refuse("InvalidParameterValue", f"Invalid value '{protocol}' for IP protocol. Unknown protocol.")
    low, high = permission.get("FromPort"), permission.get("ToPort")
    if int(number) in (6, 17):
        _ports(low, high)
    if int(number) in (1, 58) and (low is None or high is None or not -1 <= low <= 255 or not -1 <= high <= 255):
        refuse("InvalidParameterValue", f"ICMP type ({low}) or code ({high}) out of range")
    for key, _ in _SOURCES:
        for entry in permission.get(key) or ():
            if not TEXT.fullmatch(entry.get("Description") or ""):
                message = f"Invalid rule description '{entry['Description']}'. Valid descriptions are strings less than"
                refuse("InvalidParameterValue", f"{message} 256 characters from a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*")


@refuses("ec2", "ModifySecurityGroupRules")
def _changed_rules(_api: "Api", params: Params) -> None:
    for update in params["SecurityGroupRules"]:
        text = update["SecurityGroupRule"].get("Description") or ""
        if not TEXT.fullmatch(text):
            refuse("InvalidParameterValue", f"Invalid rule description '{text}'")


@refuses("ec2", "DeleteSecurityGroup")
def _group_in_use(api: "Api", params: Params) -> None:
    name = params.get("GroupId")
    for group in api.client("ec2").describe_security_groups()["SecurityGroups"]:
        permissions = [*group.get("IpPermissions", ()), *group.get("IpPermissionsEgress", ())]
        named = {pair.get("GroupId") for p in permissions for pair in p.get("UserIdGroupPairs", ())}
        if group["GroupId"] != name and name in named:
            refuse("DependencyViolation", f"resource {name} has a dependent object: a rule of {group['GroupId']}")
    for function in api.client("lambda").list_functions()["Functions"]:
        if name in (function.get("VpcConfig") or {}).get("SecurityGroupIds", ()):
            refuse("DependencyViolation", f"resource {name} has a dependent object: {function['FunctionName']}")


@refuses("ec2", "DeleteSubnet")
def _subnet_in_use(api: "Api", params: Params) -> None:
    for function in api.client("lambda").list_functions()["Functions"]:
        if params["SubnetId"] in (function.get("VpcConfig") or {}).get("SubnetIds", ()):
            message = f"The subnet '{params['SubnetId']}' has dependencies and cannot be deleted"
            refuse("DependencyViolation", f"{message}: {function['FunctionName']}")
