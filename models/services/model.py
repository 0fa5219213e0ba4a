"""A service as ``catalog/services/<name>.yaml`` describes it, and as one environment sees it.

What compares parts of one service is in ``checks``; what compares services, in ``models.catalog``. Which chart and
image an environment runs stands in ``charts/versions``: it changes with each release, and this file does not.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from lib.validation import OneOf
from models.fields import Count, Entry, HttpsUrl, Name, Repository, RunbookPath, Text
from models.services.parts import (
    Cpu,
    DataStore,
    Dependencies,
    LinkName,
    Memory,
    Port,
    Probes,
    Resources,
    RouteOrPath,
    Scaling,
    Secret,
    Slo,
)
from stacks.environments import PROMOTION

Tier = Literal["core", "standard", "experimental"]
"""core: customers notice at once. standard: they notice later. experimental: nobody may rely on it."""
CORE: Final = "core"
EXPERIMENTAL: Final = "experimental"
LEAST_CORE_REPLICAS: Final = 2
GATEWAY: Final = "gateway"
"""The service that takes requests from the internet and hands them on by the routes of the others."""


class ScalingOfEnvironment(Entry):
    """What an environment has other than the rest; the metric is the same everywhere."""

    target: Count | None = None
    min: Count | None = None
    max: Annotated[Count, Field(le=200)] | None = None


class ResourcesOfEnvironment(Entry):
    """What an environment has other than the rest."""

    cpu: Cpu | None = None
    memory: Memory | None = None


class OfEnvironment(Entry):
    """One environment's own scaling and resources: a key that stands here replaces that of the whole service."""

    scaling: ScalingOfEnvironment | None = None
    resources: ResourcesOfEnvironment | None = None


class Service(Entry):
    """One service. Its namespace is its owner's name.

    ``environments`` holds, key by key, what dev, staging or production have other than the rest in ``scaling`` and
    ``resources``; ``in_environment`` applies it. Nothing else differs between environments.
    """

    name: Name
    description: Text
    tier: Tier
    owner: str
    repository: Repository = Field(examples=["nationgraph/billing"])
    ports: tuple[Port, ...] = ()
    routes: tuple[RouteOrPath, ...] = ()
    probes: Probes = Probes()
    shutdown_seconds: Annotated[int, Field(ge=5, le=300, strict=True)] = Field(examples=[30])
    scaling: Scaling
    resources: Resources
    environments: dict[Annotated[str, OneOf(PROMOTION)], OfEnvironment] = Field(default_factory=dict)
    dependencies: Dependencies = Dependencies()
    secrets: tuple[Secret, ...] = ()
    data_stores: tuple[DataStore, ...] = ()
    slos: tuple[Slo, ...] = ()
    runbook: RunbookPath | None = None
    links: dict[LinkName, HttpsUrl] = Field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The Kubernetes namespace: one a team."""
        return self.owner

    def port(self, name: str) -> Port | None:
        """The port of this name."""
        return next((port for port in self.ports if port.name == name), None)

    @property
    def migrates(self) -> DataStore | None:
        """The data store whose schema its deployment brings up to date."""
        return next((store for store in self.data_stores if store.migrates), None)

    def in_environment(self, environment: str) -> "Service":
        """The service with what ``environment`` (dev, staging, production) has of its own, and no other's."""
        own = self.environments.get(environment) or OfEnvironment()
        update = {
            name: getattr(self, name).model_copy(update=part.model_dump(exclude_none=True))
            for name, part in (("scaling", own.scaling), ("resources", own.resources))
            if part is not None
        }
        return self.model_copy(update={**update, "environments": {}})
