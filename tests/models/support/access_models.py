"""Random access models that the loader would accept, and subnets for them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from models.access.checks import Known, faults
from models.access.model import Access

CIDRS: Final[Mapping[str, tuple[str, ...]]] = {
    "public": ("10.9.64.0/23", "10.9.66.0/23"),
    "private": ("10.9.0.0/20", "10.9.16.0/20"),
    "database": ("10.9.72.0/23", "10.9.74.0/23"),
    "analytics": ("10.9.80.0/23", "10.9.82.0/32"),
}
PORTS: Final = (80, 443, 5432, 8080, 9090)
PEOPLE: Final = tuple(f"p{number}@a.example" for number in range(5))
STRANGERS: Final = ("x1@b.example", "x2@b.example")
TODAY: Final = dt.date(2026, 11, 25)


@st.composite
def models(draw: st.DrawFn) -> Access:
    """Groups of every kind that overlap, resources that differ by tier and port, and grants that the rules allow."""
    groups = {f"team-{number}": _people(draw, PEOPLE) for number in range(draw(st.integers(1, 3)))}
    if draw(st.booleans()):
        groups["outside"] = _people(draw, STRANGERS) | {"external": True}
    if draw(st.booleans()):
        groups["ci"] = {"kind": "machines", "description": "x"}
    if draw(st.booleans()):
        groups["pods"] = {"kind": "workloads", "description": "x", "tier": draw(st.sampled_from(sorted(CIDRS)))}
    if draw(st.booleans()):
        groups["maker"] = {"kind": "functions", "description": "x"}
    taken: set[tuple[str, int]] = set()
    resources: dict[str, dict[str, Any]] = {}
    for number in range(draw(st.integers(1, 4))):
        resource = _resource(draw, taken)
        if resource["ports"]:
            resources[f"thing-{number}"] = resource
    grants = [
        _grant(draw, group, name, resource)
        for group in groups
        for name, resource in resources.items()
        if draw(st.booleans())
        and not (group == "outside" and resource["data"] != "none")
        and not (group == "maker" and resource["kind"] != "api")
    ]
    access = Access.model_validate({"groups": groups, "resources": resources, "grants": grants})
    known = Known(groups.keys(), access.people().keys(), resources.keys())
    assert list(faults(access, tuple(range(len(grants))), known, TODAY)) == []
    return access


def _people(draw: st.DrawFn, pool: tuple[str, ...]) -> dict[str, Any]:
    members = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True))
    return {"kind": "people", "description": "x", "members": members}


def _resource(draw: st.DrawFn, taken: set[tuple[str, int]]) -> dict[str, Any]:
    reached = draw(st.sampled_from(("router", "node")))
    tier = draw(st.sampled_from(("private", "database", "analytics")))
    free = [port for port in PORTS if reached == "node" or (tier, port) not in taken]
    ports = draw(st.lists(st.sampled_from(free), max_size=3, unique=True)) if free else []
    if reached == "router":
        taken |= {(tier, port) for port in ports}
    kind = draw(st.sampled_from(("api", "database", "tool")))
    data = draw(st.sampled_from(("production", "replica", "none")))
    return {"description": "x", "kind": kind, "data": data, "tier": tier, "ports": ports, "reached": reached}


def _grant(draw: st.DrawFn, group: str, name: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    ports = draw(st.lists(st.sampled_from(resource["ports"]), min_size=1, unique=True))
    role = {"role": draw(st.sampled_from(("reader", "writer", "owner")))} if resource["kind"] == "database" else {}
    return {"group": group, "resource": name, "ports": ports, "purpose": "x", "owner": "team-0"} | role
