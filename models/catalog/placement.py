"""Where services live: by tier, and one by one."""

from typing import get_args

from models.catalog.model import Catalog
from models.services.model import Tier


def namespaces(catalog: Catalog, environment: str) -> dict[str, tuple[str, ...]]:
    """The namespaces of each tier's services in an environment, sorted; empty where a tier has none.

    Raises ``ValueError`` for an environment that does not exist.
    """
    deployed = catalog.deployed(environment)
    return {
        tier: tuple(sorted({one.service.namespace for one in deployed if one.service.tier == tier}))
        for tier in get_args(Tier)
    }


def places(catalog: Catalog, environment: str) -> dict[str, str]:
    """Tier and namespace of each service of an environment, as ``core/payments``, by the service's name.

    Raises ``ValueError`` for an environment that does not exist.
    """
    return {one.service.name: one.version.place for one in catalog.deployed(environment)}
