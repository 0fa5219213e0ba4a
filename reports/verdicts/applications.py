"""Applications of Argo CD as verdicts: which chart and images each was compared with, and how it is."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from lib.helm_parameters import IMAGE, MIGRATIONS
from models.promotion.verdicts import Verdict
from reports.verdicts import cluster
from stacks.environments import ENVIRONMENTS

NAMESPACE: Final = "argocd"
_VALUES: Final = re.compile(r"(?:^|/)values/([a-z0-9-]+)/([a-z0-9-]+)\.yaml")
_CHART: Final = re.compile(r"(?:^|/)service/([^/]+)/?")


def fetch(kubeconfig: Path) -> Sequence[Any]:
    """Every Application of the cluster. UnreadableError without an answer."""
    return cluster.listed(kubeconfig, "applications of Argo CD", "--namespace", NAMESPACE, "applications.argoproj.io")


def verdicts(items: Sequence[Any], environment: str) -> tuple[dict[str, Verdict], list[str]]:
    """The verdict of each service's application, without SLOs, and why others have none.

    What is no application of a service of ``environment`` (an add-on, for example) is nothing to be said of.
    """
    read: dict[str, Verdict] = {}
    notes: list[str] = []
    doubled: set[str] = set()
    for item in items:
        name = _get(item, "metadata", "name")
        source = _get(item, "status", "sync", "comparedTo", "source")
        service = _service(source, environment) or _service(_get(item, "spec", "source"), environment)
        if service is None:
            continue
        if source is None:
            notes.append(f"{name}: Argo CD has not compared it yet")
            continue
        if service in read or service in doubled:
            notes.append(f"{name}: a second application of {service}; remove one")
            doubled.add(service)
            read.pop(service, None)
            continue
        try:
            read[service] = Verdict.model_validate(_raw(item, source, service))
        except ValidationError as error:
            keys = sorted({str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]})
            notes.append(f"{name}: its status does not say {', '.join(keys)}")
    return read, notes


def _raw(item: Any, source: Any, service: str) -> dict[str, Any]:
    status = _get(item, "status")
    chart = _CHART.fullmatch(str(_get(source, "path") or "").removeprefix("charts/"))
    history = _get(status, "history")
    last = history[-1] if isinstance(history, list) and history else None
    times = [_get(status, "health", "lastTransitionTime"), _get(last, "deployedAt")]
    return {
        "service": service,
        "chart": chart[1] if chart else None,
        "image": _parameter(source, IMAGE),
        "migrations": _parameter(source, MIGRATIONS),
        "sync": _get(status, "sync", "status"),
        "health": _get(status, "health", "status"),
        "operation": _get(status, "operationState", "phase"),
        # Times of one form are in the order of their texts. Without both it is not known since when.
        "since": max(times) if all(isinstance(time, str) for time in times) else None,
    }


def _service(source: Any, environment: str) -> str | None:
    """The service whose values a source takes, where they are those of the environment or of one that follows it."""
    files = _get(source, "helm", "valueFiles")
    for file in files if isinstance(files, list) else ():
        found = _VALUES.search(str(file))
        row = ENVIRONMENTS.get(found[1]) if found else None
        if found and row is not None and row.versions == environment:
            return found[2]
    return None


def _parameter(source: Any, name: str) -> Any:
    parameters = _get(source, "helm", "parameters")
    named = [one for one in (parameters if isinstance(parameters, list) else ()) if _get(one, "name") == name]
    values = [_get(one, "value") for one in named]
    return values[0] if len(values) == 1 else None


def _get(value: Any, *keys: str) -> Any:
    """What lies there; None where nothing does, whatever the shape."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
