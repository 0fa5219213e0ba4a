"""The catalog: what the company runs, who owns it, what it needs, and which version of it runs where.

``load_catalog`` of ``models.catalog.loader`` makes it; nothing in it contradicts anything else, or it is not made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.dependencies.model import Dependency
from models.services.model import GATEWAY, Service
from models.services.parts import Port
from models.teams.model import Team
from models.versions.model import Version
from stacks.environments import ENVIRONMENTS


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One service as one environment runs it: ``service`` has that environment's own scaling and resources."""

    environment: str
    service: Service
    team: Team
    version: Version


@dataclass(frozen=True, kw_only=True)
class Call:
    """``source`` opens connections to ``port`` of ``target``: as it says itself, or as the gateway by a route."""

    source: str
    target: str
    port: Port
    reason: Literal["dependency", "route"]


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything by name, names in alphabetical order. ``versions`` is by environment (dev, staging, production)."""

    services: Mapping[str, Service]
    teams: Mapping[str, Team]
    dependencies: Mapping[str, Dependency]
    versions: Mapping[str, Mapping[str, Version]]

    def deployed(self, environment: str) -> tuple[Deployed, ...]:
        """What an environment runs, by name; ``sandbox`` runs what its row in ``stacks.environments`` follows.

        Raises ``ValueError`` for an environment that does not exist.
        """
        if environment not in ENVIRONMENTS:
            raise ValueError(f"{environment!r} is not an environment; use one of {', '.join(ENVIRONMENTS)}")
        followed = ENVIRONMENTS[environment].versions
        return tuple(
            Deployed(
                environment=environment,
                service=self.services[name].in_environment(followed),
                team=self.teams[self.services[name].owner],
                version=version,
            )
            for name, version in sorted(self.versions[followed].items())
        )

    def calls(self) -> tuple[Call, ...]:
        """Who may call whom, and nobody else may: declared dependencies, and the gateway by each route."""
        made: dict[tuple[str, str, str], Call] = {}
        for name, service in self.services.items():
            for need in service.dependencies.services:
                port = self._port(need.name, need.port)
                made[name, need.name, need.port] = Call(source=name, target=need.name, port=port, reason="dependency")
        for name, service in self.services.items():
            for route in service.routes:
                call = Call(source=GATEWAY, target=name, port=self._port(name, route.port), reason="route")
                made.setdefault((GATEWAY, name, route.port), call)
        return tuple(made[key] for key in sorted(made))

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces of the cluster, by name: one for each team, whether it has services yet or not."""
        return tuple(sorted(self.teams))

    def namespaces_using(self, database: str) -> tuple[str, ...]:
        """The namespaces, by name, with a service that declares ``database`` of the access model as a data store."""
        users = {
            service.namespace
            for service in self.services.values()
            if database in {store.database for store in service.data_stores}
        }
        return tuple(sorted(users))

    def namespaces_migrating(self, database: str) -> tuple[str, ...]:
        """The namespace of the service whose deployment migrates ``database``; none where no service does."""
        users = (one for one in self.services.values() if one.migrates and one.migrates.database == database)
        return tuple(sorted({one.namespace for one in users}))

    def owned_by(self, team: str) -> tuple[Service, ...]:
        """The services of a team, by name."""
        return tuple(service for service in self.services.values() if service.owner == team)

    def _port(self, service: str, name: str) -> Port:
        port = self.services[service].port(name)
        if port is None:
            raise ValueError(f"{service} has no port {name}; load_catalog refuses such a catalog")
        return port
