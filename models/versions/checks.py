"""Versions against the catalog, the released charts and each other's environments."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from lib.problems import Fault, Problem, nearest
from models.catalog.sources import Sources
from models.services.model import EXPERIMENTAL
from models.versions.loader import VersionsFile
from models.versions.model import FIRST_THAT_MIGRATES, NO_IMAGE, Version, precedence
from models.versions.skew import Skew
from stacks.environments import PROMOTION


def problems(files: Sequence[VersionsFile], sources: Sources, released: Collection[str] | None) -> Iterator[Problem]:
    """Everything wrong in the versions of all environments, which stand in the order of promotion.

    ``released`` are the versions of the golden chart, None where they are not known: then charts that are not released
    are not reported.
    """
    yield from each(files, sources, released)
    yield from apart(files, sources, skew(files, released))


def each(files: Sequence[VersionsFile], sources: Sources, released: Collection[str] | None) -> Iterator[Problem]:
    """What is wrong in an environment by itself."""
    for file in files:
        if file.file is not None:
            yield from file.file.unreported(_lines(file, sources, released))
            yield from _missing(file, sources) if file.complete else ()


def skew(files: Sequence[VersionsFile], released: Collection[str] | None) -> Skew:
    """The bound between neighbours, by the charts that are released or run."""
    used = {version.chart for file in files for version in file.lines.values()}
    return Skew.of({*used, *(released or ())})


def apart(files: Sequence[VersionsFile], sources: Sources, bound: Skew) -> Iterator[Problem]:
    """What is wrong between an environment and the one before it; what follows from a fault there is not said again."""
    ahead: set[str] = set()
    for before, after in pairwise(files):
        if before.file is not None and after.file is not None:
            newer = {name: fault for name, fault in _newer(before, after, bound) if name not in ahead}
            late = [fault for name, fault in _behind(before, after, bound) if name not in ahead]
            yield from after.file.unreported([*_untried(before, after, sources), *newer.values(), *late])
            ahead |= newer.keys()


def _lines(file: VersionsFile, sources: Sources, released: Collection[str] | None) -> Iterator[Fault]:
    seen: set[str] = set()
    names = sources.services.names
    for index, version in file.lines.items():
        path = (str(index),)
        if version.service in seen:
            why = "has a second line: an environment runs one version"
            yield Fault(path=(*path, "service"), value=version.service, why=why, fix="keep one of the two")
        seen.add(version.service)
        if version.service not in names:
            near = nearest(version.service, names)
            fix = f"did you mean {near}?" if near else "remove the line, or describe the service in catalog/services"
            yield Fault(path=(*path, "service"), value=version.service, why="there is no such service", fix=fix)
        if released is not None and version.chart not in released:
            newest = max(released, key=precedence, default="none")
            fix = f"write one of charts/service; the newest is {newest}"
            yield Fault(path=(*path, "chart"), value=version.chart, why="is no released chart", fix=fix)
        for key in ("image", "migrations"):
            if getattr(version, key) == NO_IMAGE and file.environment != PROMOTION[0]:
                why = f"stands for an image that is not built yet, which only {PROMOTION[0]} may name"
                yield Fault(path=(*path, key), value=NO_IMAGE, why=why, fix="write the digest of the image")
        yield from _as_in_catalog(path, version, sources)
        yield from _migrations(path, version, sources)


def _as_in_catalog(path: tuple[str, ...], version: Version, sources: Sources) -> Iterator[Fault]:
    """Tier and namespace as the service has them; a namespace of no team is wrong there, and not again here."""
    service = sources.services.values.get(version.service)
    if service is None:
        return
    stated = {"tier": (version.tier, service.tier), "namespace": (version.namespace, service.namespace)}
    for key, (value, right) in stated.items():
        if value != right and (key != "namespace" or right in sources.teams.names):
            why = f"is {right} in catalog/services/{service.name}.yaml"
            yield Fault(path=(*path, key), value=value, why=why, fix=f"write {key}: {right}")


def _migrations(path: tuple[str, ...], version: Version, sources: Sources) -> Iterator[Fault]:
    """Steps run before the one service that migrates their database, and every difference of their image is seen."""
    service = sources.services.values.get(version.service)
    if service is None:
        return
    said = f"catalog/services/{service.name}.yaml"
    if service.migrates and version.migrations is None:
        why = f"is missing: by {said} its deployment migrates {service.migrates.database}"
        fix = "add migrations: sha256:..., the digest of nationgraph-migrations, behind image"
        yield Fault(path=(*path, "migrations"), why=why, fix=fix)
    elif version.migrations is not None and service.migrates is None:
        why = f"is given, and by {said} its deployment migrates no database"
        yield Fault(path=(*path, "migrations"), value=version.migrations, why=why, fix="remove it")
    elif not version.sees_migrations:
        why = "runs no Job where `migrations` alone is another digest: its Deployment does not name it"
        fix = f"write {FIRST_THAT_MIGRATES} or a later one"
        yield Fault(path=(*path, "chart"), value=version.chart, why=why, fix=fix)


def _missing(file: VersionsFile, sources: Sources) -> Iterator[Problem]:
    """A service runs in every environment; one that is experimental in the first alone, until it is promoted."""
    first = file.environment == PROMOTION[0]
    names = sources.services.names
    there = file.named | {nearest(name, names) for name in file.named - names}
    for name, service in sources.services.values.items():
        if name not in there and (first or service.tier != EXPERIMENTAL):
            tier = f"tier: {service.tier}, namespace: {service.namespace}"
            images = "image: ..., migrations: ..." if service.migrates else "image: ..."
            fix = f"add - {{service: {name}, {tier}, chart: ..., {images}}} in the order of names"
            why = f"has no line for {name}" + ("" if first else f", which is {service.tier} and so runs everywhere")
            yield Problem(file=file.name, why=why, fix=fix)


def _untried(before: VersionsFile, after: VersionsFile, sources: Sources) -> Iterator[Fault]:
    """A service passes through every environment in turn. The others must be everywhere, which ``_missing`` says."""
    services = sources.services.values
    for index, version in after.lines.items():
        service = services.get(version.service)
        lost = before.complete and version.service not in before.named
        if lost and service and service.tier == EXPERIMENTAL:
            why = f"runs in {after.environment} and not in {before.environment}, where it is tried first"
            fix = f"add its line to {before.name}, or remove this one"
            yield Fault(path=(str(index), "service"), value=version.service, why=why, fix=fix)


def _pairs(before: VersionsFile, after: VersionsFile) -> Iterator[tuple[int, Version, Version]]:
    earlier = before.versions()
    for index, version in after.lines.items():
        if version.service in earlier:
            yield index, version, earlier[version.service]


def _newer(before: VersionsFile, after: VersionsFile, bound: Skew) -> Iterator[tuple[str, Fault]]:
    """What ``after`` runs has passed through ``before``."""
    for index, version, tried in _pairs(before, after):
        if found := bound.newer(version, tried, before.environment):
            yield version.service, _of_chart(index, version, found)


def _behind(before: VersionsFile, after: VersionsFile, bound: Skew) -> Iterator[tuple[str, Fault]]:
    """What is tried in ``before`` is not far from what ``after`` runs, so that each promotion stays small."""
    for index, version, tried in _pairs(before, after):
        if found := bound.late(version, tried, before.environment):
            yield version.service, _of_chart(index, version, found)


def _of_chart(index: int, version: Version, found: tuple[str, str]) -> Fault:
    return Fault(path=(str(index), "chart"), value=version.chart, why=found[0], fix=found[1])
