"""INF-06: a core service goes on while a zone is lost and while nodes are drained."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource, Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import Object, elements, known, objects
from policy.facts.props import UNKNOWN, get, number, shown
from policy.facts.workloads import SCALED, Workload, workload

ZONE = "topology.kubernetes.io/zone"
BUDGET, SCALER = "policy/PodDisruptionBudget", "autoscaling/HorizontalPodAutoscaler"


def _replicas(one: Workload, scalers: Sequence[Object]) -> Any:
    """The least number of replicas, ``UNKNOWN`` where it cannot be told yet."""
    for scaler in scalers:
        if get(scaler.body, "spec", "scaleTargetRef", "name") in (one.of.name, UNKNOWN) and _same(scaler, one):
            return get(scaler.body, "spec", "minReplicas", default=1)
    return get(one.of.body, "spec", "replicas", default=1)


def _same(other: Object, one: Workload) -> bool:
    return UNKNOWN in (other.namespace, one.of.namespace) or other.namespace == one.of.namespace


def _guards(budget: Object, one: Workload) -> bool:
    selector = get(budget.body, "spec", "selector", default={})
    wanted = mapping(get(mapping(selector), "matchLabels"))
    labels = one.labels()
    chosen = bool(wanted) and all(get(labels, key) in (get(wanted, key), UNKNOWN) for key in wanted)
    return _same(budget, one) and (not known(selector) or chosen or bool(get(mapping(selector), "matchExpressions")))


def _spreads(spec: Mapping[str, Any]) -> bool:
    if not known(get(spec, "topologySpreadConstraints")):
        return True
    return any(
        get(one, "topologyKey") in (ZONE, UNKNOWN) and get(one, "whenUnsatisfiable") in ("DoNotSchedule", UNKNOWN)
        for one in elements(spec, "topologySpreadConstraints")
    )


def _blocks(budget: Object, replicas: Any) -> str | None:
    """Why no pod may ever be evicted; None where one may."""
    most, least = (get(budget.body, "spec", key) for key in ("maxUnavailable", "minAvailable"))
    if most in (0, "0", "0%"):
        return f"{budget.at('spec.maxUnavailable')} is {shown(most)}"
    count, wanted = number(replicas), number(least)
    if least == "100%" or (count is not None and wanted is not None and wanted >= count):
        return f"{budget.at('spec.minAvailable')} is {shown(least)}, as many as there are"
    return None


def _flaws(one: Workload, replicas: Any, budgets: Sequence[Object]) -> Iterator[str]:
    if replicas is not UNKNOWN and (number(replicas) or 0) < 2:
        yield f"{one.of.at('spec.replicas')} is {shown(replicas)}, must be 2 or more, or an autoscaler's minReplicas"
    if not budgets:
        yield "has no PodDisruptionBudget in its namespace that selects its pods, must have one"
    if not _spreads(one.spec):
        yield f"{one.path}topologySpreadConstraints has none of {ZONE} with DoNotSchedule, must have one"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Replicas, budget and spread of core services; and no budget of anybody that a drain could never satisfy."""
    scalers, budgets = objects(resources, SCALER), objects(resources, BUDGET)
    blocked = {id(budget): _blocks(budget, None) for budget in budgets}
    for found in objects(resources, *SCALED, rule="inf-06-zone-loss"):
        one = workload(found)
        if one is None or found.partial or found.kind == "ReplicaSet":
            continue
        replicas, own = _replicas(one, scalers), [budget for budget in budgets if _guards(budget, one)]
        for budget in own:
            blocked[id(budget)] = blocked[id(budget)] or _blocks(budget, replicas)
        if one.is_core:
            yield from ((found.source, message) for message in _flaws(one, replicas, own))
    for budget in budgets:
        if why := blocked[id(budget)]:
            yield budget.source, f"{why}, must let a pod go: no node could ever be drained"


RULE = Rule(
    clause="INF-06",
    description="Core services survive the loss of a zone: replicas, disruption budget, spread.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),),
    remediation="Two replicas, a PodDisruptionBudget with maxUnavailable 1, a topologySpreadConstraint on zones.",
    check_stack=check_stack,
)
