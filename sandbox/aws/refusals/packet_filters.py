"""EC2: security groups and network ACLs: their rules, and whether anything stands behind them."""

import re
from collections.abc import Iterator
from typing import Any, Final

from sandbox.aws.refusals.check import Account, Params, group_networks, refuse, refuses

TEXT: Final = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
"""What a security group's name and description, and a rule's, may hold. Source: EC2 API reference, IpRange."""
PROTOCOLS: Final = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "all": -1}
PORTS: Final = 65535
RULES: Final = 60
"""Rules in one direction of a group. Source: VPC user guide, "Amazon VPC quotas"."""


@refuses("ec2", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry")
def _acl_entry(_api: Account, params: Params) -> None:
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
def _group(_api: Account, params: Params) -> None:
    name, description = params["GroupName"], params.get("Description", "")
    if not TEXT.fullmatch(name) or not name.strip():
        refuse(
            "InvalidParameterValue",
            f"Value ({name}) for parameter GroupName is invalid. Character sets beyond ASCII"
            " and ' < > ? \" ` ~ ^ | \\ % are not supported.",
        )
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
def _rules(api: Account, params: Params) -> None:
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
def _changed_rules(_api: Account, params: Params) -> None:
    for update in params["SecurityGroupRules"]:
        text = update["SecurityGroupRule"].get("Description") or ""
        if not TEXT.fullmatch(text):
            refuse("InvalidParameterValue", f"Invalid rule description '{text}'")


@refuses("ec2", "DeleteSecurityGroup")
def _group_in_use(api: Account, params: Params) -> None:
    name = params.get("GroupId")
    for group in api.client("ec2").describe_security_groups()["SecurityGroups"]:
        permissions = [*group.get("IpPermissions", ()), *group.get("IpPermissionsEgress", ())]
        named = {pair.get("GroupId") for p in permissions for pair in p.get("UserIdGroupPairs", ())}
        if group["GroupId"] != name and name in named:
            refuse("DependencyViolation", f"resource {name} has a dependent object: a rule of {group['GroupId']}")
    for function in api.client("lambda").list_functions()["Functions"]:
        if name in (function.get("VpcConfig") or {}).get("SecurityGroupIds", ()):
            refuse("DependencyViolation", f"resource {name} has a dependent object: {function['FunctionName']}")
