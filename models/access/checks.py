"""What one entry alone cannot show: names that must exist, must differ, or must never meet."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from lib.problems import Fault, nearest
from models.access.model import ENVIRONMENTS, PRODUCTION_DATA, RESERVED, ROUTER_TAG, Access, Grant, Group
from models.people import identifier

TAKEN = frozenset({"rotator", "postgres", "rdsadmin", "public"})
"""Roles that every database has: no instance, and so no owner of its objects, is called so."""
ACCOUNT_ROLES = frozenset({"audit", "break-glass", "deploy", "preview", "router", "verdicts"})
"""Roles that every AWS account of the platform has: no group whose people have one is called so."""
KNOWN_BY = {"machines": "tag", "workloads": "tier", "functions": "name"}
EVERYONE = frozenset({"*", "all", "any", "everyone", "public", "world"})


@dataclass(frozen=True)
class Known:
    """Every name in the file, also of entries that are wrong themselves: a grant on those is not wrong again.

    None where a whole section, or some list of members, is wrong, so that nothing can be said of names in it.
    """

    groups: AbstractSet[str] | None
    people: AbstractSet[str] | None
    resources: AbstractSet[str] | None


def faults(access: Access, indices: tuple[int, ...], known: Known, today: dt.date) -> Iterator[Fault]:
    """Everything wrong in ``access``; ``indices`` are the places of its grants in the file."""
    for name, group in access.groups.items():
        yield from _group(name, group)
    yield from _names(access)
    yield from _external_people(access)
    yield from _same_identifier(access)
    yield from _same_address(access)
    yield from _instances(access)
    grants = list(zip(indices, access.grants, strict=True))
    for index, grant in grants:
        yield from _grant(access, known, index, grant, today)
    yield from _duplicates(access, grants)


def _group(name: str, group: Group) -> Iterator[Fault]:
    path = ("groups", name)
    if group.kind == "people" and not group.members:
        yield Fault(
            path=(*path, "members"), value=[], why="nobody is in it", fix="name its people, or remove the group"
        )
    if group.kind != "people" and group.members:
        why = f"{group.kind} have no members: they are known by {KNOWN_BY[group.kind]}"
        yield Fault(path=(*path, "members"), value=list(group.members), why=why, fix="remove members")
    for member, times in Counter(group.members).items():
        if times > 1:
            yield Fault(path=(*path, "members"), value=member, why=f"is listed {times} times", fix="list it once")
    if group.kind == "workloads" and group.tier is None:
        yield Fault(path=(*path, "tier"), value=None, why="workloads run in a tier", fix="name it, as tier: private")
    if group.kind != "workloads" and group.tier is not None:
        how = "are known by their security group" if group.kind == "functions" else "come over the VPN"
        why, fix = f"{group.kind} are not bound to a tier: they {how}", "remove tier"
        yield Fault(path=(*path, "tier"), value=group.tier, why=why, fix=fix)
    if group.account and (group.kind != "people" or group.external):
        why = "people who are not employed" if group.external else group.kind
        yield Fault(
            path=(*path, "account"), value=group.account, why=f"{why} have no role in the account", fix="remove account"
        )
    if group.account and name in ACCOUNT_ROLES:
        yield Fault(path=path, value=name, why="is the name of another role in the account", fix="choose another name")
    if group.external and group.kind != "people":
        why, fix = f"only people are external, not {group.kind}", "remove external"
        yield Fault(path=(*path, "external"), value=True, why=why, fix=fix)


def _names(access: Access) -> Iterator[Fault]:
    """Tags are one namespace: machines, tailnet nodes and the routers must not share a name."""
    for section, names in (("groups", access.groups), ("resources", access.resources)):
        for name in names:
            if name in RESERVED:
                why, fix = f"reads as everyone, or as {ROUTER_TAG}", "choose another name"
                yield Fault(path=(section, name), value=name, why=why, fix=fix)
    machines = {name for name, group in access.groups.items() if group.kind == "machines"}
    for name, resource in access.resources.items():
        if resource.reached == "node" and name in machines:
            why = f"tag:{name} would mean both these machines and the resource"
            yield Fault(path=("resources", name), value=name, why=why, fix="rename one of the two")
        if len(set(resource.ports)) != len(resource.ports):
            path = ("resources", name, "ports")
            yield Fault(path=path, value=list(resource.ports), why="names a port twice", fix="name it once")


def _external_people(access: Access) -> Iterator[Fault]:
    """Somebody in an external group and in another one would reach what the other reaches."""
    for person, names in access.people().items():
        outside = [name for name in names if access.groups[name].external]
        inside = [name for name in names if not access.groups[name].external]
        if outside and inside:
            why = f"{person} is in {outside[0]} and in {inside[0]}, and would reach what {inside[0]} reaches"
            yield Fault(path=("groups", outside[0], "members"), value=person, why=why, fix="keep one of the two")


def _same_identifier(access: Access) -> Iterator[Fault]:
    """Owners and approvers are named by what stands before the @: it must name one person."""
    seen: dict[str, str] = {}
    for person, names in access.people().items():
        other = seen.setdefault(identifier(person), person)
        if other != person:
            why = f"has the same name before the @ as {other}, by which one of them is meant as owner or approver"
            place = str(access.groups[names[0]].members.index(person))
            path = ("groups", names[0], "members", place)
            yield Fault(path=path, value=person, why=why, fix="give one of the two another address")


def _same_address(access: Access) -> Iterator[Fault]:
    """Behind the routers a resource is a tier's CIDRs and a port: two that share both cannot be told apart."""
    seen: dict[tuple[str, int], str] = {}
    for name, resource in access.resources.items():
        for port in resource.ports if resource.reached == "router" else ():
            other = seen.setdefault((resource.tier, port), name)
            if other != name:
                why = f"{other} has port {port} in tier {resource.tier} too: a grant of one would reach both"
                fix = "give it another port or tier, or make it a node"
                yield Fault(path=("resources", name, "ports"), value=port, why=why, fix=fix)


def _instances(access: Access) -> Iterator[Fault]:
    """What is deployed: databases, one port each, behind routers, no two under one name, none named as the rotator."""
    seen: dict[str, str] = {}
    for name, resource in access.resources.items():
        if resource.instance is None:
            continue
        path, fix = ("resources", name, "instance"), "remove instance, or make it such a database"
        if resource.kind != "database" or resource.reached != "router" or len(resource.ports) != 1:
            why = "only a database with one port behind the routers is deployed as an instance"
            yield Fault(path=path, value=resource.instance, why=why, fix=fix)
        other = seen.setdefault(resource.instance, name)
        if other != name or resource.instance in TAKEN:
            why = f"is taken by {other}" if other != name else "is the name of a role in every database"
            yield Fault(path=path, value=resource.instance, why=why, fix="choose another name")


def _grant(access: Access, known: Known, index: int, grant: Grant, today: dt.date) -> Iterator[Fault]:
    path = ("grants", str(index))
    if grant.group in EVERYONE or grant.group.startswith("autogroup:"):
        why, fix = (
            "is everyone; access is given to named groups",
            f"name one of {', '.join(sorted(known.groups or ()))}",
        )
        yield Fault(path=(*path, "group"), value=grant.group, why=why, fix=fix)
    elif known.groups is not None and grant.group not in known.groups:
        yield _unknown((*path, "group"), grant.group, "group", known.groups)
    if known.resources is not None and grant.resource not in known.resources:
        yield _unknown((*path, "resource"), grant.resource, "resource", known.resources)
    yield from _answerable(access, known, path, grant)
    if grant.expires and grant.expired(today):
        fix = "remove the grant, or have it renewed by its owner"
        yield Fault(path=(*path, "expires"), value=str(grant.expires), why=f"expired, today is {today}", fix=fix)
    for key, values in (("ports", grant.ports), ("environments", grant.environments)):
        if len(set(values)) != len(values):
            yield Fault(path=(*path, key), value=list(values), why="names something twice", fix="name it once")
    yield from _on_resource(access, path, grant)


def _unknown(path: tuple[str, ...], value: str, what: str, known: AbstractSet[str]) -> Fault:
    near = nearest(value, known)
    fix = f"did you mean {near}?" if near else f"define it under {what}s, or use one of {', '.join(sorted(known))}"
    return Fault(path=path, value=value, why=f"there is no such {what}", fix=fix)


def _answerable(access: Access, known: Known, path: tuple[str, ...], grant: Grant) -> Iterator[Fault]:
    path = (*path, "owner")
    group, fix = access.groups.get(grant.owner), "name a group of people or one of its members"
    if known.groups is None or (known.people is None and grant.owner not in known.groups):
        return
    if grant.owner not in known.groups | (known.people or set()):
        yield Fault(path=path, value=grant.owner, why="is neither a group nor a member of one", fix=fix)
    elif group and (group.kind != "people" or group.external):
        yield Fault(path=path, value=grant.owner, why="cannot answer for access", fix=fix)
    elif any(access.groups[name].external for name in access.people().get(grant.owner, ())):
        yield Fault(path=path, value=grant.owner, why="is external and cannot answer for access", fix=fix)


def _on_resource(access: Access, path: tuple[str, ...], grant: Grant) -> Iterator[Fault]:
    """Ports, role and data of a grant against the resource that it names."""
    resource, group = access.resources.get(grant.resource), access.groups.get(grant.group)
    if resource is None:
        return
    for port in sorted(set(grant.ports) - set(resource.ports)):
        fix = f"use {', '.join(map(str, resource.ports))}, or add the port to the resource"
        yield Fault(path=(*path, "ports"), value=port, why=f"{grant.resource} has no such port", fix=fix)
    if resource.kind == "database" and grant.role is None:
        fix = "write role: reader, writer or owner"
        yield Fault(path=(*path, "role"), value=None, why="a database is entered with a role", fix=fix)
    if resource.kind != "database" and grant.role is not None:
        why = f"{grant.resource} is a {resource.kind}; only databases know roles"
        yield Fault(path=(*path, "role"), value=grant.role, why=why, fix="remove role")
    if group and group.kind == "functions" and resource.kind != "api":
        why = f"{grant.resource} is a {resource.kind}; functions enter an API alone, by their security group"
        yield Fault(path=(*path, "resource"), value=grant.resource, why=why, fix="name the cluster's API, or workloads")
    exposed = [name for name in grant.environments if name in PRODUCTION_DATA]
    if group and group.external and resource.data != "none" and exposed:
        free = ", ".join(name for name in ENVIRONMENTS if name not in PRODUCTION_DATA)
        why = f"{grant.group} is external and would reach production data ({resource.data}) in {', '.join(exposed)}"
        fix = f"limit it: environments: [{free}], or remove the grant"
        yield Fault(path=(*path, "resource"), value=grant.resource, why=why, fix=fix)


def _duplicates(access: Access, grants: list[tuple[int, Grant]]) -> Iterator[Fault]:
    """A port, or a database, is granted to a group once in an environment: a second adds nothing, or another role."""
    first: dict[tuple[str, str, str, int], int] = {}
    for index, grant in grants:
        resource = access.resources.get(grant.resource)
        ports = (0,) if resource is not None and resource.kind == "database" else grant.ports
        places = [(name, (grant.group, grant.resource, name, port)) for name in grant.environments for port in ports]
        others = {name: first[place] for name, place in places if first.setdefault(place, index) != index}
        if others:
            other = min(others.values())
            both = ", ".join(name for name, given in others.items() if given == other)
            why = f"grant {other} already gives {grant.resource} to {grant.group} in {both}"
            fix = "merge the two, or part them by environment"
            yield Fault(path=("grants", str(index)), value=grant.purpose, why=why, fix=fix)
