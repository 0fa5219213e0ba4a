"""What the lab changes in model and policy to measure one thing at a time, and the matrix that the model calls for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.access.model import Access

UNGRANTED: Final = 7777
"""A port on which every resource listens and which no grant names."""

DOOR: Final = 7
"""A port that only :func:`with_doors` opens."""

ROUTERS: Final = ("router-a", "router-b")
SSH: Final = 22
"""The routers listen on it here, so that a refusal is the filter's. No grant can name a router."""


def person(group: str) -> str:
    """The lab's only member of a group of people."""
    return f"{group}@lab.example"


def with_own_people(access: Access) -> Access:
    """The model with one person in each group: a verdict on somebody in two groups would be about neither."""
    groups = {
        name: group.model_copy(update={"members": (person(name),)}) if group.kind == "people" else group
        for name, group in access.groups.items()
    }
    return access.model_copy(update={"groups": groups})


def without(access: Access, group: str, resource: str) -> Access:
    """The model with one thing less that a group may reach."""
    kept = tuple(grant for grant in access.grants if (grant.group, grant.resource) != (group, resource))
    return access.model_copy(update={"grants": kept})


def with_doors(policy: Mapping[str, Any], sources: Sequence[str], destinations: Sequence[str]) -> dict[str, Any]:
    """The policy, and a harmless port of everything for everybody.

    A node without any rule to a destination has no route to it, so that an attempt fails before it meets a filter.
    With the door each node knows every way, and the filter alone decides about all other ports.
    """
    door = {
        "action": "accept",
        "proto": "tcp",
        "src": list(sources),
        "dst": [f"{destination}:{DOOR}" for destination in destinations],
    }
    return {**policy, "acls": [*policy["acls"], door]}


@dataclass(frozen=True)
class Cell:
    """One question: may ``group`` open ``port`` of ``resource``?"""

    group: str
    resource: str
    port: int
    allowed: bool


def matrix(access: Access, *, doors: bool = False) -> Iterator[Cell]:
    """Every group on the tailnet x every resource x every port, and one that nobody was granted; then the routers."""
    for group in (name for name, group in access.groups.items() if group.on_tailnet):
        for name, resource in access.resources.items():
            for port in (*resource.ports, UNGRANTED):
                yield Cell(group, name, port, access.allows(group, name, port))
        for router in ROUTERS:
            yield Cell(group, router, SSH, allowed=False)
        for name in (*access.resources, *ROUTERS) if doors else ():
            yield Cell(group, name, DOOR, allowed=True)
