"""One server for each module."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.migrations.support.site import ROOT, Site, site


@pytest.fixture(scope="module")
def place() -> Iterator[Site]:
    """A server with bootstrapped databases."""
    with site() as made:
        yield made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the steps, to be changed."""
    shutil.copytree(ROOT / "migrations" / "core", tmp_path / "root" / "core")
    return tmp_path / "root"
