"""Read ``catalog/services``: every problem of every file at once, each with file, line, key, value and fix."""

from pathlib import Path
from typing import Final

from models.folder import NAME_FIX, Folder, read_folder
from models.services.checks import faults
from models.services.model import Service
from models.services.parts import METRICS_OF_SCALING
from stacks.environments import PROMOTION

SERVICES: Final = Path(__file__).parents[2] / "catalog" / "services"

_FIX: Final = {
    "name": f"{NAME_FIX}; of a port at most 15",
    "description": "write what it does, in one sentence",
    "owner": "write the team, as payments: a file of catalog/teams",
    "repository": "write owner and name, as nationgraph/billing",
    "path": "write it from the root, as /health/ready",
    "port": "write the name of one of the service's ports; under ports a number from 1024 to 65535",
    "ports": "write each as {name: http, port: 8080, protocol: http}; numbers from 1024 to 65535",
    "routes": "write paths without a slash at the end, as /v1/billing, or {path: /v1/billing, port: http}",
    "periodSeconds": "write seconds, 1 to 60",
    "failureThreshold": "write a count, 1 to 120",
    "timeoutSeconds": "write whole seconds",
    "shutdownSeconds": "write seconds, 5 to 300",
    "metric": f"write {' or '.join(METRICS_OF_SCALING)}",
    "target": "write a whole number in the metric's unit, as 70",
    "min": "write how many replicas there are at least, from 1",
    "max": "write how many replicas there are at most, up to 200",
    "cpu": "write it as 250m",
    "memory": "write it as 512Mi",
    "services": "list services, as [auth, {name: graph-api, port: grpc}]",
    "external": "list external dependencies, as [stripe]",
    "secrets": "write each as {name: stripe, key: api-key, taken: reread}",  # pragma: allowlist secret
    "dataStores": "write each as {database: core-database, role: writer}",
    "migrates": "write true in the one service whose deployment migrates the database, else leave it out",
    "objective": "write percent above 0 and below 100, as 99.9",
    "thresholdMs": "write milliseconds, 1 to 600000",
    "slos": "write each as {name: availability, kind: availability, objective: 99.9}",
    "runbook": "write the path of a page, as docs/runbooks/service-billing.md",
    "links": "write names and addresses, as dashboard: https://...",
    "environments": f"write scaling or resources under {', '.join(PROMOTION)}",
}


def read_services(path: Path = SERVICES) -> Folder[Service]:
    """The services that are right in themselves; ``models.catalog`` compares them with each other and the rest."""
    folder = read_folder(path, Service, _FIX)
    problems = [*folder.problems]
    for entry in folder.entries.values():
        problems += entry.problems(faults(entry.value))
    return Folder(entries=folder.entries, names=folder.names, problems=tuple(problems))
