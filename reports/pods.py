"""The pods that a stack and its charts declare, and which of them their NetworkPolicies let out to what.

Pods of EKS's own add-ons are not known here, and those in the network of their node are part of the node: both stay
with the rest of their tier.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pulumi_policy import PolicyResource

from lib import urn as urns
from models.catalog.loader import load_catalog
from policy.facts.grants import Grants
from policy.facts.kubernetes import Object, objects
from policy.facts.props import get
from policy.facts.workloads import TEMPLATES, Workload, workload
from policy.reachability.intervals import NOTHING, IntervalSet
from policy.reachability.network_policies import Cluster, Pod
from policy.reachability.who import Reach
from reports.charts.render import render
from reports.state import Entry
from stacks.environments import ENVIRONMENTS

CLUSTER: Final = "aws:eks/cluster:Cluster"
POLICY: Final = "networking.k8s.io/NetworkPolicy"
NAME: Final = "app.kubernetes.io/name"
"""The label by which the golden chart names the service of a pod."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """What charts add to a stack: their objects, and the databases that the catalog gives each service."""

    objects: Sequence[Mapping[str, Any]] = ()
    databases: Mapping[str, frozenset[str]] = field(default_factory=dict)


def deployed(entries: Iterable[Entry]) -> Services | None:
    """The services of a state's environment, as they are in this clone; None where it has no cluster.

    FileError where a file of catalog or charts is wrong, ``helm.UnavailableError`` where there is no Helm.
    """
    environment = next((urns.stack(entry["urn"]) for entry in entries if entry["type"] == CLUSTER), "")
    if environment not in ENVIRONMENTS:
        return None
    databases = {
        name: frozenset(store.database for store in service.data_stores)
        for name, service in load_catalog().services.items()
    }
    return Services(objects=[one.body for one in render(environment)], databases=databases)


@dataclass(frozen=True, kw_only=True)
class Pods:
    """The pods of a cluster by ``namespace/workload``, each with the databases of its service; what binds them.

    ``tiers`` are those in which pods run, ``databases`` those of the access model.
    """

    policies: Cluster
    pods: Mapping[str, tuple[Pod, frozenset[str]]]
    tiers: frozenset[str]
    databases: frozenset[str]

    def run_in(self, reach: Reach) -> bool:
        """Whether this is the way of a whole tier in which there are pods."""
        return reach.kind == "tier" and not self.tiers.isdisjoint(reach.tiers)

    def that_take(self, reach: Reach, granted: IntervalSet) -> Iterator[tuple[Reach, IntervalSet]]:
        """The pods that get through the way of their tier, and what of it is granted to each.

        That is what is granted to the tier, of a database only where the catalog gives it to the pod's service.
        """
        places = NOTHING
        for subnet in reach.target.subnets:
            places |= subnet.addresses
        for name, (pod, databases) in self.pods.items():
            ports, policies = self.policies.leaves(pod, places, reach.ports)
            if ports:
                namespace = name.partition("/")[0]
                by = ", ".join(f"{namespace}/{one}" for one in policies) or "none, so everything is open"
                path = f"pods of {name} -> NetworkPolicy {by} -> {reach.path}"
                own = reach.target.access in databases or reach.target.access not in self.databases
                yield replace(reach, who=name, kind="pods", ports=ports, path=path), granted if own else NOTHING


def read(resources: Sequence[PolicyResource], services: Services, model: Grants) -> Pods:
    """The pods of a stack's cluster."""
    charts = [_object(body) for body in services.objects]
    policies = [one.body for one in (*objects(resources, POLICY), *charts) if one.kind == "NetworkPolicy"]
    found = (workload(one) for one in (*objects(resources, *TEMPLATES), *charts))
    pods = {name: (pod, services.databases.get(pod.labels.get(NAME, ""), frozenset())) for name, pod in _pods(found)}
    tiers = frozenset(group.tier for group in model.groups.values() if group.kind == "workloads" and group.tier)
    databases = frozenset(name for name, resource in model.resources.items() if resource.kind == "database")
    return Pods(policies=Cluster(policies=policies), pods=dict(sorted(pods.items())), tiers=tiers, databases=databases)


def _object(body: Mapping[str, Any]) -> Object:
    return Object(None, str(body["apiVersion"]).rpartition("/")[0] or "core", str(body["kind"]), body)


def _pods(found: Iterable[Workload | None]) -> Iterator[tuple[str, Pod]]:
    for one in found:
        if one is not None and not get(one.spec, "hostNetwork"):
            namespace = str(one.of.namespace or "default")
            yield f"{namespace}/{one.of.name}", Pod(namespace=namespace, labels=one.labels())
