"""The catalog refuses what contradicts itself: one mistake is one line with file, line, key, value and fix."""

import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.problems import FileError
from models.catalog.loader import load_catalog
from tests.models.support.catalogs import (
    BANK,
    DEV,
    FILES,
    GATEWAY,
    ORDERS,
    PAGES,
    POST,
    SHOP,
    STAGING,
    TODAY,
    TRIAL,
    CatalogFolder,
)
from tests.models.support.mistakes import FORM, MEANING, Mistake
from tests.support.depth import DEEP

SERVICES = (GATEWAY, ORDERS, PAGES, TRIAL)


@pytest.mark.parametrize("mistake", [*FORM, *MEANING], ids=lambda mistake: f"{mistake[0]}: {mistake[2][:40]!r}")
def test_one_mistake_is_one_line(folder: CatalogFolder, mistake: Mistake) -> None:
    """Where the wrong value stands, with what to write instead; nothing else is wrong because of it."""
    file, before, after, start, fix = mistake
    folder.edit(file, before, after)
    lines = [line.partition(":")[2] for line in folder.problems()]
    assert len(lines) == 1, folder.problems()
    assert lines[0].startswith(start)
    assert fix in lines[0].partition("; fix: ")[2]


def test_what_is_right_has_no_problems(folder: CatalogFolder) -> None:
    """The small catalog, and the company's own."""
    assert folder.problems() == []
    assert len(load_catalog(folder.root, TODAY).services) == len(SERVICES)
    assert len(load_catalog().services) >= 10


def test_every_problem_of_every_file_is_reported_at_once(folder: CatalogFolder) -> None:
    """Also those of the access model, in the order of the files."""
    for file, before, after, *_ in {mistake[0]: mistake for mistake in FORM}.values():
        folder.edit(file, before, after)
    folder.edit("catalog/access.yaml", "kind: machines", "kind: robots")
    folder.edit(POST, "owner: shop", "owner: nobody")
    folder.edit(STAGING, "chart: 1.1.0", "chart: 7.0.0")
    with pytest.raises(FileError) as caught:
        load_catalog(folder.root, TODAY)
    files = [problem.file.removeprefix(f"{folder.root}/") for problem in caught.value.problems]
    assert files == sorted(files)
    assert {"catalog/access.yaml", ORDERS, SHOP, BANK, POST, DEV, STAGING} <= set(files)


@pytest.mark.parametrize("file", [ORDERS, SHOP, BANK, DEV])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# nothing\n",
        b"7\n",
        b"text\n",
        b"name: a\x00b\n",
        "name: caf\u00e9\n".encode("latin-1"),
        b"a: &a [*a]\n",
        b"a: &a [x]\nb: *a\n",
        b"a: !x b\n",
        b"\tname: x\n",
        b"? [a]\n: b\n",
        b"'': x\n",
        b"name: x\n---\nname: y\n",
        b"<<: {name: x}\n",
        "name: a\u200bb\n".encode(),
        b"[" * 5000,
        b"name: " + b"x" * 5_000_000,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_file_of_another_form_is_said_once(folder: CatalogFolder, file: str, content: bytes) -> None:
    """With its name, briefly; what refers to it is not wrong again, except the versions that a list has lost."""
    folder.write(file, content)
    lines = folder.problems()
    assert lines
    assert all(line.startswith(f"{file}:") and len(line) < 500 for line in lines), lines
    assert len(lines) == 1 or file == DEV or content.startswith((b"name", b"''")), lines


def test_a_file_with_another_ending_or_a_folder_is_refused(folder: CatalogFolder) -> None:
    """Nothing is left out in silence."""
    shutil.move(folder.root / ORDERS, folder.root / "catalog/services/orders.yml")
    (folder.root / "catalog/services/more.yaml").mkdir()
    (folder.root / "catalog/services/.orders.yaml.swp").write_text("x")
    lines = folder.problems()
    assert "catalog/services/more.yaml: is a folder; fix: put the file in its place" in lines
    assert any("catalog/services/orders.yml: is no file that is read here; fix: call it" in line for line in lines)


@pytest.mark.parametrize("name", ["services", "teams", "dependencies"])
def test_a_folder_that_is_gone_or_empty_is_said(folder: CatalogFolder, name: str) -> None:
    """By its name; the program never takes it for a company without services."""
    path = folder.root / "catalog" / name
    shutil.rmtree(path)
    assert f"catalog/{name}: is not a folder; fix: restore it" in "\n".join(folder.problems())
    path.mkdir()
    assert f"catalog/{name}: has no files; fix: restore them" in "\n".join(folder.problems())


@pytest.mark.parametrize(
    ("edits", "cycle"),
    [
        ({ORDERS: ("services: [pages]", "services: [pages, gateway]")}, "gateway -> orders -> gateway"),
        (
            {
                ORDERS: ("services: [pages]", "services: [pages]"),
                PAGES: ("tier: standard", "tier: standard"),
            },
            None,
        ),
        ({PAGES: ("external: [post]", "services: [gateway], external: [post]")}, None),
    ],
)
def test_a_cycle_of_core_services_is_named(
    folder: CatalogFolder, edits: dict[str, tuple[str, str]], cycle: str | None
) -> None:
    """Core services alone: one that is not core may be started later, and a route is no dependency."""
    for file, (before, after) in edits.items():
        folder.edit(file, before, after)
    lines = folder.problems()
    assert len(lines) == (cycle is not None)
    assert all(f"closes a cycle of core services: {cycle}; fix: remove one" in line for line in lines)


def _core(name: str, needs: list[str]) -> str:
    text = FILES[GATEWAY].replace("name: gateway", f"name: {name}").replace("service-gateway", "service-orders")
    return text.replace("services: [orders]", f"services: [{', '.join(needs)}]")


@settings(max_examples=100 if DEEP else 15, deadline=None)
@given(edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda edge: edge[0] != edge[1])))
def test_a_cycle_is_found_exactly_where_one_is(
    tmp_path_factory: pytest.TempPathFactory, edges: set[tuple[int, int]]
) -> None:
    """Any graph of core services, against a second way to decide it: taking away what needs nothing."""
    folder = CatalogFolder(tmp_path_factory.mktemp("graph"))
    needs = {node: sorted(other for source, other in edges if source == node) for node in range(6)}
    for node, others in needs.items():
        folder.write(f"catalog/services/core-{node}.yaml", _core(f"core-{node}", [f"core-{other}" for other in others]))
    lines = [line for line in folder.problems() if "cycle" in line]
    left = dict(needs)
    while free := [node for node, others in left.items() if not set(others) & left.keys()]:
        left = {node: others for node, others in left.items() if node not in free}
    assert bool(lines) == bool(left)
    named: Counter[str] = Counter()
    for line in lines:
        steps = line.partition("core services: ")[2].partition(";")[0].split(" -> ")
        assert steps[0] == steps[-1]
        assert all((int(a[-1]), int(b[-1])) in edges for a, b in pairwise(steps))
        named.update(steps[:-1])
    assert all(times == 1 for times in named.values())


def test_routes_need_a_gateway(folder: CatalogFolder) -> None:
    """Where no service takes requests from the internet, no path leads anywhere."""
    (folder.root / GATEWAY).unlink()
    lines = [line for line in folder.problems() if "routes" in line]
    assert len(lines) == 3
    assert all("lead from gateway, and there is no such service" in line for line in lines)


def test_a_name_that_two_kinds_share_is_refused(folder: CatalogFolder) -> None:
    """A service called as an external dependency."""
    folder.write("catalog/dependencies/pages.yaml", FILES[POST].replace("post", "pages"))
    assert "is the name of an external dependency too" in "\n".join(folder.problems())


@pytest.mark.parametrize(
    ("before", "after", "role", "refused"),
    [
        ("role: writer", "role: reader", "writer", True),
        ("role: writer", "role: reader", "reader", False),
        ("role: writer", "role: owner", "writer", False),
        ("owner: staff}", "owner: staff, environments: [dev]}", "writer", True),
        ("group: pods", "group: staff", "writer", True),
    ],
)
def test_a_data_store_is_one_that_workloads_are_granted(
    folder: CatalogFolder,
    before: str,
    after: str,
    role: str,
    refused: bool,  # noqa: FBT001
) -> None:
    """The role that the service needs, in every environment, for workloads."""
    folder.edit("catalog/access.yaml", before, after)
    folder.edit(ORDERS, "role: writer", f"role: {role}")
    lines = folder.problems()
    assert len(lines) == refused
    assert all(f"no grant of catalog/access.yaml lets workloads be {role} of store in" in line for line in lines)


@pytest.mark.parametrize("name", ["kube-system", "default", "argocd", "core"])
def test_a_team_is_no_namespace_of_the_cluster(folder: CatalogFolder, name: str) -> None:
    """Nor the name under which the platform keeps its own secrets."""
    folder.write(f"catalog/teams/{name}.yaml", FILES[SHOP].replace("name: shop", f"name: {name}"))
    (line,) = folder.problems()
    assert f"catalog/teams/{name}.yaml:1: name: '{name}': is a name that the cluster" in line


def test_nothing_is_said_of_people_where_the_access_model_is_wrong(folder: CatalogFolder, tmp_path: Path) -> None:
    """Its own reader speaks."""
    folder.write("catalog/access.yaml", "groups: 7\n")
    with pytest.raises(FileError) as caught:
        load_catalog(folder.root, TODAY)
    assert {problem.file for problem in caught.value.problems} == {f"{tmp_path}/catalog/access.yaml"}
