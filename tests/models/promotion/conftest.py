"""A small catalog whose stages differ."""

import pytest

from models.promotion.freight import Pipeline, load
from tests.models.support.catalogs import CatalogFolder, catalog_folder

__all__ = ["catalog_folder"]


@pytest.fixture
def pipeline(folder: CatalogFolder) -> Pipeline:
    """Its stages: dev runs orders 1.1.0, staging 1.0.1; staging gateway 1.1.0, production 1.0.0; dev alone trial."""
    return load(folder.root / "charts", folder.root)
