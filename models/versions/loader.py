"""Read ``charts/versions/<environment>.yaml``: a list, one line a service, in the order of their names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.problems import ABSENT, Fault, FileError, Problem
from lib.validation import check
from lib.yaml_file import YamlFile, display, read
from lib.yaml_nodes import UNUSABLE, Limits
from models.folder import NAME_FIX
from models.versions.model import SEMVER, Version

CHARTS: Final = Path(__file__).parents[2] / "charts"
LIMITS: Final = Limits(nodes=100_000, size=2 * 1024 * 1024)
"""For 8,000 services: a program writes this file, and a thousand lines are more than other files may hold."""

EXAMPLE: Final = (
    "- {service: billing, tier: core, namespace: payments, chart: 1.0.0, image: sha256:<64 hexadecimal digits>}"
)

_FIX: Final = {
    "service": NAME_FIX,
    "namespace": NAME_FIX,
    "chart": "write a version, as 1.4.0: a folder of charts/service",
    "image": "write the digest, as sha256: and 64 hexadecimal digits",
    "migrations": "write the digest of nationgraph-migrations, as sha256: and 64 hexadecimal digits",
}


@dataclass(frozen=True, kw_only=True)
class VersionsFile:
    """One environment's file. ``named`` are the services of all its lines, also of lines that are wrong.

    ``file`` is None where it is no list: then it is compared with nothing. ``complete`` says that each line names its
    service: else it is not known which services have none.
    """

    environment: str
    name: str
    file: YamlFile | None = None
    lines: Mapping[int, Version]
    named: frozenset[str]
    complete: bool = True
    problems: tuple[Problem, ...]

    def versions(self) -> dict[str, Version]:
        """The lines by service."""
        return {version.service: version for version in self.lines.values()}

    def places(self) -> dict[str, str]:
        """Tier and namespace of each line, by service."""
        return {name: version.place for name, version in self.versions().items()}


def read_versions(environment: str, charts: Path = CHARTS) -> VersionsFile:
    """The versions of ``environment``. Never raises for what the file holds."""
    path = charts / "versions" / f"{environment}.yaml"
    place = display(path)
    try:
        file = read(path, LIMITS)
    except FileError as error:
        return _without_lines(environment, place, error.problems)
    if not isinstance(file.data, tuple):
        shown = ABSENT if file.root is None else file.data
        fix = f"write a line for each service, as {EXAMPLE}"
        faults = [] if file.data is UNUSABLE else [Fault(path=(), value=shown, why="is not a list", fix=fix)]
        return _without_lines(environment, place, (*file.problems, *file.unreported(faults)))
    problems = list(file.problems)
    lines: dict[int, Version] = {}
    for index, raw in enumerate(file.data):
        version, faults = check(Version, raw, _FIX)
        problems += file.unreported(faults, (str(index),))
        if version is not None:
            lines[index] = version
    problems += file.unreported(_form(file, lines))
    names = [raw.get("service") if isinstance(raw, Mapping) else None for raw in file.data]
    named = frozenset(name for name in names if isinstance(name, str))
    return VersionsFile(
        environment=environment,
        name=place,
        file=file,
        lines=lines,
        named=named,
        complete=all(isinstance(name, str) for name in names),
        problems=tuple(problems),
    )


def _without_lines(environment: str, place: str, problems: tuple[Problem, ...]) -> VersionsFile:
    return VersionsFile(environment=environment, name=place, lines={}, named=frozenset(), problems=problems)


def _form(file: YamlFile, lines: Mapping[int, Version]) -> Iterator[Fault]:
    """A promotion changes one line: each entry is one, with its keys in one order, and the lines are sorted."""
    root = file.root
    last: tuple[str, int] = ("", 0)
    for index, version in lines.items():
        if root is None:
            return
        number, node = root.children[str(index)]
        places = {line for line, _ in node.children.values()} | {number}
        if places != {number} or tuple(node.children) != version.keys or number == last[1]:
            why = "is not one line with its keys in their order, which is what a promotion changes"
            yield Fault(path=(str(index),), value=version.service, why=why, fix=f"write {version.line()}")
        elif version.service < last[0]:
            why = f"stands below {last[0]}: lines are in the order of their services"
            yield Fault(path=(str(index), "service"), value=version.service, why=why, fix="move the line up")
        last = (max(version.service, last[0]), number)


def released(charts: Path = CHARTS) -> frozenset[str] | None:
    """The versions of the golden chart, each a folder of ``charts/service``; None where there is no such folder."""
    folder = charts / "service"
    if not folder.is_dir():
        return None
    return frozenset(entry.name for entry in folder.iterdir() if entry.is_dir() and re.match(SEMVER, entry.name))
