"""The parts of a service: ports, probes, scaling, dependencies, secrets, data stores, SLOs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema

from lib.problems import WrongValueError
from models.fields import Count, Entry, Name, PortName, PortNumber

HTTP: Final = "http"
"""The port that a dependency or a route means where it names none."""
METRICS: Final = "metrics"
"""The port that Prometheus scrapes, where a service has one of this name."""

_MEMORY_UNITS: Final[Mapping[str, int]] = MappingProxyType({"Mi": 1, "Gi": 1024})


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What an autoscaler can go by: the unit of a target, and the targets that make sense."""

    unit: str
    lowest: int
    highest: int


METRICS_OF_SCALING: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        "cpu": Metric(unit="% of the requested CPU", lowest=20, highest=90),
        "memory": Metric(unit="% of the requested memory", lowest=20, highest=90),
    }
)
"""Both come from metrics server, which every cluster has. Others would need an adapter in each cluster."""


class Port(Entry):
    """A port of the pods, and of the Kubernetes Service in front of them, under the same number and name.

    Ports below 1024 are for root, and no pod runs as root. ``metrics`` names the port that Prometheus scrapes.
    """

    name: PortName
    port: Annotated[PortNumber, Field(ge=1024)]
    protocol: Literal["http", "grpc", "tcp"]


class Probe(Entry):
    """An HTTP request that kubelet makes to a port of protocol http: every ``period_seconds``, failed after
    ``failure_threshold`` in a row that were not answered within ``timeout_seconds``.
    """

    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$", max_length=200)]
    port: PortName
    period_seconds: Annotated[int, Field(ge=1, le=60, strict=True)]
    failure_threshold: Annotated[int, Field(ge=1, le=120, strict=True)]
    timeout_seconds: Count = 1

    @property
    def seconds(self) -> int:
        """How long an answer may be missing until the probe has failed."""
        return self.period_seconds * self.failure_threshold


class Probes(Entry):
    """Startup holds the others back until the service runs; readiness gives it traffic; liveness restarts it."""

    startup: Probe | None = None
    readiness: Probe | None = None
    liveness: Probe | None = None

    def given(self) -> dict[str, Probe]:
        """Those that are there, by name."""
        both = {"startup": self.startup, "readiness": self.readiness, "liveness": self.liveness}
        return {name: probe for name, probe in both.items() if probe is not None}


class Scaling(Entry):
    """``min`` to ``max`` replicas, as many as keep the mean of ``metric`` near ``target`` (in the metric's unit)."""

    metric: Literal["cpu", "memory"]
    target: Count
    min: Count
    max: Annotated[Count, Field(le=200)]


def _quantity(pattern: str, why: str, fix: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise WrongValueError(why, fix)
        return value

    return BeforeValidator(check)


_CPU: Final = r"^[1-9][0-9]{0,4}m$"
_MEMORY: Final = r"^[1-9][0-9]{0,4}(Mi|Gi)$"
Cpu = Annotated[str, Field(pattern=_CPU), _quantity(_CPU, "is not CPU in thousandths of a core", "write it as 250m")]
Memory = Annotated[str, Field(pattern=_MEMORY), _quantity(_MEMORY, "is not memory in Mi or Gi", "write it as 512Mi")]


class Resources(Entry):
    """What a replica asks for: ``cpu`` as 250m (thousandths of a core), ``memory`` as 512Mi or 2Gi."""

    cpu: Cpu
    memory: Memory

    @property
    def millicores(self) -> int:
        """CPU in thousandths of a core."""
        return int(self.cpu.removesuffix("m"))

    @property
    def mebibytes(self) -> int:
        """Memory in MiB."""
        return int(self.memory[:-2]) * _MEMORY_UNITS[self.memory[-2:]]


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _at_path(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class Need(Entry):
    """Another service and the port of it that is called. Written as its name alone it means the port ``http``."""

    name: str
    port: PortName = HTTP


class Route(Entry):
    """A path at the gateway, and the port to which it leads: the path itself and everything below it, by segments.

    Written as its path alone it means the port ``http``.
    """

    path: Annotated[str, Field(pattern=r"^/$|^(/[a-z0-9._~-]*[a-z0-9_~-][a-z0-9._~-]*)+$", max_length=200)]
    port: PortName = HTTP

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts between slashes; none of the route ``/``."""
        return tuple(filter(None, self.path.split("/")))


def _or_text(model: type[Entry]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "string"}, model.model_json_schema()]})


NeedOrName = Annotated[Need, BeforeValidator(_named), _or_text(Need)]
RouteOrPath = Annotated[Route, BeforeValidator(_at_path), _or_text(Route)]


class Dependencies(Entry):
    """What a service calls and cannot work without: other services, and external dependencies by name."""

    services: tuple[NeedOrName, ...] = ()
    external: tuple[str, ...] = ()


class Secret(Entry):
    """One ``key`` of the secret ``nationgraph/<team>/<name>`` in Secrets Manager, which a pod gets as a file.

    ``taken`` says how the service takes up a rotated value: ``reread`` (it reads the file anew) or ``restart``.
    """

    name: Name
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
    taken: Literal["reread", "restart"]

    def source(self, team: str) -> str:
        """The name in Secrets Manager: the boundary for secrets is the team."""
        return f"nationgraph/{team}/{self.name}"


class DataStore(Entry):
    """A resource of kind ``database`` of ``catalog/access.yaml``, and what the service does there.

    ``migrates`` says that the service's deployment brings the schema up to date first: one service of each database.
    """

    database: str
    role: Literal["reader", "writer"]
    migrates: StrictBool = False


class Slo(Entry):
    """``objective`` percent of the requests of 30 days succeed (``availability``), or do so within ``threshold_ms``
    milliseconds (``latency``).
    """

    name: Name
    kind: Literal["availability", "latency"]
    objective: Annotated[float, Field(gt=0, lt=100, strict=True)]
    threshold_ms: Annotated[int, Field(ge=1, le=600_000, strict=True)] | None = None


LinkName = Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9]*$", max_length=40)]
