"""Names in the catalog that must exist: teams, services and their ports, external dependencies, databases, people."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import chain

from lib.problems import Fault, Problem, nearest
from models.access.model import ENVIRONMENTS, Access
from models.catalog.sources import Sources
from models.dependencies.model import Dependency
from models.folder import Folder
from models.people import identifier
from models.services.checks import no_port
from models.services.model import Service
from models.teams.model import Team

_ROLES = ("reader", "writer", "owner")
"""Each may what the one before it may."""


def problems(sources: Sources, access: Access | None) -> Iterator[Problem]:
    """Everything that refers to nothing. What refers to a file that is wrong itself is not wrong again."""
    for service in sources.services.entries.values():
        faults = chain(_service(service.value, sources), _databases(service.value, access))
        yield from service.problems(faults)
    for team in sources.teams.entries.values():
        yield from team.problems(_people(team.value, access))
    for dependency in sources.dependencies.entries.values():
        yield from dependency.problems(_dependency(dependency.value, sources))


def unknown(path: tuple[str, ...], value: str, what: str, known: AbstractSet[str], fix: str) -> Fault:
    """The fault of a name that nothing has."""
    near = nearest(value, known)
    return Fault(path=path, value=value, why=f"there is no such {what}", fix=f"did you mean {near}?" if near else fix)


def _owner(owner: str, teams: Folder[Team]) -> Iterator[Fault]:
    if owner not in teams.names:
        known = ", ".join(sorted(teams.names))
        yield unknown(("owner",), owner, "team", teams.names, f"write one of {known}, or describe it in catalog/teams")


def _service(service: Service, sources: Sources) -> Iterator[Fault]:
    yield from _owner(service.owner, sources.teams)
    yield from _needs(service, sources)
    yield from _external(service, sources)
    if service.name in sources.dependencies.names:
        why = "is the name of an external dependency too: dashboards, alerts and status page could not tell them apart"
        yield Fault(path=("name",), value=service.name, why=why, fix="rename one of the two")
    if service.runbook and not (sources.root / service.runbook).is_file():
        fix = "write it, with the headings that docs/runbooks/README.md shows"
        yield Fault(path=("runbook",), value=service.runbook, why="there is no such page", fix=fix)


def _needs(service: Service, sources: Sources) -> Iterator[Fault]:
    """Services that are called, and the ports on which they are."""
    for index, need in enumerate(service.dependencies.services):
        path = ("dependencies", "services", str(index))
        target = sources.services.entries.get(need.name)
        if need.name == service.name:
            yield Fault(path=path, value=need.name, why="is the service itself", fix="remove it")
        elif target and target.value.port(need.port) is None:
            yield no_port((*path, "port"), need.port, target.value)
        elif need.name in sources.services.names:
            continue
        elif need.name in sources.dependencies.names:
            why, fix = "is an external dependency", "move it to dependencies.external"
            yield Fault(path=path, value=need.name, why=why, fix=fix)
        else:
            fix = "describe it in catalog/services, or remove it"
            yield unknown(path, need.name, "service", sources.services.names, fix)


def _external(service: Service, sources: Sources) -> Iterator[Fault]:
    for index, name in enumerate(service.dependencies.external):
        path = ("dependencies", "external", str(index))
        if name in sources.dependencies.names:
            continue
        if name in sources.services.names:
            yield Fault(path=path, value=name, why="is a service", fix="move it to dependencies.services")
        else:
            fix = "describe it in catalog/dependencies, or remove it"
            yield unknown(path, name, "external dependency", sources.dependencies.names, fix)


def _dependency(dependency: Dependency, sources: Sources) -> Iterator[Fault]:
    """Egress is allowed by host and port: two dependencies that share both cannot be told apart."""
    yield from _owner(dependency.owner, sources.teams)
    for name, other in sorted(sources.dependencies.values.items()):
        if name >= dependency.name:
            return
        shared = set(other.endpoints) & set(dependency.endpoints)
        for index, endpoint in enumerate(dependency.endpoints):
            if endpoint in shared:
                path = ("endpoints", str(index), "host")
                why = f"port {endpoint.port} of it is an endpoint of {name} too: alerts could not tell them apart"
                yield Fault(path=path, value=endpoint.host, why=why, fix="keep it in one of the two")


def _people(team: Team, access: Access | None) -> Iterator[Fault]:
    if access is None:
        return
    employed = {
        identifier(person) for group in access.groups.values() if not group.external for person in group.members
    }
    outside = {identifier(person) for group in access.groups.values() if group.external for person in group.members}
    for index, member in enumerate(team.members):
        path = ("members", str(index))
        if member in outside:
            why, fix = "is not employed, and cannot answer for a service", "name an employee"
            yield Fault(path=path, value=member, why=why, fix=fix)
        elif member not in employed:
            yield unknown(path, member, "person in catalog/access.yaml", employed, "add them to a group there first")
    if team.group is None:
        return
    groups = {name for name, group in access.groups.items() if group.kind == "people" and not group.external}
    if team.group in access.groups and team.group not in groups:
        why, fix = "is no group of employed people", f"write one of {', '.join(sorted(groups))}"
        yield Fault(path=("group",), value=team.group, why=why, fix=fix)
    elif team.group not in groups:
        yield unknown(("group",), team.group, "group in catalog/access.yaml", groups, "add it there first")


def _databases(service: Service, access: Access | None) -> Iterator[Fault]:
    """A data store is a database that the platform deploys, and that the access model opens to workloads so far."""
    if access is None:
        return
    databases = {name for name, resource in access.resources.items() if resource.kind == "database"}
    for index, store in enumerate(service.data_stores):
        path = ("dataStores", str(index))
        resource = access.resources.get(store.database)
        if resource is None:
            fix = "add it to catalog/access.yaml first"
            yield unknown((*path, "database"), store.database, "database in catalog/access.yaml", databases, fix)
        elif resource.kind != "database":
            why, fix = f"is a {resource.kind}", f"name a database, as {', '.join(sorted(databases))}"
            yield Fault(path=(*path, "database"), value=store.database, why=why, fix=fix)
        elif resource.instance is None:
            why = "is not deployed by the platform, so that no service has credentials for it"
            yield Fault(path=(*path, "database"), value=store.database, why=why, fix="give it an instance there")
        else:
            yield from granted(access, (*path, "role"), store.database, store.role)


def granted(access: Access, path: tuple[str, ...], database: str, role: str, value: object = None) -> Iterator[Fault]:
    """That the access model lets no pod be ``role`` there, with the environments; ``value`` is the role or stands at
    ``path`` in its place.
    """
    pods = {name for name, group in access.groups.items() if group.kind == "workloads"}
    grants = [grant for grant in access.grants if grant.resource == database and grant.group in pods and grant.role]
    enough = [grant for grant in grants if _ROLES.index(grant.role or "") >= _ROLES.index(role)]
    closed = [name for name in ENVIRONMENTS if not any(name in grant.environments for grant in enough)]
    if closed:
        why = f"no grant of catalog/access.yaml lets workloads be {role} of {database} in {', '.join(closed)}"
        fix = "grant it there, or write what is granted"
        yield Fault(path=path, value=role if value is None else value, why=why, fix=fix)
