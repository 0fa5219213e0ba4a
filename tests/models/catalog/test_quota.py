"""A team may run what its services can take in a rollout, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalog.loader import load_catalog
from models.catalog.model import Catalog
from models.catalog.quota import quota
from stacks.environments import ENVIRONMENTS
from tests.models.support.catalogs import CatalogFolder


def test_most_replicas_in_a_rollout_and_a_migration_each(folder: CatalogFolder) -> None:
    """Replicas and a quarter more, rounded up as Kubernetes does; each service's own resources."""
    catalog = folder.read()[0]
    mine = [one for one in catalog.deployed("production") if one.team.name == "shop"]
    pods = cpu = memory = 0
    for one in mine:
        most = one.service.scaling.max
        replicas = most + -(-most // 4)
        pods += replicas + 1
        cpu += replicas * one.service.resources.millicores + 100
        memory += replicas * one.service.resources.mebibytes + 256
    found = quota(catalog, "production", "shop")
    assert len(mine) == 2
    assert (found.pods, found.millicores, found.mebibytes) == (pods, cpu, memory)


def test_a_team_without_services_may_try_one_pod(folder: CatalogFolder) -> None:
    """Nought would say that the namespace is broken."""
    found = quota(folder.read()[0], "dev", "nobody")
    assert (found.pods, found.millicores, found.mebibytes) == (1, 100, 256)


@given(st.sampled_from(sorted(ENVIRONMENTS)))
def test_every_team_has_room_for_its_least(environment: str) -> None:
    """In every environment of the real catalog the least replicas of all services fit, with one of each replaced."""
    catalog: Catalog = load_catalog()
    for team in catalog.teams:
        least = [one.service for one in catalog.deployed(environment) if one.team.name == team]
        found = quota(catalog, environment, team)
        assert found.pods > sum(service.scaling.min for service in least)
        assert found.millicores > sum((service.scaling.min + 1) * service.resources.millicores for service in least)


def test_an_unknown_environment_is_refused(folder: CatalogFolder) -> None:
    """As everywhere."""
    with pytest.raises(ValueError, match="'prod' is not an environment"):
        quota(folder.read()[0], "prod", "shop")
