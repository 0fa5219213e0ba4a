"""The lines of CODEOWNERS that follow from the catalog: each file is reviewed by the team that it is about."""

from collections.abc import Iterator
from typing import Final

from lib.markers import Markers
from models.catalog.model import Catalog

COMMAND: Final = "python -m reports.catalog"
MARKERS: Final = Markers(begin=f"# catalog:begin (written by {COMMAND})", end="# catalog:end")
WIDTH: Final = 52
"""Of the column of paths, so that the owners stand below each other."""


def place(current: str, catalog: Catalog) -> str:
    """``current`` with the lines between the markers. ValueError where it has no markers."""
    return MARKERS.place(current, "CODEOWNERS", "\n".join(lines(catalog)))


def lines(catalog: Catalog) -> list[str]:
    """A line for each file of the catalog, and for the runbooks of services."""
    return [f"{path:<{WIDTH}} {owners}" for path, owners in _owned(catalog)]


def _owned(catalog: Catalog) -> Iterator[tuple[str, str]]:
    def owner(team: str) -> str:
        return f"@{catalog.teams[team].github}"

    for service in catalog.services.values():
        yield f"/catalog/services/{service.name}.yaml", owner(service.owner)
        if service.runbook:
            yield f"/{service.runbook}", owner(service.owner)
    for dependency in catalog.dependencies.values():
        yield f"/catalog/dependencies/{dependency.name}.yaml", owner(dependency.owner)
    for team in catalog.teams:
        yield f"/catalog/teams/{team}.yaml", owner(team)
