"""The catalog of services, as the layers read it."""

from functools import cache

import pulumi

from lib.problems import FileError
from models.catalog.loader import load_catalog
from models.catalog.model import Catalog


@cache
def catalog() -> Catalog:
    """Services, teams and what they need, read once: of a thousand services, that takes seconds.

    A ``RunError`` makes the engine print its problems without a traceback.
    """
    try:
        return load_catalog()
    except FileError as error:
        raise pulumi.RunError(str(error)) from error
