"""Read ``catalog/dependencies``: every problem of every file at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lib.problems import Fault
from models.dependencies.model import Dependency
from models.folder import NAME_FIX, Folder, read_folder

DEPENDENCIES: Final = Path(__file__).parents[2] / "catalog" / "dependencies"

INTERNAL: Final = (".local", ".internal", ".svc", ".localhost", ".ts.net")
"""Ends of names that lead to what is ours, which is no external dependency."""

_FIX: Final = {
    "name": NAME_FIX,
    "description": "write what it does for us, in one sentence",
    "owner": "write the team, as payments: a file of catalog/teams",
    "critical": "write true where customers notice at once that it fails, else false",
    "statusPage": "write the address of its status page, as https://status.stripe.com",
    "host": "write a DNS name in lower case without scheme or path, as api.stripe.com",
    "port": "write a port, 1 to 65535",
    "endpoints": "write each as {host: api.stripe.com, port: 443}",
}


def read_dependencies(path: Path = DEPENDENCIES) -> Folder[Dependency]:
    """The external dependencies that are right in themselves."""
    folder = read_folder(path, Dependency, _FIX)
    problems = [*folder.problems]
    for entry in folder.entries.values():
        problems += entry.problems(_faults(entry.value))
    return Folder(entries=folder.entries, names=folder.names, problems=tuple(problems))


def _faults(dependency: Dependency) -> Iterator[Fault]:
    seen: set[tuple[str, int]] = set()
    for index, endpoint in enumerate(dependency.endpoints):
        path = ("endpoints", str(index), "host")
        if (endpoint.host, endpoint.port) in seen:
            yield Fault(path=path, value=endpoint.host, why="is there twice", fix="keep one of the two")
        seen.add((endpoint.host, endpoint.port))
        if f".{endpoint.host}".endswith(INTERNAL):
            why = "is a name inside the company: an external dependency is somebody else's"
            fix = "name the service under dependencies.services of the services that call it"
            yield Fault(path=path, value=endpoint.host, why=why, fix=fix)
