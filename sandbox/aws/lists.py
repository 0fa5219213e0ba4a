"""Hooks for other lists inside a network resource: network ACL entries, routes, prefix list entries."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.aws.api import Api
from sandbox.aws.hook import Hook, Props

LAST = 32767
"""The number of AWS's own last entry in every network ACL."""
_ICMP = ("1", "58")
"""Protocols whose entries have a type and a code."""
_NUMBERS = {"ipv6-icmp": "58", "tcp": "6", "udp": "17", "icmp": "1", "all": "-1"}
_SIDES = (("ingress", False), ("egress", True))


def _entry(rule: Props, *, egress: bool) -> dict[str, Any]:
    protocol = _NUMBERS.get(str(rule["protocol"]), str(rule["protocol"]))
    entry = {
        "RuleNumber": int(rule["ruleNo"]),
        "Protocol": protocol,
        "RuleAction": str(rule["action"]).lower(),
        "Egress": egress,
        "CidrBlock": rule.get("cidrBlock"),
        "Ipv6CidrBlock": rule.get("ipv6CidrBlock"),
        "PortRange": {"From": int(rule["fromPort"]), "To": int(rule["toPort"])} if protocol != "-1" else None,
        "IcmpTypeCode": {"Type": int(rule.get("icmpType") or 0), "Code": int(rule.get("icmpCode") or 0)}
        if protocol in _ICMP
        else None,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _acl(api: Api, identifier: str) -> Any:
    return api.client("ec2").describe_network_acls(NetworkAclIds=[identifier])["NetworkAcls"][0]


def _acls(api: Api, **filters: str) -> Any:
    wanted = [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return api.client("ec2").describe_network_acls(Filters=wanted)["NetworkAcls"]


def _associate(api: Api, subnet: str, target: str) -> None:
    for acl in _acls(api, association__subnet_id=subnet):
        for association in acl["Associations"]:
            if association["SubnetId"] == subnet and acl["NetworkAclId"] != target:
                identifier = association["NetworkAclAssociationId"]
                api.client("ec2").replace_network_acl_association(AssociationId=identifier, NetworkAclId=target)


def _default_acl(api: Api, vpc: str) -> str:
    (acl,) = _acls(api, vpc_id=vpc, default="true")
    return str(acl["NetworkAclId"])


def _entries(acl: Any, *, egress: bool) -> list[dict[str, Any]]:
    keys = (
        "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "Ipv6CidrBlock", "PortRange", "IcmpTypeCode",
    )  # fmt: skip
    own = [entry for entry in acl["Entries"] if entry["Egress"] is egress and entry["RuleNumber"] < LAST]
    return [{key: entry[key] for key in keys if entry.get(key) not in (None, {})} for entry in own]


def _acl_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    ec2 = api.client("ec2")
    acl = _acl(api, identifier)
    for side, egress in _SIDES:
        wanted, present = [_entry(rule, egress=egress) for rule in new.get(side) or ()], _entries(acl, egress=egress)
        for entry in present:
            if entry not in wanted:
                ec2.delete_network_acl_entry(NetworkAclId=identifier, RuleNumber=entry["RuleNumber"], Egress=egress)
        for entry in wanted:
            if entry not in present:
                ec2.create_network_acl_entry(NetworkAclId=identifier, **entry)
    for subnet in new.get("subnetIds") or ():
        _associate(api, subnet, identifier)
    for subnet in set((old or {}).get("subnetIds") or ()) - set(new.get("subnetIds") or ()):
        _associate(api, subnet, _default_acl(api, acl["VpcId"]))


def _acl_read(_api: Api, described: Any, state: Props) -> dict[str, Any]:
    shown: dict[str, Any] = {"subnetIds": [association["SubnetId"] for association in described["Associations"]]}
    for side, egress in _SIDES:
        known = {str(_entry(rule, egress=egress)): rule for rule in state.get(side) or ()}
        shown[side] = []
        for entry in _entries(described, egress=egress):
            ports = entry.get("PortRange", {"From": 0, "To": 0})
            cidrs = {key[0].lower() + key[1:]: entry[key] for key in ("CidrBlock", "Ipv6CidrBlock") if key in entry}
            seen = {
                "ruleNo": entry["RuleNumber"],
                "action": entry["RuleAction"],
                "protocol": entry["Protocol"],
                **cidrs,
            }
            seen |= {"fromPort": ports["From"], "toPort": ports["To"]}
            if "IcmpTypeCode" in entry:
                seen |= {"icmpType": entry["IcmpTypeCode"]["Type"], "icmpCode": entry["IcmpTypeCode"]["Code"]}
            shown[side].append(known.get(str(_entry(seen, egress=egress)), seen))
    return shown


def _acl_delete(api: Api, identifier: str, state: Props) -> None:
    for association in _acl(api, identifier)["Associations"]:
        _associate(api, association["SubnetId"], _default_acl(api, state["vpcId"]))


_TARGETS = (
    "gatewayId", "natGatewayId", "transitGatewayId", "vpcPeeringConnectionId", "networkInterfaceId", "vpcEndpointId",
)  # fmt: skip
_DESTINATIONS = {
    "DestinationCidrBlock": "cidrBlock",
    "DestinationIpv6CidrBlock": "ipv6CidrBlock",
    "DestinationPrefixListId": "destinationPrefixListId",
}


def _upper(props: Props, keys: Iterable[str]) -> dict[str, Any]:
    return {key[0].upper() + key[1:]: props[key] for key in keys if props.get(key)}


def _destination(route: Props) -> dict[str, Any]:
    return {key: route[prop] for key, prop in _DESTINATIONS.items() if route.get(prop)}


def _routes_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    ec2 = api.client("ec2")
    before = [_destination(route) for route in (old or {}).get("routes") or ()]
    after = [_destination(route) for route in new.get("routes") or ()]
    for destination in before:
        if destination not in after:
            ec2.delete_route(RouteTableId=identifier, **destination)
    for route in new.get("routes") or ():
        if route in ((old or {}).get("routes") or ()):
            continue
        call = ec2.replace_route if _destination(route) in before else ec2.create_route
        call(RouteTableId=identifier, **_destination(route), **_upper(route, _TARGETS))


def _routes_read(_api: Api, described: Any, _state: Props) -> dict[str, Any]:
    shown = []
    for route in described["Routes"]:
        gateway = str(route.get("GatewayId", ""))
        if gateway == "local" or gateway.startswith("vpce-"):
            continue
        entry = {prop: route[key] for key, prop in _DESTINATIONS.items() if route.get(key)}
        targets = {target: route.get(target[0].upper() + target[1:]) for target in _TARGETS}
        shown.append({**entry, **{target: value for target, value in targets.items() if value}})
    return {"routes": shown}


def _prefixes_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    if old is None:
        return
    ec2 = api.client("ec2")
    (shown,) = ec2.describe_managed_prefix_lists(PrefixListIds=[identifier])["PrefixLists"]
    before, after = ({e["cidr"]: e for e in props.get("entries") or ()} for props in (old, new))
    if new.get("name") == old.get("name") and before == after:
        return
    changed = [_upper(entry, ("cidr", "description")) for cidr, entry in after.items() if before.get(cidr) != entry]
    removed = [{"Cidr": cidr} for cidr in before if before[cidr] != after.get(cidr)]
    parameters = {"PrefixListId": identifier, "PrefixListName": new["name"], "CurrentVersion": shown["Version"]}
    ec2.modify_managed_prefix_list(**parameters, AddEntries=changed, RemoveEntries=removed)


HOOKS: Mapping[str, Hook] = {
    "acl": Hook(("ingress", "egress", "subnetIds"), apply=_acl_apply, read=_acl_read, delete=_acl_delete),
    "routes": Hook(("routes",), apply=_routes_apply, read=_routes_read),
    "prefixes": Hook(apply=_prefixes_apply, applies=("entries", "name")),
}
