"""What this repository pins, and how old each pin is by what the repository itself knows."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

PYTHON: Final = "Python package"
STALE: Final = dt.timedelta(days=182)
"""Two quarters."""
_GO: Final = re.compile(r"^(?:require\s+)?\t?(?P<name>[\w./~-]+\.[\w./~-]+) (?P<version>v\S+)$", re.MULTILINE)
_ACTION: Final = re.compile(r"uses: (?P<name>[\w./-]+)@[0-9a-f]{40} # (?P<version>v\S+)")
_STAMP: Final = re.compile(r"-(?:0\.)?(\d{8})\d{6}-[0-9a-f]{12}$")
"""Go's version of a commit without a tag, which holds its day."""


@dataclass(frozen=True, kw_only=True, order=True)
class Pin:
    """One pinned version; ``released`` is None where nothing here says when it was, ``file`` is where it is pinned."""

    kind: str
    name: str
    version: str
    file: str
    released: dt.date | None = None

    def age(self, today: dt.date) -> dt.timedelta | None:
        """Since its release; None where that is not known."""
        return today - self.released if self.released else None


def pins(root: Path) -> tuple[Pin, ...]:
    """Everything that is pinned below ``root``, by kind and name."""
    found = {*_python(root), *_go(root), *_npm(root), *_programs(root), *_actions(root)}
    return tuple(sorted(found, key=lambda pin: (pin.kind, pin.name, pin.version, pin.file)))


def canonical(requirement: str) -> str:
    """The name of a Python package as PyPI compares it, without extras and version. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def _python(root: Path) -> Iterator[Pin]:
    """What pyproject.toml names itself, with the day on which PyPI got it, which the lock holds."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    locked = {package["name"]: package for package in lock["package"]}
    groups = project.get("dependency-groups", {}).values()
    wanted = [*project["project"]["dependencies"], *(one for group in groups for one in group if isinstance(one, str))]
    for name in sorted({canonical(text) for text in wanted}):
        if name in locked:
            yield Pin(
                kind=PYTHON,
                name=name,
                version=locked[name]["version"],
                file="pyproject.toml",
                released=_uploaded(locked[name]),
            )


def _uploaded(package: Mapping[str, Any]) -> dt.date | None:
    files = [package.get("sdist"), *package.get("wheels", ())]
    times = [str(file["upload-time"]) for file in files if file and "upload-time" in file]
    return dt.date.fromisoformat(min(times)[:10]) if times else None


def _go(root: Path) -> Iterator[Pin]:
    for path in sorted(root.glob("toolchain/go/*/go.mod")):
        for found in _GO.finditer(path.read_text(encoding="utf-8")):
            stamp = _STAMP.search(found["version"])
            day = dt.datetime.strptime(stamp[1], "%Y%m%d").replace(tzinfo=dt.UTC).date() if stamp else None
            file = path.relative_to(root).as_posix()
            yield Pin(kind="Go module", name=found["name"], version=found["version"], file=file, released=day)


def _npm(root: Path) -> Iterator[Pin]:
    for path in sorted(root.glob("toolchain/npm/*/package.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for name, version in {**document.get("dependencies", {}), **document.get("devDependencies", {})}.items():
            yield Pin(kind="npm package", name=name, version=version, file=path.relative_to(root).as_posix())


def _programs(root: Path) -> Iterator[Pin]:
    path = root / "toolchain" / "releases.yaml"
    for name, entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items():
        yield Pin(kind="program", name=name, version=str(entry["version"]), file=path.relative_to(root).as_posix())


def _actions(root: Path) -> Iterator[Pin]:
    for path in sorted((root / ".github").rglob("*.yml")):
        for found in _ACTION.finditer(path.read_text(encoding="utf-8")):
            yield Pin(kind="action", name=found["name"], version=found["version"], file=".github/workflows")
