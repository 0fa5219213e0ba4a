"""A small catalog for the tests."""

from tests.models.support.catalogs import catalog_folder

__all__ = ["catalog_folder"]
