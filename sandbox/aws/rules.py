"""Hooks for security groups: inline rules, and single rules as resources of their own."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.aws.api import Api
from sandbox.aws.hook import Hook, Props

Atom = tuple[str, int, int, str, str, str]
"""One rule for one source: protocol, from port, to port, kind of source, source, description."""
PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_SOURCES = (
    ("cidrBlocks", "IpRanges", "CidrIp"),
    ("ipv6CidrBlocks", "Ipv6Ranges", "CidrIpv6"),
    ("prefixListIds", "PrefixListIds", "PrefixListId"),
    ("securityGroups", "UserIdGroupPairs", "GroupId"),
)
_SIDES = (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))


def protocol_of(value: Any) -> str:
    """A protocol as EC2 names it: in lower case, the well-known ones by name."""
    text = str(value).lower()
    return PROTOCOLS.get(text, text)


def _declared(rules: Iterable[Props], group: str) -> set[Atom]:
    atoms = set()
    for rule in rules:
        sources = {prop: list(rule.get(prop) or ()) for prop, _, _ in _SOURCES}
        if rule.get("self"):
            sources["securityGroups"].append(group)
        protocol = protocol_of(rule["protocol"])
        ports = (-1, -1) if protocol == "-1" else (int(rule["fromPort"]), int(rule["toPort"]))
        for prop, values in sources.items():
            atoms |= {(protocol, *ports, prop, value, rule.get("description") or "") for value in values}
    return atoms


def _observed(permissions: Iterable[Props]) -> set[Atom]:
    atoms = set()
    for permission in permissions:
        ports = (int(permission.get("FromPort", -1)), int(permission.get("ToPort", -1)))
        for prop, key, field in _SOURCES:
            for source in permission.get(key, ()):
                atoms.add((permission["IpProtocol"], *ports, prop, source[field], source.get("Description") or ""))
    return atoms


def _aws(atom: Atom) -> dict[str, Any]:
    protocol, start, end, prop, source, description = atom
    _, key, field = next(entry for entry in _SOURCES if entry[0] == prop)
    ports = {} if protocol == "-1" else {"FromPort": start, "ToPort": end}
    described = {"Description": description} if description else {}
    return {"IpProtocol": protocol, **ports, key: [{field: source, **described}]}


def _pulumi(atom: Atom, group: str) -> dict[str, Any]:
    protocol, start, end, prop, source, description = atom
    ports = {"fromPort": 0, "toPort": 0} if protocol == "-1" else {"fromPort": start, "toPort": end}
    place: dict[str, Any] = {"self": True} if source == group else {prop: [source]}
    return {"protocol": protocol, **ports, **place, **({"description": description} if description else {})}


def _grouped(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules that differ in their sources alone as one, as EC2 shows them."""
    places = ("self", *(prop for prop, _, _ in _SOURCES))
    made: dict[str, dict[str, Any]] = {}
    for rule in rules:
        common = {key: value for key, value in rule.items() if key not in places}
        one = made.setdefault(str(sorted(common.items())), common)
        for place in set(rule) & set(places):
            one[place] = True if place == "self" else [*one.get(place, ()), *rule[place]]
    return list(made.values())


def _call(api: Api, verb: str, side: str, group: str, atoms: Iterable[Atom]) -> None:
    permissions = [_aws(atom) for atom in sorted(atoms)]
    if permissions:
        getattr(api.client("ec2"), verb.format(side))(GroupId=group, IpPermissions=permissions)


def _revoke(api: Api, side: str, group: str, atoms: Iterable[Atom]) -> None:
    """By id: a rule that somebody removed already is passed over."""
    wanted = {(*atom[:3], atom[4]) for atom in atoms}
    if not wanted:
        return
    ec2, found = api.client("ec2"), []
    filters = [{"Name": "group-id", "Values": [group]}]
    for rule in ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]:
        sources = [rule.get(key) for key in ("CidrIpv4", "CidrIpv6", "PrefixListId")]
        source = next(filter(None, [*sources, rule.get("ReferencedGroupInfo", {}).get("GroupId")]), None)
        if rule["IsEgress"] is (side == "egress") and (
            (rule["IpProtocol"], rule["FromPort"], rule["ToPort"], source) in wanted
        ):
            found.append(rule["SecurityGroupRuleId"])
    if found:
        getattr(ec2, f"revoke_security_group_{side}")(GroupId=group, SecurityGroupRuleIds=found)


def _rules_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    """Inline rules are authoritative where they are declared; a new group never keeps EC2's default egress rule."""
    group = api.client("ec2").describe_security_groups(GroupIds=[identifier])["SecurityGroups"][0]
    for side, key in _SIDES:
        if old is not None and new.get(side) is None and old.get(side) is None:
            continue
        wanted, present = _declared(new.get(side) or (), identifier), _observed(group[key])
        _revoke(api, side, identifier, present - wanted)
        _call(api, "authorize_security_group_{}", side, identifier, wanted - present)


def _rules_read(_api: Api, described: Any, state: Props) -> dict[str, Any]:
    """The declared rules that are still there as they were declared, and one entry for each that is not."""
    shown = {}
    for side, key in _SIDES:
        present = _observed(described[key])
        kept = [rule for rule in state.get(side) or () if _declared([rule], described["GroupId"]) <= present]
        extra = present - _declared(kept, described["GroupId"])
        shown[side] = [*kept, *_grouped([_pulumi(atom, described["GroupId"]) for atom in sorted(extra)])]
    return shown


def _rule_declared(props: Props) -> set[Atom]:
    sources = [props["sourceSecurityGroupId"]] if props.get("sourceSecurityGroupId") else []
    return _declared([{**props, "securityGroups": sources}], props["securityGroupId"])


def _rule_apply(api: Api, _identifier: str, new: Props, old: Props | None) -> None:
    verb = "authorize_security_group_{}" if old is None else "update_security_group_rule_descriptions_{}"
    _call(api, verb, new["type"], new["securityGroupId"], _rule_declared(new))


def _rule_read(_api: Api, described: Any, state: Props) -> dict[str, Any] | None:
    """The parts of the rule that are there; None where none is. A description that differs is shown."""
    if "type" not in state:
        raise ValueError("a SecurityGroupRule cannot be imported here; use aws.vpc.SecurityGroupIngressRule")
    present = {atom[:5]: atom for atom in _observed(described[dict(_SIDES)[state["type"]]])}
    wanted = _rule_declared(dict(state))
    found = [present[atom[:5]] for atom in wanted if atom[:5] in present]
    if not found:
        return None
    same = ("type", "protocol", "fromPort", "toPort", "self", "securityGroupId")
    shown = {key: state[key] for key in same if key in state}
    described = [atom[5] for atom in found if atom[3] != "prefixListIds"]  # of which moto keeps no description
    shown["description"] = described[0] if described else None
    for prop, _, _ in _SOURCES[:3]:
        shown |= {prop: [a[4] for a in found if a[3] == prop]} if state.get(prop) else {}
    return shown | (
        {"sourceSecurityGroupId": state["sourceSecurityGroupId"]} if state.get("sourceSecurityGroupId") else {}
    )


def _rule_delete(api: Api, _identifier: str, state: Props) -> None:
    _revoke(api, state["type"], state["securityGroupId"], _rule_declared(state))


def _permission_scope(_api: Api, props: Props) -> dict[str, Any]:
    """The rule as the authorize calls take it, and as the modify call does."""
    sources = {
        "IpRanges": ("CidrIp", props.get("cidrIpv4")),
        "Ipv6Ranges": ("CidrIpv6", props.get("cidrIpv6")),
        "PrefixListIds": ("PrefixListId", props.get("prefixListId")),
        "UserIdGroupPairs": ("GroupId", props.get("referencedSecurityGroupId")),
    }
    described = {"Description": props.get("description")}
    common = {
        "IpProtocol": protocol_of(props["ipProtocol"]),
        "FromPort": props.get("fromPort"),
        "ToPort": props.get("toPort"),
    }
    lists = {key: [{field: value, **described}] for key, (field, value) in sources.items() if value}
    ports = {"FromPort": -1, "ToPort": -1} if common["IpProtocol"] == "-1" else {}
    flat = {key: props.get(key) for key in ("cidrIpv4", "cidrIpv6", "prefixListId")}
    rule = {**common, **ports, **flat, **described, "ReferencedGroupId": props.get("referencedSecurityGroupId")}
    return {"permission": {**common, **lists}, "rule": rule}


_SINGLE = ("type", "protocol", "fromPort", "toPort", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "self")
_PERMISSION = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId", "ipProtocol", "fromPort", "toPort")
HOOKS: Mapping[str, Hook] = {
    "rules": Hook(("ingress", "egress"), apply=_rules_apply, read=_rules_read),
    "rule": Hook(
        (*_SINGLE, "description", "sourceSecurityGroupId"), apply=_rule_apply, read=_rule_read, delete=_rule_delete
    ),
    "permission": Hook((*_PERMISSION, "description"), scope=_permission_scope),
}
