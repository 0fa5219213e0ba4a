"""``make service``: whatever name is chosen, the whole catalog stays valid; nothing is ever overwritten."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import application as cli
from cli import new_service
from cli.commands import service
from cli.new_service import RefusedError, create
from lib.problems import FileError
from models.catalog.loader import load_catalog
from models.fields import LONGEST_NAME, NAME
from models.versions.model import NO_IMAGE
from reports.catalog import code_owners
from reports.catalog.__main__ import write
from tests.models.support.catalogs import DEV, FILES, ORDERS, CatalogFolder, catalog_folder
from tests.support.depth import DEEP
from tests.test_documents import ROOT

__all__ = ["catalog_folder"]

OWNERS = f"* @acme/ops\n{code_owners.MARKERS.begin}\n{code_owners.MARKERS.end}\n"
TAKEN = {"gateway", "orders", "pages", "trial", "bank", "post"}
names = st.from_regex(NAME, fullmatch=True).filter(lambda name: 2 <= len(name) <= LONGEST_NAME and name not in TAKEN)


def prepared(folder: CatalogFolder) -> CatalogFolder:
    """The small catalog with what is generated from it."""
    folder.write("CODEOWNERS", OWNERS)
    write(folder.root)
    return folder


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file and what it holds."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@settings(max_examples=100 if DEEP else 12, deadline=None)
@given(chosen=st.lists(names, min_size=1, max_size=3, unique=True), team=st.sampled_from(["ops", "shop"]))
def test_any_name_makes_a_valid_service(chosen: list[str], team: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Alone or one after the other: the catalog is right, its exports are fresh, and only new files are there."""
    folder = prepared(CatalogFolder(tmp_path_factory.mktemp("clone")))
    before = snapshot(folder.root)
    for name in chosen:
        if name in {"on", "no", "off", "yes", "null", "true", "false"}:
            with pytest.raises(RefusedError, match="is no name of a service"):
                create(folder.root, name, team)
            return
        written = create(folder.root, name, team)
        assert written.paths[:2] == (f"catalog/services/{name}.yaml", f"docs/runbooks/service-{name}.md")
    catalog = load_catalog(folder.root)
    assert write(folder.root, check=True) == []
    after = snapshot(folder.root)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {DEV, "catalog-info.yaml", "CODEOWNERS"}
    assert set(before) <= set(after)
    for name in chosen:
        made = catalog.services[name]
        assert (made.owner, made.tier, len(made.probes.given())) == (team, "experimental", 3)
        version = catalog.versions["dev"][name]
        assert (version.chart, version.image) == ("2.0.0", NO_IMAGE)
        assert name not in catalog.versions["staging"]
        with pytest.raises(RefusedError, match="is taken: it is a service"):
            create(folder.root, name, team)
    assert snapshot(folder.root) == after


@pytest.mark.parametrize(
    ("name", "team", "says"),
    [
        ("Orders", "shop", "is no name of a service: use lower-case letters"),
        ("orders_2", "shop", "is no name of a service"),
        ("../orders", "shop", "is no name of a service"),
        ("x", "shop", "is no name of a service"),
        ("x" * 41, "shop", "is no name of a service"),
        ("a--b", "shop", "is no name of a service"),
        ("null", "shop", "is no name of a service"),
        ("orders", "shop", "NAME=orders is taken: it is a service"),
        ("bank", "shop", "NAME=bank is taken: it is an external dependency"),
        ("invoices", "shp", "is no team of catalog/teams: did you mean shop?"),
        ("invoices", "zzzz", "is no team of catalog/teams: use one of ops, shop"),
        ("noted", "shop", "docs/runbooks/service-noted.md is there already; remove it"),
    ],
)
def test_what_cannot_be_is_refused(folder: CatalogFolder, name: str, team: str, says: str) -> None:
    """One reason, and no file is touched."""
    prepared(folder).write("docs/runbooks/service-noted.md", "# Mine\n")
    before = snapshot(folder.root)
    with pytest.raises(RefusedError, match=re.escape(says)):
        create(folder.root, name, team)
    assert snapshot(folder.root) == before


def test_a_catalog_that_is_wrong_is_not_added_to(folder: CatalogFolder) -> None:
    """Its own problems come first."""
    prepared(folder).edit(ORDERS, "tier: core", "tier: cor")
    before = snapshot(folder.root)
    with pytest.raises(FileError, match="did you mean core"):
        create(folder.root, "invoices", "shop")
    assert snapshot(folder.root) == before


def test_a_failure_half_way_leaves_nothing(folder: CatalogFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written is taken back."""
    prepared(folder)
    before = snapshot(folder.root)

    def fail(_root: Path) -> list[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new_service, "write_exports", fail)
    with pytest.raises(OSError, match="No space"):
        create(folder.root, "invoices", "shop")
    assert snapshot(folder.root) == before


def test_without_a_release_the_chart_is_the_one_that_runs(folder: CatalogFolder) -> None:
    """A clone without charts/service; pre-releases are for those who try them."""
    prepared(folder)
    (folder.root / "charts/service/3.0.0-rc.1").mkdir()
    create(folder.root, "first", "shop")
    for path in (folder.root / "charts/service").iterdir():
        path.rmdir()
    (folder.root / "charts/service").rmdir()
    folder.write(DEV, FILES[DEV])
    (folder.root / "catalog/services/first.yaml").unlink()
    create(folder.root, "second", "shop")
    assert load_catalog(folder.root).versions["dev"]["second"].chart == "1.1.0"


def test_the_command_says_what_it_wrote(
    folder: CatalogFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what comes next; without a name or a team, how it is called."""
    monkeypatch.setattr(service, "ROOT", prepared(folder).root)
    monkeypatch.delenv("NAME", raising=False)
    monkeypatch.setenv("TEAM", "shop")
    assert cli.main(["service"]) == 2
    assert "NAME not given; write make service NAME=invoices TEAM=payments" in capsys.readouterr().err
    assert cli.main(["service", "--name", "invoices"]) == 0
    said = capsys.readouterr().out
    assert "wrote catalog/services/invoices.yaml" in said
    assert cli.main(["service", "--name", "invoices"]) == 2
    assert "is taken" in capsys.readouterr().err


def test_what_it_writes_is_what_the_company_writes() -> None:
    """The file of a new service has the keys of the others, in their order."""
    keys = re.findall(r"^([a-zA-Z]+):", new_service.SERVICE, re.MULTILINE)
    billing = (ROOT / "catalog/services/billing.yaml").read_text(encoding="utf-8")
    assert keys == [key for key in re.findall(r"^([a-zA-Z]+):", billing, re.MULTILINE) if key in keys]
