"""Freight, which is what a promotion carries, and the stages through which it passes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lib.problems import FileError, Problem
from lib.yaml_file import ROOT
from models.catalog.sources import Sources
from models.dependencies.loader import read_dependencies
from models.services.loader import read_services
from models.services.model import Service
from models.teams.loader import read_teams
from models.versions import checks
from models.versions.loader import CHARTS, VersionsFile, read_versions, released
from models.versions.model import NO_IMAGE, Version
from models.versions.skew import Skew
from stacks.environments import ENVIRONMENTS, PROMOTION

_HOUR: Final = 3600


Key = tuple[str, str, str, str]
"""Service, chart, image, and the image of its migrations; the last is empty where it has none."""


@dataclass(frozen=True, kw_only=True)
class Freight:
    """A service's chart, image and migrations, which are promoted together. ``origin`` says where they stand; it does
    not count.
    """

    service: str
    chart: str
    image: str
    migrations: str | None = None
    origin: str = ""

    @classmethod
    def of(cls, version: Version, origin: str = "") -> "Freight":
        """The freight of a line of ``charts/versions``."""
        return cls(
            service=version.service,
            chart=version.chart,
            image=version.image,
            migrations=version.migrations,
            origin=origin,
        )

    @property
    def key(self) -> Key:
        """What makes two of them the same."""
        return self.service, self.chart, self.image, self.migrations or ""

    @property
    def built(self) -> bool:
        """Whether its images exist."""
        return NO_IMAGE not in (self.image, self.migrations)

    def line_of(self, version: Version) -> Version:
        """The line of a stage with this freight in it."""
        return version.model_copy(update={"chart": self.chart, "image": self.image, "migrations": self.migrations})

    def as_now(self, current: "Freight") -> "Freight":
        """The same for a service that migrates a database if ``current`` does, with the migrations of then, or of now.

        Whether a service migrates is the catalog's to say, and no version's.
        """
        kept = (self.migrations is None) == (current.migrations is None)
        return self if kept else replace(self, migrations=current.migrations)

    def __str__(self) -> str:
        images = [image.removeprefix("sha256:")[:12] for image in (self.image, self.migrations) if image]
        return f"{self.service} {self.chart} {' with migrations '.join(images)}"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """An environment with versions of its own. Freight must have been healthy here for ``soak`` seconds to leave it."""

    name: str
    versions: Mapping[str, Version]
    soak: int
    file: VersionsFile | None = None

    def freight(self, service: str) -> Freight:
        """What the stage runs of a service. KeyError where it has no line."""
        version = self.versions[service]
        if self.file is None or self.file.file is None:
            return Freight.of(version, self.name)
        index = next(str(number) for number, line in self.file.lines.items() if line.service == service)
        return Freight.of(version, f"{self.file.name}:{self.file.file.line([index])}")


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages, in the order in which freight passes through them, the bound between neighbours, and the services."""

    stages: Sequence[Stage]
    skew: Skew
    services: Mapping[str, Service]

    def stage(self, name: str) -> Stage:
        """By name. KeyError where there is none."""
        return {stage.name: stage for stage in self.stages}[name]

    def before(self, name: str) -> Stage | None:
        """The stage from which ``name`` takes its freight; None of the first."""
        index = [stage.name for stage in self.stages].index(name)
        return self.stages[index - 1] if index else None

    def source(self, name: str) -> Stage:
        """The same where there must be one. ValueError of the first stage."""
        found = self.before(name)
        if found is None:
            raise ValueError(f"{name} is the first stage: its versions come from releases, by pull request")
        return found

    def after(self, name: str) -> Stage | None:
        """The stage that takes its freight from ``name``; None of the last."""
        index = [stage.name for stage in self.stages].index(name) + 1
        return self.stages[index] if index < len(self.stages) else None

    def breach(self, stage: str, freight: Freight) -> str | None:
        """Why ``stage`` may not run ``freight`` beside its neighbours of today, and the fix; None where it may."""
        before, after = self.before(stage), self.after(stage)
        if before and freight.service in before.versions:
            tried = before.versions[freight.service]
            if found := self.skew.breach(freight.line_of(tried), tried, before.name):
                return f"{freight.chart} {found[0]}"
        if after and freight.service in after.versions:
            behind = after.versions[freight.service]
            if found := self.skew.breach(behind, freight.line_of(behind), stage):
                return f"{behind.chart} of {after.name} {found[0].replace(f' of {stage}', '')}"
        return None


def load(charts: Path = CHARTS, root: Path = ROOT) -> Pipeline:
    """The stages of ``charts``, judged by the catalog of ``root``: the two may be different repositories.

    FileError lists everything that is wrong in them. That stages are too far apart is no reason: promotion mends it.
    """
    sources, files, releases = read(charts, root)
    problems = list(wrong(sources, files))
    problems += checks.each(files, sources, releases)
    if problems:
        raise FileError(problems)
    stages = [
        Stage(
            name=file.environment,
            versions=file.versions(),
            soak=ENVIRONMENTS[file.environment].soak_hours * _HOUR,
            file=file,
        )
        for file in files
    ]
    return Pipeline(stages=stages, skew=checks.skew(files, releases), services=sources.services.values)


def read(charts: Path, root: Path) -> tuple[Sources, list[VersionsFile], Collection[str] | None]:
    """The catalog's sources, the versions of each stage, and the released charts; none of them judged yet."""
    folder = root / "catalog"
    sources = Sources(
        root=root,
        services=read_services(folder / "services"),
        teams=read_teams(folder / "teams"),
        dependencies=read_dependencies(folder / "dependencies"),
    )
    return sources, [read_versions(name, charts) for name in PROMOTION], released(charts)


def wrong(sources: Sources, files: Sequence[VersionsFile]) -> list[Problem]:
    """What cannot be read of them."""
    found = [*sources.services.problems, *sources.teams.problems, *sources.dependencies.problems]
    return found + [problem for file in files for problem in file.problems]
