"""The catalog as Backstage reads it: ``catalog-info.yaml``, one entity a document.

The format is https://backstage.io/docs/features/software-catalog/descriptor-format. Teams are groups, their people
users; services are components of one system, with an API where the gateway has routes to them; databases and external
dependencies are resources.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

import yaml

from lib.labels import TIER
from lib.repository import PLATFORM
from models.access.model import Access
from models.catalog.model import Catalog
from models.dependencies.model import Dependency
from models.people import identifier
from models.services.model import EXPERIMENTAL, GATEWAY, Service
from models.teams.model import Team

Entity = dict[str, Any]

SYSTEM: Final = "nationgraph"
HEAD: Final = """\
# The service catalog as Backstage reads it, written from catalog/ by python -m reports.catalog.
"""


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, and no anchors for what stands twice."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def text(catalog: Catalog, access: Access) -> str:
    """The whole file; equal catalogs give equal text."""
    documents = entities(catalog, access)
    dumped: str = yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=110, explicit_start=True)
    return HEAD + dumped


def entities(catalog: Catalog, access: Access) -> list[Entity]:
    """Every entity, each after what owns it."""
    gateway = catalog.services.get(GATEWAY)
    entry = gateway.owner if gateway else min(catalog.teams)
    system = _entity("System", SYSTEM, "What NationGraph sells: data as a graph.", {"owner": f"group:{entry}"})
    people = {name: members(team, access) for name, team in catalog.teams.items()}
    databases = sorted({store.database for service in catalog.services.values() for store in service.data_stores})
    return [
        *(_group(team, people[name]) for name, team in catalog.teams.items()),
        *_users(people),
        system,
        *(_database(name, access, entry) for name in databases),
        *(_external(dependency) for dependency in catalog.dependencies.values()),
        *chain.from_iterable(_service(service) for service in catalog.services.values()),
    ]


def members(team: Team, access: Access) -> list[str]:
    """The addresses of a team's people: its own list, or the group of the access model that it names."""
    if team.group is not None:
        return sorted(access.groups[team.group].members)
    return sorted(person for person in access.people() if identifier(person) in team.members)


def user_name(address: str) -> str:
    """What stands before the @, without the plus sign, which Backstage's names cannot hold."""
    return identifier(address).replace("+", ".")


def _entity(kind: str, name: str, description: str, spec: Mapping[str, Any], **metadata: Any) -> Entity:
    version = "backstage.io/v1alpha1"
    about = {"name": name, "description": description, **metadata}
    return {"apiVersion": version, "kind": kind, "metadata": about, "spec": dict(spec)}


def _group(team: Team, people: list[str]) -> Entity:
    profile = {"displayName": team.name.capitalize()}
    names = [user_name(person) for person in people]
    spec = {"type": "team", "profile": profile, "children": [], "members": names}
    notes = {
        "github.com/team-slug": team.github,
        "nationgraph.io/slack-channel": team.slack.channel,
        "nationgraph.io/pagerduty-escalation": team.pagerduty.escalation,
    }
    return _entity("Group", team.name, team.description, spec, annotations=notes)


def _users(people: Mapping[str, list[str]]) -> Iterator[Entity]:
    for person in sorted(set(chain.from_iterable(people.values()))):
        teams = [name for name, addresses in people.items() if person in addresses]
        name = user_name(person)
        spec = {"profile": {"displayName": name.capitalize(), "email": person}, "memberOf": teams}
        yield _entity("User", name, f"Member of {', '.join(teams)}.", spec)


def _database(name: str, access: Access, owner: str) -> Entity:
    spec = {"type": "database", "owner": f"group:{owner}", "system": SYSTEM}
    return _entity("Resource", name, access.resources[name].description, spec)


def _external(dependency: Dependency) -> Entity:
    spec = {"type": "external-dependency", "owner": f"group:{dependency.owner}", "system": SYSTEM}
    links = [{"url": dependency.status_page, "title": "Status page"}]
    labels = {"nationgraph.io/critical": str(dependency.critical).lower()}
    return _entity("Resource", dependency.name, dependency.description, spec, labels=labels, links=links)


def _service(service: Service) -> Iterator[Entity]:
    lifecycle = "experimental" if service.tier == EXPERIMENTAL else "production"
    common = {"lifecycle": lifecycle, "owner": f"group:{service.owner}", "system": SYSTEM}
    needs = [f"component:{need.name}" for need in service.dependencies.services]
    needs += [f"resource:{name}" for name in service.dependencies.external]
    needs += [f"resource:{store.database}" for store in service.data_stores]
    spec = {"type": "service", **common, "dependsOn": sorted(set(needs))}
    if service.routes:
        spec["providesApis"] = [service.name]
    notes = {
        "github.com/project-slug": service.repository,
        "backstage.io/source-location": f"url:https://github.com/{service.repository}/",
        "backstage.io/kubernetes-id": service.name,
        "backstage.io/kubernetes-namespace": service.namespace,
    }
    links = [{"url": f"{PLATFORM}/blob/main/{service.runbook}", "title": "Runbook"}] if service.runbook else []
    links += [{"url": url, "title": title.capitalize()} for title, url in service.links.items()]
    extra: dict[str, Any] = {"labels": {TIER: service.tier}, "annotations": notes} | ({"links": links} if links else {})
    yield _entity("Component", service.name, service.description, spec, **extra)
    if service.routes:
        definition = "".join(f"{route.path}: port {route.port} of {service.name}\n" for route in service.routes)
        api = {"type": "gateway-routes", **common, "definition": definition}
        yield _entity("API", service.name, f"The routes of {service.name} at the gateway.", api)
