"""Versions follow the catalog, the released charts, and the order of the environments."""

import shutil

import pytest

from tests.models.support.catalogs import DEV, FILES, PRODUCTION, STAGING, CatalogFolder
from tests.models.support.mistakes import TRIAL_LINE


def test_a_versions_file_that_is_gone_is_said(folder: CatalogFolder) -> None:
    """Once: nothing is compared with it."""
    (folder.root / STAGING).unlink()
    (line,) = folder.problems()
    assert line.startswith(f"{STAGING}: does not exist")


@pytest.mark.parametrize("file", [DEV, STAGING, PRODUCTION])
def test_each_service_runs_in_each_environment(folder: CatalogFolder, file: str) -> None:
    """A line that is lost is missed: every application is somebody's."""
    line = next(line for line in FILES[file].splitlines(keepends=True) if "pages" in line)
    folder.edit(file, line, "")
    lines = folder.problems()
    assert f"{file}: has no line for pages" in lines[0]
    assert "add - {service: pages, tier: standard, namespace: shop, " in lines[0]


def test_an_experimental_service_is_promoted_step_by_step(folder: CatalogFolder) -> None:
    """Dev alone, then staging, then production; in dev from its first day."""
    folder.edit(STAGING, "- {service: pages", TRIAL_LINE + "- {service: pages")
    assert "3.service: 'pages': stands below trial" in folder.problems()[0]
    folder.write(STAGING, FILES[STAGING])
    folder.write(PRODUCTION, FILES[PRODUCTION] + TRIAL_LINE)
    (line,) = folder.problems()
    assert "4: 3.service: 'trial': runs in production and not in staging, where it is tried first" in line
    folder.write(PRODUCTION, FILES[PRODUCTION])
    folder.write(STAGING, FILES[STAGING] + TRIAL_LINE)
    assert folder.problems() == []
    folder.write(PRODUCTION, FILES[PRODUCTION] + TRIAL_LINE)
    assert folder.problems() == []
    folder.edit(DEV, TRIAL_LINE, "")
    assert "dev.yaml: has no line for trial; fix" in folder.problems()[0]


def test_a_new_service_has_no_image_in_dev_yet(folder: CatalogFolder) -> None:
    """Its line is there before its first image."""
    folder.edit(DEV, TRIAL_LINE, TRIAL_LINE.replace("b" * 64, "0" * 64))
    assert folder.problems() == []


def test_charts_that_are_not_there_at_all_are_not_judged(folder: CatalogFolder) -> None:
    """The seed of the charts repository may be elsewhere; a folder without releases is no reason to be silent."""
    shutil.rmtree(folder.root / "charts/service")
    assert folder.problems() == []
    (folder.root / "charts/service").mkdir()
    assert len(folder.problems()) == 10
    assert "the newest is none" in folder.problems()[0]


def test_a_skipped_minor_counts_only_where_it_was_released(folder: CatalogFolder) -> None:
    """1.1 to 2.0 is one step where no 1.2 was made, and so is any distance between neighbours."""
    folder.edit(DEV, "1.1.0, image: sha256:a", "2.0.0, image: sha256:a")
    (line,) = folder.problems()
    assert "is 2 minor releases behind 2.0.0 of dev, at most 1 allowed" in line
    (folder.root / "charts/service/1.2.0").rmdir()
    assert folder.problems() == []


def test_a_prerelease_comes_before_its_release(folder: CatalogFolder) -> None:
    """Staging may not run 1.1.0 while dev tries 1.1.0-rc.1."""
    for version in ("1.1.0-rc.1", "1.1.0-rc.10", "1.1.0-rc.9"):
        (folder.root / "charts/service" / version).mkdir()
    folder.edit(DEV, "1.1.0, image: sha256:a", "1.1.0-rc.9, image: sha256:a")
    (line,) = folder.problems()
    assert "'1.1.0': is newer than 1.1.0-rc.9 of dev" in line
    folder.edit(STAGING, "1.1.0, image: sha256:a", "1.1.0-rc.10, image: sha256:a")
    (line,) = folder.problems()
    assert "'1.1.0-rc.10': is newer than 1.1.0-rc.9 of dev" in line
    folder.edit(DEV, "1.1.0-rc.9, image: sha256:a", "1.1.0-rc.10, image: sha256:a")
    assert folder.problems() == []


def test_a_thousand_services_are_read(folder: CatalogFolder) -> None:
    """A program writes the file, which is larger than what people write by hand."""
    line = FILES[DEV].splitlines()[0]
    folder.write(DEV, "".join(f"{line.replace('gateway', f's-{number:04}')}\n" for number in range(1000)))
    assert all("there is no such service" in problem or "has no line" in problem or "staging" in problem
               for problem in folder.problems())  # fmt: skip
