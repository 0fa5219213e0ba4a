"""INF-05: every container of a core service says when it has started, when it is ready and when it is dead."""

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get
from policy.facts.workloads import TYPES, Container, workloads

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")


def _handler(probe: object) -> Mapping[str, Any]:
    """What a probe asks, without how often."""
    stated = mapping(probe)
    return {key: get(stated, key) for key in HANDLERS if get(stated, key) is not None}


def _flaws(container: Container, *, partial: bool) -> Iterator[str]:
    given = {name: get(container.body, name) for name in PROBES}
    for name, probe in given.items():
        if probe is not UNKNOWN and not _handler(probe) and not (partial and probe is None):
            yield f"{container.path}.{name} is absent or asks nothing, must be one of {', '.join(HANDLERS)}"
    ready, alive = _handler(given["readinessProbe"]), _handler(given["livenessProbe"])
    if ready and ready == alive and UNKNOWN not in (*ready.values(), *alive.values()):
        yield f"{container.path}.livenessProbe asks what readinessProbe asks: a slow dependency would restart every pod"


def check(resource: Resource) -> Iterator[str]:
    """Jobs end by themselves and init containers before the service starts; a sidecar runs as long as it does."""
    for workload in workloads(resource, "inf-05-probes"):
        if workload.runs_on and workload.is_core:
            for container in workload.containers():
                if container.kind == "containers" or container.is_sidecar:
                    yield from _flaws(container, partial=workload.of.partial)


RULE = Rule(
    clause="INF-05",
    description="Containers of core services have startup, readiness and liveness probes.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),),
    remediation="Give it all three, liveness of the process alone; without label nationgraph.io/tier it is core.",
    types=TYPES,
    check=check,
)
