"""Where the services of each tier live."""

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
