"""Pods wherever a workload declares them: one table of kinds, and the containers with their paths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.labels import TIER
from lib.shapes import mapping
from policy.facts.kubernetes import Object, elements, known, read, tokens
from policy.facts.props import UNKNOWN, Resource, get

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "core/Pod": (),
    "core/PodTemplate": ("template",),
    "core/ReplicationController": ("spec", "template"),
    "apps/Deployment": ("spec", "template"),
    "apps/StatefulSet": ("spec", "template"),
    "apps/DaemonSet": ("spec", "template"),
    "apps/ReplicaSet": ("spec", "template"),
    "extensions/Deployment": ("spec", "template"),
    "extensions/DaemonSet": ("spec", "template"),
    "extensions/ReplicaSet": ("spec", "template"),
    "argoproj.io/Rollout": ("spec", "template"),
    "batch/Job": ("spec", "template"),
    "batch/CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""By ``group/Kind``: where the pod's template stands."""
TYPES = tokens(*TEMPLATES)
FINITE = ("Job", "CronJob")
"""Kinds whose pods end by themselves."""
SCALED = ("apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "argoproj.io/Rollout", "extensions/Deployment")
"""Kinds with a number of replicas."""
CORE = "core"


@dataclass(frozen=True)
class Container:
    """One container. ``kind`` is containers, initContainers or ephemeralContainers."""

    path: str
    kind: str
    body: Mapping[str, Any]

    @property
    def is_sidecar(self) -> bool:
        """An init container that runs as long as the pod does (Kubernetes 1.33)."""
        return self.kind == "initContainers" and get(self.body, "restartPolicy") == "Always"


@dataclass(frozen=True)
class Workload:
    """An object with pods: ``template`` has their metadata, ``spec`` what runs in them, ``path`` where that stands."""

    of: Object
    template: Mapping[str, Any]
    spec: Mapping[str, Any]
    path: str

    @property
    def runs_on(self) -> bool:
        """Whether its pods are meant to run for ever."""
        return self.of.kind not in FINITE and get(self.spec, "restartPolicy", default="Always") in ("Always", UNKNOWN)

    @property
    def is_core(self) -> bool:
        """Whether it counts as a core service's: one that states no tier does."""
        labels = (mapping(get(self.template, "metadata", "labels")), self.of.pairs("labels"))
        tiers = [tier for tier in (get(one, TIER) for one in labels) if tier is not None]
        return not tiers or CORE in tiers

    def labels(self) -> Mapping[str, Any]:
        """The labels of its pods."""
        return mapping(get(self.template, "metadata", "labels"))

    def containers(self) -> Iterator[Container]:
        """All of them, init and ephemeral ones too."""
        for kind in ("initContainers", "containers", "ephemeralContainers"):
            for index, body in enumerate(elements(self.spec, kind)):
                yield Container(f"{self.path}{kind}[{index}]", kind, body)


def workload(one: Object) -> Workload | None:
    """The object as a workload; None where it has no pods, or where a preview does not know them yet."""
    where = TEMPLATES.get(f"{one.group}/{one.kind}")
    if where is None:
        return None
    template = get(one.body, *where) if where else one.body
    if not known(template) or (one.partial and template is None):
        return None
    spec = get(mapping(template), "spec")
    if not known(spec):
        return None
    path = one.at("".join(f"{step}." for step in (*where, "spec")))
    return Workload(one, mapping(template), mapping(spec), path)


def workloads(resource: Resource, rule: str = "") -> Iterator[Workload]:
    """The workloads of a resource."""
    yield from (found for one in read(resource, rule) if (found := workload(one)) is not None)
