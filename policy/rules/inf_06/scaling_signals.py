"""INF-06: an autoscaler scales a workload that exists and says when its pods are ready."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts.kubernetes import Object, known, objects
from policy.facts.props import UNKNOWN, get, number, shown
from policy.facts.workloads import SCALED, Workload, workload

SCALER = "autoscaling/HorizontalPodAutoscaler"


def _target(scaler: Object, pool: Sequence[Workload]) -> list[Workload] | None:
    """What it scales, by kind, name and namespace; None where a preview does not know yet."""
    kind, name = (get(scaler.body, "spec", "scaleTargetRef", key) for key in ("kind", "name"))
    if UNKNOWN in (kind, name) or not known(scaler.namespace):
        return None
    return [
        one
        for one in pool
        if (one.of.kind, one.of.name) == (kind, name) and one.of.namespace in (scaler.namespace, UNKNOWN)
    ]


def _flaws(scaler: Object, target: Workload) -> Iterator[str]:
    least = get(scaler.body, "spec", "minReplicas", default=1)
    path = scaler.at("spec.minReplicas")
    if least is not UNKNOWN and target.is_core and (number(least) or 0) < 2:
        yield f"{path} is {shown(least)}, must be 2 or more for a core service"
    for container in target.containers():
        for probe in ("startupProbe", "readinessProbe"):
            if container.kind == "containers" and get(container.body, probe) is None:
                yield (
                    f"{scaler.at('spec.scaleTargetRef')}: {target.of.kind} {target.of.name} has no {probe}, must have "
                    "one: the autoscaler counts pods as working that are not"
                )


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """The autoscaler reads the metrics of pods that the probes call ready (Kubernetes: HPA algorithm details)."""
    pool = [found for one in objects(resources, *SCALED) if (found := workload(one)) is not None]
    for scaler in objects(resources, SCALER, rule="inf-06-scaling-signals"):
        targets = None if scaler.partial else _target(scaler, pool)
        if targets is not None and not targets:
            yield scaler.source, f"{scaler.at('spec.scaleTargetRef')} names no workload of this set, must name one"
        for target in targets or ():
            yield from ((scaler.source, message) for message in _flaws(scaler, target))


RULE = Rule(
    clause="INF-06",
    description="Autoscalers scale workloads whose probes tell which pods work.",
    severity=Severity.MEDIUM,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.1"),),
    remediation="Name a workload of the chart, with startup and readiness probes; minReplicas 2 for core.",
    check_stack=check_stack,
)
