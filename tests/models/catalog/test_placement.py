"""Where the services of each tier live: what projects are limited to."""

import pytest

from models.catalog.loader import load_catalog
from models.catalog.placement import namespaces, places
from stacks.environments import PROMOTION
from tests.models.support.catalogs import CatalogFolder


def test_namespaces_are_those_of_the_tiers_services(folder: CatalogFolder) -> None:
    """Each once, in order; every tier is named, whether it has services or not."""
    catalog = folder.read()[0]
    made = namespaces(catalog, "production")
    assert set(made) == {"core", "standard", "experimental"}
    for tier, names in made.items():
        services = [one.service for one in catalog.deployed("production") if one.service.tier == tier]
        assert set(names) == {service.owner for service in services}
        assert list(names) == sorted(names)


@pytest.mark.parametrize("environment", PROMOTION)
def test_clone_has_a_tier_in_several_namespaces(environment: str) -> None:
    """And no service that its project would refuse."""
    catalog = load_catalog()
    made = namespaces(catalog, environment)
    assert len(made["core"]) > 1
    for one in catalog.deployed(environment):
        assert one.version.namespace in made[one.version.tier]


def test_place_is_tier_and_namespace(folder: CatalogFolder) -> None:
    """Of every service that the environment runs, and of no other."""
    catalog = folder.read()[0]
    made = places(catalog, "production")
    services = {one.service.name: one.service for one in catalog.deployed("production")}
    assert made == {name: f"{service.tier}/{service.owner}" for name, service in services.items()}


def test_no_such_environment(folder: CatalogFolder) -> None:
    """An error, and no empty answer."""
    with pytest.raises(ValueError, match="is not an environment"):
        namespaces(folder.read()[0], "prod")
    with pytest.raises(ValueError, match="is not an environment"):
        places(folder.read()[0], "prod")
