"""A catalog of its own for each test."""

from pathlib import Path

import pytest

from tests.models.support.catalogs import CatalogFolder


@pytest.fixture
def folder(tmp_path: Path) -> CatalogFolder:
    """Free to break."""
    return CatalogFolder(tmp_path)
