"""Versions against the catalog, the released charts and each other's environments."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from lib.problems import Fault, Problem, nearest
from models.services.model import EXPERIMENTAL, Service
from models.versions.loader import VersionsFile
from models.versions.model import NO_IMAGE, Version, precedence
from stacks.environments import PROMOTION

MOST_MINORS_BEHIND: Final = 1
"""How many minor releases of the chart an environment may be behind the one before it."""


def problems(
    files: Sequence[VersionsFile],
    services: Mapping[str, Service],
    names: Collection[str],
    released: Collection[str] | None,
    most_behind: int = MOST_MINORS_BEHIND,
) -> Iterator[Problem]:
    """Everything wrong in the versions of all environments, which stand in the order of promotion.

    ``names`` are those of all services, also of files that are wrong. ``released`` are the versions of the golden
    chart, None where they are not known: then nothing is said of charts that are not released.
    """
    for file in files:
        if file.file is not None:
            yield from file.file.unreported(_lines(file, services, names, released))
            yield from _missing(file, services)
    used = {version.chart for file in files for version in file.lines.values()}
    minors = sorted({precedence(chart)[:2] for chart in {*used, *(released or ())}})
    for before, after in pairwise(files):
        if before.file is not None and after.file is not None:
            yield from after.file.unreported(_promoted(before, after, minors, most_behind))


def _lines(
    file: VersionsFile, services: Mapping[str, Service], names: Collection[str], released: Collection[str] | None
) -> Iterator[Fault]:
    seen: set[str] = set()
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
            near = max(released, key=precedence, default="none")
            fix = f"write one of charts/service; the newest is {near}"
            yield Fault(path=(*path, "chart"), value=version.chart, why="is no released chart", fix=fix)
        if version.image == NO_IMAGE and file.environment != PROMOTION[0]:
            why = f"stands for an image that is not built yet, which only {PROMOTION[0]} may name"
            yield Fault(path=(*path, "image"), value=version.image, why=why, fix="write the digest of the image")
        yield from _as_in_catalog(path, version, services.get(version.service))


def _as_in_catalog(path: tuple[str, ...], version: Version, service: Service | None) -> Iterator[Fault]:
    if service is None:
        return
    for key, value, stated in (
        ("tier", version.tier, service.tier),
        ("namespace", version.namespace, service.namespace),
    ):
        if value != stated:
            why = f"is {stated} in catalog/services/{service.name}.yaml"
            yield Fault(path=(*path, key), value=value, why=why, fix=f"write {key}: {stated}")


def _missing(file: VersionsFile, services: Mapping[str, Service]) -> Iterator[Problem]:
    """A service runs in every environment; one that is experimental in the first alone, until it is promoted."""
    first = file.environment == PROMOTION[0]
    for name, service in services.items():
        if name not in file.named and (first or service.tier != EXPERIMENTAL):
            tier = f"tier: {service.tier}, namespace: {service.namespace}"
            fix = f"add - {{service: {name}, {tier}, chart: ..., image: ...}} in the order of names"
            why = f"has no line for {name}" + ("" if first else f", which is {service.tier} and so runs everywhere")
            yield Problem(file=file.name, why=why, fix=fix)


def _promoted(
    before: VersionsFile, after: VersionsFile, minors: Sequence[tuple[int, int]], most_behind: int
) -> Iterator[Fault]:
    """What ``after`` runs has passed through ``before``, and is not left far behind it."""
    earlier = before.versions()
    for index, version in after.lines.items():
        ahead = earlier.get(version.service)
        if ahead is None:
            if version.service not in before.named:
                why = f"runs in {after.environment} and not in {before.environment}, where it is tried first"
                fix = f"add its line to {before.name}, or remove this one"
                yield Fault(path=(str(index), "service"), value=version.service, why=why, fix=fix)
            continue
        here, there = precedence(version.chart), precedence(ahead.chart)
        path = (str(index), "chart")
        if here > there:
            why = f"is newer than {ahead.chart} of {before.environment}"
            fix = f"promote it in {before.environment} first, or write {ahead.chart}"
            yield Fault(path=path, value=version.chart, why=why, fix=fix)
        behind = sum(1 for minor in minors if here[:2] < minor <= there[:2])
        if behind > most_behind:
            why = f"is {behind} minor releases behind {ahead.chart} of {before.environment}, at most {most_behind}"
            fix = f"promote it here, or take {before.environment} back"
            yield Fault(path=path, value=version.chart, why=f"{why} allowed", fix=fix)
