"""Values are a pure function of the catalog, and what the chart could not take is said by file and key."""

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import pytest

from lib.problems import FileError
from lib.yaml_file import ROOT
from models.access.loader import load_access
from models.access.model import Access
from models.catalog.loader import load_catalog
from models.catalog.model import Catalog
from models.charts.values import problems, tier_cidrs, values
from models.services.parts import Probes
from stacks.environments import ENVIRONMENTS
from stacks.settings import Settings, load_file

SCHEMA = json.loads((ROOT / "charts" / "service" / "1.1.0" / "values.schema.json").read_text(encoding="utf-8"))
DIGEST = f"sha256:{'ab' * 32}"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The company's."""
    return load_catalog()


@pytest.fixture(scope="module")
def access() -> Access:
    """The company's."""
    return load_access()


def settings(stack: str) -> Settings:
    """Of a stack."""
    return load_file(ROOT / "stacks" / f"Pulumi.{stack}.yaml")


def changed(catalog: Catalog, name: str, **update: Any) -> Catalog:
    """The catalog with another description of one service."""
    services = {**catalog.services, name: catalog.services[name].model_copy(update=update)}
    return replace(catalog, services=MappingProxyType(services))


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_the_schema_takes_every_service_and_asks_for_its_digest(catalog: Catalog, access: Access, stack: str) -> None:
    """The digest is no value: it comes from the line of charts/versions."""
    for name in catalog.services:
        made = values(catalog, access, settings(stack), name)
        with pytest.raises(jsonschema.ValidationError, match="'digest' is a required property"):
            jsonschema.validate(made, SCHEMA)
        assert ("migration" in made) == (name == "graph-api")
        for image in (made["image"], made.get("migration", {}).get("image", {})):
            image["digest"] = DIGEST
        jsonschema.validate(made, SCHEMA)


def test_an_environment_has_its_own_size_and_network(catalog: Catalog, access: Access) -> None:
    """Sandbox has the size of dev, and its own addresses."""
    by_stack = {stack: values(catalog, access, settings(stack), "auth") for stack in ENVIRONMENTS}
    assert {stack: made["scaling"]["min"] for stack, made in by_stack.items()} == {
        "sandbox": 2,
        "dev": 2,
        "staging": 2,
        "production": 3,
    }
    assert by_stack["dev"]["dataStores"][0]["cidrs"] == ["10.1.144.0/23", "10.1.146.0/23"]
    assert by_stack["sandbox"]["dataStores"][0]["cidrs"] == ["10.0.144.0/23", "10.0.146.0/23", "10.0.148.0/23"]
    assert tier_cidrs(settings("dev"), "public") == ["10.1.128.0/23", "10.1.130.0/23"]


def test_the_service_that_migrates_a_database_knows_where_it_is(catalog: Catalog, access: Access) -> None:
    """By the instance, whose steps and credential the Job takes, in the environment's own network."""
    made = values(catalog, access, settings("staging"), "graph-api")
    (store,) = made["dataStores"]
    assert made["migration"] == {
        "image": {"repository": "555566667777.dkr.ecr.eu-central-1.amazonaws.com/nationgraph-migrations"},
        "database": "core",
        "cidrs": store["cidrs"],
        "port": store["port"],
    }
    assert (ROOT / "migrations" / made["migration"]["database"]).is_dir()


def test_public_traffic_enters_at_the_gateway_where_there_are_routes(catalog: Catalog, access: Access) -> None:
    """And nowhere, where there are none."""
    stack = settings("production")
    opened = {name for name in catalog.services if "public" in values(catalog, access, stack, name)["ingress"]}
    assert opened == {"gateway"}
    without = catalog
    for name in catalog.services:
        without = changed(without, name, routes=())
    assert "public" not in values(without, access, stack, "gateway")["ingress"]


def test_two_keys_of_one_secret_are_fetched_once(catalog: Catalog, access: Access) -> None:
    """Under the team's name, which is the boundary."""
    (stripe,) = values(catalog, access, settings("production"), "billing")["secrets"]
    assert stripe["source"] == "nationgraph/payments/stripe"
    assert [key["key"] for key in stripe["keys"]] == ["api-key", "webhook-secret"]


@pytest.mark.parametrize(("name", "asks"), [("billing", True), ("ingest", True), ("gateway", False)])
def test_the_agent_is_asked_where_something_needs_it(catalog: Catalog, access: Access, name: str, asks: bool) -> None:  # noqa: FBT001
    """Secrets, data stores, or a dependency that is AWS itself."""
    assert values(catalog, access, settings("production"), name)["egress"]["podIdentity"] is asks


def test_all_that_the_chart_cannot_take_is_said_at_once(catalog: Catalog, access: Access) -> None:
    """A service without probes is right in the catalog where it is not core; no pod of it would be."""
    broken = changed(changed(catalog, "search", probes=Probes()), "gateway", ports=())
    said = [str(problem) for problem in problems(broken)]
    assert [line.split(":")[0] for line in said] == ["catalog/services/search.yaml"] * 3 + [
        "catalog/services/gateway.yaml"
    ]
    assert said[0].startswith("catalog/services/search.yaml: probes.startup: is missing")
    assert "has no port http" in said[-1]
    with pytest.raises(FileError):
        values(broken, access, settings("production"), "search")


def test_values_hold_no_machine(catalog: Catalog, access: Access) -> None:
    """Nothing of the clone that made them."""
    assert str(Path.home()) not in json.dumps(values(catalog, access, settings("dev"), "auth"))
