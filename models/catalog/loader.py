"""Read services, teams, external dependencies and versions, and hold them against each other and the access model."""

import datetime as dt
from pathlib import Path
from types import MappingProxyType

from lib.problems import FileError, Problem
from lib.yaml_file import ROOT
from models.access.loader import load_access
from models.access.model import Access
from models.catalog import graph, migrations, references
from models.catalog.model import Catalog
from models.catalog.sources import Sources
from models.dependencies.loader import read_dependencies
from models.services.loader import read_services
from models.teams.loader import read_teams
from models.versions import checks
from models.versions.loader import read_versions, released
from stacks.environments import PROMOTION


def load_catalog(root: Path = ROOT, today: dt.date | None = None) -> Catalog:
    """The catalog of a clone. FileError lists every problem of every file of it, those of the access model included.

    ``today``, by which grants of the access model expire, defaults to the day in UTC.
    """
    access: Access | None = None
    found: list[Problem] = []
    try:
        access = load_access(root / "catalog" / "access.yaml", today)
    except FileError as error:
        found += error.problems
    catalog, problems = read_catalog(root, access)
    if found or problems:
        raise FileError([*found, *problems])
    return catalog


def read_catalog(root: Path, access: Access | None) -> tuple[Catalog, list[Problem]]:
    """The catalog, which can be used where there are no problems, and all problems.

    ``access`` is None where the access model is wrong itself: then nothing is said of people and databases.
    """
    folder = root / "catalog"
    sources = Sources(
        root=root,
        services=read_services(folder / "services"),
        teams=read_teams(folder / "teams"),
        dependencies=read_dependencies(folder / "dependencies"),
    )
    files = [read_versions(environment, root / "charts") for environment in PROMOTION]
    problems = [*sources.services.problems, *sources.teams.problems, *sources.dependencies.problems]
    problems += references.problems(sources, access)
    problems += migrations.problems(sources, access)
    problems += graph.problems(sources.services)
    problems += [problem for file in files for problem in file.problems]
    problems += checks.problems(files, sources, released(root / "charts"))
    catalog = Catalog(
        services=MappingProxyType(sources.services.values),
        teams=MappingProxyType(sources.teams.values),
        dependencies=MappingProxyType(sources.dependencies.values),
        versions=MappingProxyType({file.environment: MappingProxyType(file.versions()) for file in files}),
    )
    return catalog, problems
