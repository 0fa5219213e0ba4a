"""The access model without its checks: importing pydantic would double the start-up time of the pack."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lib import tables

FILE = Path(__file__).resolve().parents[2] / "catalog" / "access.yaml"
VARIABLE = "NATIONGRAPH_ACCESS_MODEL"
"""In the environment: the access model of the program that is judged, where the rules are those of another tree.

Grants are what the program is to open, and no rule. By those of the other tree each new path would be refused together
with the grant that asks for it, and neither could ever be deployed.
"""


@dataclass(frozen=True)
class Group:
    """Those who reach: ``kind`` is people, machines, workloads or functions; workloads run in a network tier."""

    kind: str
    tier: str | None


@dataclass(frozen=True)
class Resource:
    """What is reached, in which tier, on which ports, through the routers or as a node of the tailnet."""

    kind: str
    tier: str
    ports: tuple[int, ...]
    reached: str


@dataclass(frozen=True)
class Grant:
    """``group`` reaches ``ports`` of ``resource``."""

    group: str
    resource: str
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Grants:
    """The access model of one environment on one day."""

    groups: Mapping[str, Group]
    resources: Mapping[str, Resource]
    grants: tuple[Grant, ...]

    def of_tier(self, tier: str, resource: str) -> frozenset[int]:
        """The ports of a resource that are granted to workloads of a tier."""
        groups = {name for name, group in self.groups.items() if group.kind == "workloads" and group.tier == tier}
        return self._ports(groups, resource) if tier else frozenset()

    def of_group(self, group: str, resource: str) -> frozenset[int]:
        """The ports of a resource that are granted to a group of the tailnet."""
        return self._ports({group}, resource)

    def of_function(self, name: str, resource: str) -> frozenset[int]:
        """The ports of a resource that are granted to the function of this name, less the platform's prefix."""
        groups = {group for group, row in self.groups.items() if row.kind == "functions" and group == name}
        return self._ports(groups, resource)

    def on_tailnet(self) -> list[str]:
        """The groups that come over the VPN; the others are inside the network."""
        return [name for name, group in self.groups.items() if group.kind in ("people", "machines")]

    def _ports(self, groups: set[str], resource: str) -> frozenset[int]:
        chosen = (grant for grant in self.grants if grant.resource == resource and grant.group in groups)
        return frozenset(port for grant in chosen for port in grant.ports)


def load(environment: str, today: dt.date, path: Path = FILE) -> Grants:
    """The model as ``models.access.loader`` reads it; tests hold the two equal. Anything malformed raises."""
    raw = tables.table(path)
    groups = {name: Group(entry["kind"], entry.get("tier")) for name, entry in raw["groups"].items()}
    resources = {
        name: Resource(entry["kind"], entry["tier"], tuple(entry["ports"]), entry["reached"])
        for name, entry in raw["resources"].items()
    }
    grants = [
        Grant(entry["group"], entry["resource"], tuple(entry["ports"]))
        for entry in raw.get("grants") or ()
        if environment in entry.get("environments", [environment]) and today <= (entry.get("expires") or today)
    ]
    return Grants(groups, resources, tuple(grants))


@cache
def current(environment: str) -> Grants:
    """The model of an environment today (UTC), of the program that is judged."""
    return load(environment, dt.datetime.now(dt.UTC).date(), Path(os.environ.get(VARIABLE) or FILE))
