"""``catalog-info.yaml`` and CODEOWNERS are what the catalog says, and are written by one command."""

import pytest

from lib.yaml_file import ROOT
from reports.catalog import code_owners
from reports.catalog.__main__ import main, write
from tests.models.support.catalogs import ORDERS, CatalogFolder

OWNERS = f"* @acme/ops\n{code_owners.MARKERS.begin}\n{code_owners.MARKERS.end}\n/CODEOWNERS @acme/ops\n"


@pytest.fixture
def clone(folder: CatalogFolder) -> CatalogFolder:
    """The small catalog, with owners that are not written yet."""
    folder.write("CODEOWNERS", OWNERS)
    return folder


def test_what_is_committed_is_fresh() -> None:
    """Whoever changes the catalog runs the command; `make check` says so."""
    assert write(ROOT, check=True) == []
    assert main(["--check"]) == 0


def test_stale_files_are_named_and_written(clone: CatalogFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """The check writes nothing."""
    assert main(["--check"], clone.root) == 1
    said = capsys.readouterr().err
    assert "catalog-info.yaml: is not what the catalog says; run python -m reports.catalog" in said
    assert "CODEOWNERS: is not" in said
    assert not (clone.root / "catalog-info.yaml").exists()
    assert main([], clone.root) == 0
    assert main(["--check"], clone.root) == 0
    clone.edit(ORDERS, "acme/orders", "acme/sales")
    assert main(["--check"], clone.root) == 1
    assert "CODEOWNERS" not in capsys.readouterr().err


def test_each_file_is_owned_by_its_team(clone: CatalogFolder) -> None:
    """Services, their runbooks, external dependencies and teams; what people wrote around stays."""
    main([], clone.root)
    text = clone.text("CODEOWNERS")
    owned = dict(line.split() for line in text.splitlines() if line.startswith("/"))
    assert owned == {
        "/catalog/services/gateway.yaml": "@acme/ops",
        "/docs/runbooks/service-gateway.md": "@acme/ops",
        "/catalog/services/orders.yaml": "@acme/shop",
        "/docs/runbooks/service-orders.md": "@acme/shop",
        "/catalog/services/pages.yaml": "@acme/shop",
        "/catalog/services/trial.yaml": "@acme/shop",
        "/catalog/dependencies/bank.yaml": "@acme/shop",
        "/catalog/dependencies/post.yaml": "@acme/shop",
        "/catalog/teams/ops.yaml": "@acme/ops",
        "/catalog/teams/shop.yaml": "@acme/shop",
        "/CODEOWNERS": "@acme/ops",
    }
    assert text.startswith("* @acme/ops\n")
    assert text.index("catalog:end") < text.index("/CODEOWNERS")


@pytest.mark.parametrize("change", ["catalog", "markers"])
def test_what_cannot_be_written_is_said(clone: CatalogFolder, change: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A catalog that is wrong, and owners without markers: one message, nothing written."""
    if change == "catalog":
        clone.edit(ORDERS, "tier: core", "tier: cor")
    else:
        clone.write("CODEOWNERS", "* @acme/ops\n")
    assert main([], clone.root) == 1
    said = capsys.readouterr().err
    assert ("did you mean core?" if change == "catalog" else "CODEOWNERS: needs '# catalog:begin") in said
    assert not (clone.root / "catalog-info.yaml").exists()
