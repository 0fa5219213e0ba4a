"""Backstage takes every entity of the catalog, and each leads to others that are there."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lib.yaml_file import ROOT
from models.access.loader import load_access
from models.catalog.loader import load_catalog
from reports.catalog import backstage
from tests.models.support.catalogs import ACCESS, ORDERS, SHOP, TODAY, CatalogFolder
from toolchain import npm_modules

VALIDATE = Path(__file__).parent / "support" / "validate.cjs"


def small(folder: CatalogFolder) -> list[dict[str, Any]]:
    """The entities of the small catalog."""
    catalog = load_catalog(folder.root, TODAY)
    return backstage.entities(catalog, load_access(folder.root / ACCESS, TODAY))


def company() -> list[dict[str, Any]]:
    """What is committed."""
    return list(yaml.safe_load_all((ROOT / "catalog-info.yaml").read_text(encoding="utf-8")))


def verdicts(entities: list[dict[str, Any]]) -> list[str | None]:
    """What Backstage's own model says against each; skipped where its modules cannot be had."""
    try:
        done = npm_modules.run("backstage", VALIDATE, json.dumps(entities))
    except npm_modules.UnavailableError as error:
        pytest.skip(str(error))
    assert done.returncode == 0, done.stderr
    said: list[str | None] = json.loads(done.stdout)
    return said


def test_backstage_takes_every_entity(folder: CatalogFolder) -> None:
    """Of the company's catalog and of the small one, by the policies and the schema of each kind."""
    entities = [*company(), *small(folder)]
    assert [line for line in verdicts(entities) if line] == []
    assert {entity["kind"] for entity in entities} == {"API", "Component", "Group", "Resource", "System", "User"}


def test_backstage_would_refuse_what_is_wrong() -> None:
    """The check can fail: a missing key, a wrong type, a name and a root field that it does not know."""
    component = next(entity for entity in company() if entity["kind"] == "Component")
    changes: list[tuple[list[str], Any]] = [
        (["spec", "owner"], None),
        (["spec", "dependsOn"], "component:auth"),
        (["metadata", "name"], "a name"),
        (["metadata", "labels"], {"nationgraph.io/tier": "a b"}),
        (["status"], {}),
        (["apiVersion"], "v1"),
    ]
    wrong = []
    for way, value in changes:
        entity = copy.deepcopy(component)
        at = entity
        for step in way[:-1]:
            at = at[step]
        at[way[-1]] = value
        wrong.append(entity)
    assert all(verdicts(wrong))
    assert verdicts([component]) == [None]


def _references(entity: dict[str, Any]) -> Iterator[str]:
    spec = entity["spec"]
    yield from filter(None, [spec.get("owner"), f"system:{spec['system']}" if "system" in spec else None])
    yield from spec.get("dependsOn", [])
    yield from (f"api:{name}" for name in spec.get("providesApis", []))
    yield from (f"user:{name}" for name in spec.get("members", []))
    yield from (f"group:{name}" for name in spec.get("memberOf", []))


def test_every_reference_leads_to_an_entity(folder: CatalogFolder) -> None:
    """Owners, systems, dependencies, APIs, members: none dangles, and no two entities share kind and name."""
    for entities in (company(), small(folder)):
        names = [f"{entity['kind'].lower()}:{entity['metadata']['name']}" for entity in entities]
        assert sorted(set(names)) == sorted(names)
        assert {name for entity in entities for name in _references(entity)} - set(names) == set()


def test_a_service_is_shown_as_it_is(folder: CatalogFolder) -> None:
    """What it needs, who owns it, its tier, its runbook, and the routes that lead to it."""
    by_ref = {(entity["kind"], entity["metadata"]["name"]): entity for entity in small(folder)}
    orders = by_ref["Component", "orders"]
    assert orders["spec"] == {
        "type": "service",
        "lifecycle": "production",
        "owner": "group:shop",
        "system": "nationgraph",
        "dependsOn": ["component:pages", "resource:bank", "resource:store"],
        "providesApis": ["orders"],
    }
    assert orders["metadata"]["labels"] == {"nationgraph.io/tier": "core"}
    links = {link["title"]: link["url"] for link in orders["metadata"]["links"]}
    assert links["Runbook"].endswith("/blob/main/docs/runbooks/service-orders.md")
    assert links["Dashboard"] == "https://grafana.acme.example/d/orders"
    assert by_ref["API", "orders"]["spec"]["definition"] == "/v1/orders: port http of orders\n"
    assert ("API", "gateway") not in by_ref
    assert "links" not in by_ref["Component", "pages"]["metadata"]
    assert by_ref["Component", "trial"]["spec"]["lifecycle"] == "experimental"
    assert by_ref["Resource", "bank"]["metadata"]["labels"] == {"nationgraph.io/critical": "true"}


def test_people_are_those_of_list_or_group(folder: CatalogFolder) -> None:
    """A team names its people, or a group of the access model; a plus sign is none of Backstage's names."""
    folder.edit(ACCESS, "ada@acme.example, bob", "ada+x@acme.example, bob")
    folder.edit(SHOP, "[ada, bob]", "[ada+x]")
    entities = {(entity["kind"], entity["metadata"]["name"]): entity["spec"] for entity in small(folder)}
    assert entities["Group", "shop"]["members"] == ["ada.x"]
    assert entities["Group", "ops"]["members"] == ["ada.x", "bob"]
    assert entities["User", "ada.x"]["memberOf"] == ["ops", "shop"]
    assert entities["User", "ada.x"]["profile"]["email"] == "ada+x@acme.example"


def test_without_a_gateway_some_team_owns_the_system(folder: CatalogFolder) -> None:
    """A catalog without routes needs no gateway."""
    for file in (folder.root / "catalog/services").iterdir():
        text = re.sub(r"^routes: .*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")
    (folder.root / "catalog/services/gateway.yaml").unlink()
    for file in (folder.root / "charts/versions").iterdir():
        file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if "gateway" not in line))
    assert folder.text(ORDERS)
    (system,) = [entity for entity in small(folder) if entity["kind"] == "System"]
    assert system["spec"]["owner"] == "group:ops"


@pytest.mark.parametrize("folder", sorted(npm_modules.FOLDER.iterdir()), ids=lambda folder: folder.name)
def test_the_lock_names_no_registry(folder: Path) -> None:
    """Npm's own setting says where from; each package is pinned by its hash."""
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert [package["resolved"] for package in packages.values() if "resolved" in package] == []


def test_modules_that_cannot_be_had_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without node, and without a registry: one message each, and nothing half installed in the cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    if npm_modules.shutil.which("npm"):
        with pytest.raises(npm_modules.UnavailableError, match="Installing backstage from npm: npm exited with"):
            npm_modules.install("backstage")
        assert [path for path in (tmp_path / "cache/nationgraph-platform").iterdir() if path.name.endswith("e")] == []
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(npm_modules.UnavailableError, match="node and npm not on PATH; install Node"):
        npm_modules.install("backstage")
