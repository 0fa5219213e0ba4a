"""What one key of a service alone cannot show: parts of it that contradict each other, or that its tier asks for."""

from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise

from lib.problems import Fault, nearest
from models.services.model import CORE, EXPERIMENTAL, LEAST_CORE_REPLICAS, Service
from models.services.parts import METRICS_OF_SCALING, Probe, Slo
from stacks.environments import PROMOTION


def faults(service: Service) -> Iterator[Fault]:
    """Everything wrong in ``service`` by itself."""
    yield from _twice(service)
    yield from _port_names(service)
    yield from _probes(service)
    yield from _scaling(service)
    yield from _slos(service)
    yield from _environments(service)
    yield from _migrations(service)
    if service.tier == CORE:
        yield from _core(service)


def _twice(service: Service) -> Iterator[Fault]:
    lists: tuple[tuple[tuple[str, ...], Iterable[Hashable], str], ...] = (
        (("ports",), [port.name for port in service.ports], "name"),
        (("ports",), [port.port for port in service.ports], "port"),
        (("routes",), [route.path for route in service.routes], "path"),
        (("dependencies", "services"), [(need.name, need.port) for need in service.dependencies.services], ""),
        (("dependencies", "external"), service.dependencies.external, ""),
        (("secrets",), [(secret.name, secret.key) for secret in service.secrets], ""),
        (("dataStores",), [store.database for store in service.data_stores], "database"),
        (("slos",), [slo.name for slo in service.slos], "name"),
    )
    for path, values, key in lists:
        seen: set[Hashable] = set()
        for index, value in enumerate(values):
            if value in seen:
                shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
                at = (*path, str(index), key) if key else (*path, str(index))
                yield Fault(path=at, value=shown, why="is there twice", fix="keep one of the two")
            seen.add(value)


def _port_names(service: Service) -> Iterator[Fault]:
    """Probes and routes name ports of the service itself, which speak HTTP."""
    named: list[tuple[tuple[str, ...], str, tuple[str, ...]]] = [
        (("probes", name, "port"), probe.port, ("http",)) for name, probe in service.probes.given().items()
    ]
    named += [
        (("routes", str(index), "port"), route.port, ("http", "grpc")) for index, route in enumerate(service.routes)
    ]
    for path, name, protocols in named:
        port = service.port(name)
        if port is None:
            yield no_port(path, name, service)
        elif port.protocol not in protocols:
            why = f"speaks {port.protocol}, and {path[0]} are {' or '.join(protocols)}"
            yield Fault(path=path, value=name, why=why, fix=f"name a port of protocol {' or '.join(protocols)}")


def no_port(path: tuple[str, ...], name: str, service: Service) -> Fault:
    """The fault of a port that ``service`` does not have."""
    names = [port.name for port in service.ports]
    near = nearest(name, names)
    has = f"use one of {', '.join(names)}" if names else "give it ports"
    fix = f"did you mean {near}?" if near else has
    return Fault(path=path, value=name, why=f"{service.name} has no port of this name", fix=fix)


def _probes(service: Service) -> Iterator[Fault]:
    given = service.probes.given()
    for name, probe in given.items():
        if probe.timeout_seconds > probe.period_seconds:
            why = f"is longer than periodSeconds, {probe.period_seconds}: probes would overlap"
            path = ("probes", name, "timeoutSeconds")
            yield Fault(path=path, value=probe.timeout_seconds, why=why, fix="make it shorter than the period")
    readiness, liveness = given.get("readiness"), given.get("liveness")
    if readiness and readiness.seconds > service.shutdown_seconds:
        why = (
            f"is shorter than readiness takes to fail, {_seconds(readiness)}: "
            "whoever goes by the probe would send requests to a pod that is gone"
        )
        fix = "raise it, or lower periodSeconds or failureThreshold of readiness"
        yield Fault(path=("shutdownSeconds",), value=service.shutdown_seconds, why=why, fix=fix)
    if not readiness or not liveness:
        return
    if (readiness.path, readiness.port) == (liveness.path, liveness.port):
        why = "asks what readiness asks: a pod that is only busy, or waits for a dependency, would be restarted"
        fix = "give it an endpoint of its own that looks at the process alone, as /health/live"
        yield Fault(path=("probes", "liveness", "path"), value=liveness.path, why=why, fix=fix)
    if liveness.seconds <= readiness.seconds:
        why = f"fails after {_seconds(liveness)}, readiness after {_seconds(readiness)}: a pod is taken out first"
        fix = "raise its periodSeconds or failureThreshold above those of readiness"
        yield Fault(path=("probes", "liveness", "failureThreshold"), value=liveness.failure_threshold, why=why, fix=fix)


def _seconds(probe: Probe) -> str:
    return f"{probe.period_seconds} x {probe.failure_threshold} = {probe.seconds} s"


def _scaling(service: Service) -> Iterator[Fault]:
    """In every environment, and each mistake once: where the value stands."""
    for environment in (None, *PROMOTION):
        scaling = (service.in_environment(environment) if environment else service).scaling
        own = service.environments.get(environment) if environment else None
        changed = own.scaling.model_fields_set if own and own.scaling else set()
        if environment and not changed:
            continue
        path: tuple[str, ...] = ("environments", environment, "scaling") if environment else ("scaling",)
        metric = METRICS_OF_SCALING[scaling.metric]
        if not metric.lowest <= scaling.target <= metric.highest and (not environment or "target" in changed):
            why = f"is out of range for {scaling.metric}, in {metric.unit}"
            fix = f"write {metric.lowest} to {metric.highest}"
            yield Fault(path=(*path, "target"), value=scaling.target, why=why, fix=fix)
        if scaling.min > scaling.max and (not environment or {"min", "max"} & changed):
            key = "min" if not environment or "min" in changed else "max"
            why = f"min is above max: {scaling.min} and {scaling.max}"
            yield Fault(path=(*path, key), value=getattr(scaling, key), why=why, fix="write min below or equal to max")


def _slos(service: Service) -> Iterator[Fault]:
    first: dict[tuple[str, int | None], Slo] = {}
    for index, slo in enumerate(service.slos):
        path = ("slos", str(index))
        if slo.kind == "latency" and slo.threshold_ms is None:
            fix = "add it, for example thresholdMs: 300"
            yield Fault(path=(*path, "thresholdMs"), why="is missing: latency is the share of fast answers", fix=fix)
        if slo.kind == "availability" and slo.threshold_ms is not None:
            why = "is for latency; availability counts answers, however slow"
            yield Fault(path=(*path, "thresholdMs"), value=slo.threshold_ms, why=why, fix="remove it")
        other = first.setdefault((slo.kind, slo.threshold_ms), slo)
        if other is not slo and other.name != slo.name:
            why = f"measures what {other.name} measures"
            yield Fault(path=(*path, "kind"), value=slo.kind, why=why, fix="keep one of the two")
    by_threshold = sorted(
        (slo for slo in service.slos if slo.kind == "latency" and slo.threshold_ms),
        key=lambda slo: slo.threshold_ms or 0,
    )
    for faster, slower in pairwise(by_threshold):
        if faster.threshold_ms != slower.threshold_ms and slower.objective <= faster.objective:
            at = ("slos", str(service.slos.index(slower)), "objective")
            why = f"is not above {faster.objective} of {faster.name}, which asks for faster answers and so implies it"
            yield Fault(path=at, value=slower.objective, why=why, fix="raise it, or remove this SLO")


def _environments(service: Service) -> Iterator[Fault]:
    """What is the same in the whole service needs no line of an environment."""
    for name, own in service.environments.items():
        changes = {"scaling": own.scaling, "resources": own.resources}
        given = {part: value for part, value in changes.items() if value is not None}
        if not given or any(not value.model_fields_set for value in given.values()):
            why = "changes nothing"
            yield Fault(path=("environments", name), why=why, fix="give scaling or resources keys, or remove it")
        for part, value in given.items():
            for key in sorted(value.model_fields_set):
                if getattr(value, key) == getattr(getattr(service, part), key):
                    path = ("environments", name, part, key)
                    why = "is what the service has everywhere"
                    yield Fault(path=path, value=getattr(value, key), why=why, fix="remove it here")


def _migrations(service: Service) -> Iterator[Fault]:
    """Who migrates a database writes there, runs wherever it is, and has one Job before a deployment."""
    given = [index for index, store in enumerate(service.data_stores) if store.migrates]
    for index in given:
        path, store = ("dataStores", str(index)), service.data_stores[index]
        if index != given[0]:
            why = f"is the second one: a deployment migrates {service.data_stores[given[0]].database} already"
            fix = "remove it here, and let another service migrate this database"
            yield Fault(path=(*path, "migrates"), value=True, why=why, fix=fix)
        if store.role != "writer":
            why = f"changes the schema of {store.database}, and the service is a {store.role} there"
            fix = "let a service that writes there migrate it, and remove it here"
            yield Fault(path=(*path, "migrates"), value=True, why=why, fix=fix)
        if service.tier == EXPERIMENTAL:
            why = f"is of an {EXPERIMENTAL} service, which need not run in each environment that has {store.database}"
            fix = "raise its tier, or let another service migrate the database"
            yield Fault(path=(*path, "migrates"), value=True, why=why, fix=fix)


def _core(service: Service) -> Iterator[Fault]:
    """What a service needs that customers notice at once."""
    why = "is missing, and a core service needs it"
    for name, probe in (
        ("startup", service.probes.startup),
        ("readiness", service.probes.readiness),
        ("liveness", service.probes.liveness),
    ):
        if probe is None:
            fix = f"add it, for example {{path: /health/{name}, port: http, periodSeconds: 5, failureThreshold: 3}}"
            yield Fault(path=("probes", name), why=why, fix=fix)
    if not any(slo.kind == "availability" for slo in service.slos):
        fix = "add one of kind availability, as {name: availability, kind: availability, objective: 99.9}"
        yield Fault(path=("slos",), why="have none for availability, and a core service needs it", fix=fix)
    if service.runbook is None:
        page = f"docs/runbooks/service-{service.name}.md"
        yield Fault(path=("runbook",), why=why, fix=f"write the page, and add runbook: {page}")
    if not service.ports:
        fix = "add it, for example [{name: http, port: 8080, protocol: http}]"
        yield Fault(path=("ports",), why=why, fix=fix)
    yield from _second_replica(service)


def _second_replica(service: Service) -> Iterator[Fault]:
    why = "is fewer than two replicas: a core service would be gone with one of its pods"
    fix = f"write {LEAST_CORE_REPLICAS} or more"
    if service.scaling.min < LEAST_CORE_REPLICAS:
        yield Fault(path=("scaling", "min"), value=service.scaling.min, why=why, fix=fix)
    for name, own in service.environments.items():
        least = own.scaling.min if own.scaling else None
        if least is not None and least < LEAST_CORE_REPLICAS:
            path = ("environments", name, "scaling", "min")
            yield Fault(path=path, value=least, why=why, fix=fix)
