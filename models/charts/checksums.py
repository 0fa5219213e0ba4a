"""SHA-256 of released charts: a folder below ``charts/service`` or ``charts/addons`` that is listed never changes.

The file is what ``sha256sum --check`` reads, so that it can be checked without this program.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lib.problems import FileError, Problem
from lib.yaml_file import ROOT, display
from models.versions.model import SEMVER, precedence

SUMS: Final = "checksums"
SERVICE: Final = ROOT / "charts" / "service"
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^/\s]+/\S.*)")
COMMAND: Final = "make release-chart VERSION=1.1.0"


def listed(folder: Path = SERVICE) -> dict[str, str]:
    """The sum of each file, by path relative to ``folder``. FileError where a line is none of ``sha256sum``."""
    path = folder / SUMS
    sums: dict[str, str] = {}
    problems = []
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None or found[2] in sums:
            why = "is there twice" if found else "is no line of sha256sum"
            problems.append(Problem(file=display(path), line=number, value=line, why=why, fix="restore it from git"))
        else:
            sums[found[2]] = found[1]
    if problems:
        raise FileError(problems)
    return sums


def folders(root: Path = ROOT) -> list[Path]:
    """The golden chart and each add-on: folders with a folder for each version, and sums."""
    charts = root / "charts"
    return [charts / "service", *sorted(path for path in (charts / "addons").glob("*") if path.is_dir())]


def released(folder: Path = SERVICE) -> frozenset[str]:
    """The versions that are listed."""
    return frozenset(path.partition("/")[0] for path in listed(folder))


def actual(folder: Path, version: str) -> dict[str, str]:
    """The sums of what lies in a version's folder."""
    files = sorted(path for path in (folder / version).rglob("*") if path.is_file() or path.is_symlink())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.is_symlink()
    } | {path.relative_to(folder).as_posix(): "a link" for path in files if path.is_symlink()}


def problems(folder: Path = SERVICE) -> Iterator[Problem]:
    """Every file of a released version that is not what was released: changed, added or gone."""
    try:
        sums = listed(folder)
    except FileError as error:
        yield from error.problems
        return
    for version in sorted({path.partition("/")[0] for path in sums}, key=precedence):
        now = actual(folder, version)
        was = {path: value for path, value in sums.items() if path.startswith(f"{version}/")}
        for path in sorted(now.keys() | was.keys()):
            if now.get(path) == was.get(path):
                continue
            why = "was added to" if path not in was else "is gone from" if path not in now else "was changed in"
            fix = f"restore it from git, and make the change in a new folder; then {COMMAND}"
            place = display(folder / path)
            yield Problem(file=place, why=f"{why} version {version}, which is released and never changes", fix=fix)


def release(version: str, folder: Path = SERVICE) -> int:
    """Enter the sums of a version; how many files it has.

    Raises ``ValueError`` where it is no version, has no folder or a chart of another version, or is released already.
    """
    if not re.fullmatch(SEMVER, version):
        raise ValueError(f"{version!r} is no version; write it as 1.1.0")
    if version in released(folder):
        raise ValueError(f"{version} is released already, and never changes; make a new folder for what is new")
    chart = folder / version / "Chart.yaml"
    if not chart.is_file():
        raise ValueError(f"{display(chart)} is not there; copy the folder of the version before, and change it")
    if f"version: {version}" not in chart.read_text(encoding="utf-8").splitlines():
        raise ValueError(f"{display(chart)}: has no line `version: {version}`; its folder's name says so")
    sums = actual(folder, version)
    if "a link" in sums.values():
        raise ValueError(
            f"{display(folder / version)}: holds a symbolic link, whose target could change; copy the file"
        )
    everything = listed(folder) | sums
    order = sorted(everything, key=lambda path: (precedence(path.partition("/")[0]), path))
    lines = "".join(f"{everything[path]}  {path}\n" for path in order)
    (folder / SUMS).write_text(lines, encoding="utf-8")
    return len(sums)
