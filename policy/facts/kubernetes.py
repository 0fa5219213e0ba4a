"""Kubernetes objects as a rule sees them: Pulumi's resources, and manifests that ``manifests`` turns into the same.

Pulumi writes a type as ``kubernetes:<group>/<version>:<Kind>``. A ``...Patch`` states a part of an object that exists
elsewhere, so that what it leaves out says nothing; a ``...List`` holds objects in ``items``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pulumi_policy import PolicyResource

from lib import tables
from lib.shapes import mapping
from policy.facts.props import UNKNOWN, Resource, get

PREFIX = "kubernetes:"
VERSIONS = {
    "core": ("v1",),
    "apps": ("v1", "v1beta1", "v1beta2"),
    "batch": ("v1", "v1beta1", "v2alpha1"),
    "extensions": ("v1beta1",),
    "autoscaling": ("v1", "v2", "v2beta1", "v2beta2"),
    "policy": ("v1", "v1beta1"),
    "rbac.authorization.k8s.io": ("v1", "v1alpha1", "v1beta1"),
    "networking.k8s.io": ("v1", "v1beta1"),
    "argoproj.io": ("v1alpha1",),
    "secrets-store.csi.x-k8s.io": ("v1", "v1alpha1"),
}
"""By API group: the versions that the group's kinds have, or had, in pulumi-kubernetes."""
VARIANTS = ("", "Patch", "List", "ListPatch")
EXCEPTIONS = Path(__file__).parent / "data" / "kubernetes_exceptions.yaml"


@dataclass(frozen=True)
class Object:
    """One object, of the resource ``source``. ``lead`` is its path there; ``partial`` where only a part is stated."""

    source: Any
    group: str
    kind: str
    body: Mapping[str, Any]
    lead: str = ""
    partial: bool = False

    @property
    def name(self) -> str:
        """Its name in the cluster; Pulumi's own where the provider makes one up."""
        given = get(self.body, "metadata", "name")
        return given if isinstance(given, str) and given else self.source.name

    @property
    def namespace(self) -> Any:
        """The namespace; empty where none is stated, ``UNKNOWN`` where a preview does not know it yet."""
        return get(self.body, "metadata", "namespace", default="")

    def pairs(self, key: str) -> Mapping[str, Any]:
        """Labels or annotations."""
        return mapping(get(self.body, "metadata", key))

    def at(self, path: str) -> str:
        """The path of a property as a message names it."""
        return f"{self.lead}{path}"


def tokens(*kinds: str) -> frozenset[str]:
    """The types of ``group/Kind``, in each version and variant."""
    return frozenset(
        f"{PREFIX}{group}/{version}:{kind}{variant}"
        for group, _, kind in (one.rpartition("/") for one in kinds)
        for version in VERSIONS[group]
        for variant in VARIANTS
    )


def is_kubernetes(resource: Resource) -> bool:
    """The cheap test that comes first."""
    return resource.resource_type.startswith(PREFIX)


def read(resource: Resource, rule: str = "") -> Iterator[Object]:
    """The objects that a resource holds, without those that the table of exceptions excuses from ``rule``."""
    if not is_kubernetes(resource):
        return
    api, _, written = resource.resource_type.removeprefix(PREFIX).rpartition(":")
    partial = written.endswith("Patch")
    kind = written.removesuffix("Patch")
    group = api.rpartition("/")[0] or "core"
    if kind.endswith("List") and get(resource.props, "items") is not None:
        single = kind.removesuffix("List")
        made = [
            Object(resource, group, single, item, f"items[{index}].", partial)
            for index, item in enumerate(elements(resource.props, "items"))
        ]
    else:
        made = [Object(resource, group, kind, resource.props, "", partial)]
    yield from (one for one in made if not excused(one, rule))


def objects(resources: Iterable[PolicyResource], *kinds: str, rule: str = "") -> list[Object]:
    """Every object of these ``group/Kind``s in a stack; of every kind where none is given."""
    return [
        found
        for resource in resources
        if is_kubernetes(resource)
        for found in read(resource, rule)
        if not kinds or f"{found.group}/{found.kind}" in kinds
    ]


def elements(value: Any, *path: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; what is no object is an empty one, so that positions stay."""
    found = get(value, *path)
    if isinstance(found, Sequence) and not isinstance(found, str):
        yield from (mapping(get(found, index)) for index in range(len(found)))


@dataclass(frozen=True)
class Excuse:
    """Objects of a vendor that a rule does not judge, and why."""

    rules: frozenset[str]
    objects: frozenset[str]
    namespace: str
    reason: str


@cache
def exceptions() -> tuple[Excuse, ...]:
    """The table. A test holds that each entry excuses something in the vendor's own manifests."""
    rows = tables.table(EXCEPTIONS)
    return tuple(
        Excuse(frozenset(row["rules"]), frozenset(row["objects"]), row["namespace"], row["reason"]) for row in rows
    )


def excused(one: Object, rule: str) -> bool:
    """Whether the table excuses the object: by kind and whole name, in the vendor's namespace or in none."""
    called = f"{one.kind}/{one.name}"
    return any(
        rule in row.rules and called in row.objects and one.namespace in ("", row.namespace) for row in exceptions()
    )


def known(value: object) -> bool:
    """False for what a preview does not know yet."""
    return value is not UNKNOWN
