"""What the joined catalog answers: what runs where, who calls whom, and that nothing in it can be changed."""

from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from models.catalog.model import Catalog
from models.services.parts import Resources
from stacks.environments import ENVIRONMENTS, PROMOTION
from tests.models.support.catalogs import A, CatalogFolder


@pytest.fixture
def catalog(folder: CatalogFolder) -> Catalog:
    """The small one."""
    return folder.read()[0]


def test_an_environment_runs_its_own_versions(catalog: Catalog) -> None:
    """By name, each with its team; what is not promoted is not there."""
    deployed = catalog.deployed("production")
    assert [one.service.name for one in deployed] == ["gateway", "orders", "pages"]
    assert [one.version.chart for one in deployed] == ["1.0.0", "1.0.1", "1.1.0"]
    assert [one.team.name for one in deployed] == ["ops", "shop", "shop"]
    assert deployed[0].version.image == A
    assert {one.environment for one in deployed} == {"production"}


def test_the_sandbox_runs_what_its_row_says(catalog: Catalog) -> None:
    """Dev's lines under the sandbox's name; every environment follows one that has lines of its own."""
    assert [one.version for one in catalog.deployed("sandbox")] == [one.version for one in catalog.deployed("dev")]
    assert {one.environment for one in catalog.deployed("sandbox")} == {"sandbox"}
    assert PROMOTION == ("dev", "staging", "production")
    assert {row.versions for row in ENVIRONMENTS.values()} == set(PROMOTION)
    with pytest.raises(ValueError, match="'prod' is not an environment; use one of sandbox"):
        catalog.deployed("prod")


def test_a_key_of_an_environment_replaces_that_of_the_service(catalog: Catalog) -> None:
    """Key by key, in that environment alone; the rest is the service's."""
    by_environment = {name: {one.service.name: one.service for one in catalog.deployed(name)} for name in ENVIRONMENTS}
    orders = by_environment["production"]["orders"]
    assert (orders.scaling.min, orders.scaling.max, orders.scaling.target) == (3, 8, 70)
    assert (orders.resources.cpu, orders.resources.memory) == ("250m", "1Gi")
    for name in ("sandbox", "dev", "staging"):
        other = by_environment[name]["orders"]
        assert (other.scaling.min, other.resources.memory) == (2, "512Mi")
        assert other.model_copy(update={"scaling": 0, "resources": 0}) == orders.model_copy(
            update={"scaling": 0, "resources": 0}
        )


def test_calls_are_declared_dependencies_and_routes(catalog: Catalog) -> None:
    """Each once, sorted, with the port that is opened; a dependency of the gateway is no second call by its route."""
    assert [(call.source, call.target, call.port.port, call.reason) for call in catalog.calls()] == [
        ("gateway", "orders", 8080, "dependency"),
        ("gateway", "pages", 8080, "route"),
        ("gateway", "trial", 8080, "route"),
        ("orders", "pages", 8080, "dependency"),
        ("trial", "orders", 8081, "dependency"),
        ("trial", "pages", 8080, "dependency"),
    ]


def test_what_a_team_owns(catalog: Catalog) -> None:
    """Its services by name, their namespace, and where its secrets are."""
    orders, pages, trial = catalog.owned_by("shop")
    assert (orders.name, pages.name, trial.name) == ("orders", "pages", "trial")
    assert orders.namespace == "shop"
    assert orders.secrets[0].source(orders.owner) == "nationgraph/shop/bank"
    assert catalog.owned_by("nobody") == ()


def test_namespaces_are_those_of_teams(catalog: Catalog) -> None:
    """Of every team; and of a database, of teams with a service that declares it."""
    assert catalog.namespaces == tuple(sorted(catalog.teams))
    assert set(catalog.namespaces) > set(catalog.namespaces_using("store"))
    assert catalog.namespaces_using("store") == ("shop",)
    assert catalog.namespaces_using("other") == ()


def test_quantities_are_numbers_too() -> None:
    """Thousandths of a core, and MiB."""
    assert Resources(cpu="1500m", memory="2Gi").millicores == 1500
    assert Resources(cpu="1500m", memory="2Gi").mebibytes == 2048
    assert Resources(cpu="1500m", memory="64Mi").mebibytes == 64


def test_nothing_can_be_changed(catalog: Catalog) -> None:
    """Neither the catalog, nor its mappings, nor an entry."""
    with pytest.raises(FrozenInstanceError):
        catalog.services = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        catalog.services["x"] = catalog.services["orders"]  # type: ignore[index]
    with pytest.raises(TypeError):
        catalog.versions["dev"]["x"] = catalog.versions["dev"]["orders"]  # type: ignore[index]
    with pytest.raises(ValidationError):
        catalog.services["orders"].tier = "standard"  # type: ignore[misc]


def test_a_line_is_written_as_it_is_read(folder: CatalogFolder, catalog: Catalog) -> None:
    """What a promotion writes is what the file holds."""
    lines = folder.text("charts/versions/dev.yaml").splitlines()
    assert [version.line() for version in catalog.versions["dev"].values()] == lines
