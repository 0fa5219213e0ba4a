"""A folder of YAML files, each of which describes one thing and is named after it; every problem of all at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from lib.problems import ABSENT, Fault, FileError, Problem
from lib.validation import check, not_a_mapping
from lib.yaml_file import YamlFile, display, read
from lib.yaml_nodes import UNUSABLE
from models.fields import LONGEST_NAME, Name

_T = TypeVar("_T", bound=BaseModel)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)
NAME_FIX: Final = f"use lower-case letters, digits and single dashes, 2 to {LONGEST_NAME}, as graph-api"


@dataclass(frozen=True, kw_only=True)
class Described(Generic[_T]):
    """One file and what it describes."""

    file: YamlFile
    value: _T

    def problems(self, faults: Iterable[Fault]) -> list[Problem]:
        """Faults of the value as problems of the file."""
        return self.file.unreported(faults)


@dataclass(frozen=True, kw_only=True)
class Folder(Generic[_T]):
    """What a folder describes. ``names`` are those of all files, also of files that are wrong: who refers to one of
    these is not wrong again.
    """

    entries: Mapping[str, Described[_T]]
    names: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def values(self) -> dict[str, _T]:
        """The good ones, by name."""
        return {name: entry.value for name, entry in self.entries.items()}


def read_folder(path: Path, model: type[_T], fixes: Mapping[str, str]) -> Folder[_T]:
    """Every ``<name>.yaml`` of ``path``; ``fixes`` says by key what to write. Never raises for what the files hold."""
    place = display(path)
    if not path.is_dir():
        fix = "restore it from the repository, or create it"
        return Folder(entries={}, names=frozenset(), problems=(Problem(file=place, why="is not a folder", fix=fix),))
    paths = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    problems: list[Problem] = []
    entries: dict[str, Described[_T]] = {}
    for entry in paths:
        if entry.suffix != ".yaml":
            fix = "call it <name>.yaml, or move it elsewhere"
            problems.append(Problem(file=display(entry), why="is no file that is read here", fix=fix))
            continue
        described = _read(entry, model, fixes, problems)
        if described is not None:
            entries[entry.stem] = described
    if not paths:
        problems.append(Problem(file=place, why="has no files", fix="restore them from the repository"))
    names = frozenset(entry.stem for entry in paths if entry.suffix == ".yaml")
    return Folder(entries=entries, names=names, problems=tuple(problems))


def _read(path: Path, model: type[_T], fixes: Mapping[str, str], problems: list[Problem]) -> Described[_T] | None:
    """What the file describes; None, with its problems added, where it has any."""
    try:
        file = read(path)
    except FileError as error:
        problems += error.problems
        return None
    if not isinstance(file.data, Mapping):
        shown = ABSENT if file.root is None else file.data
        faults = [] if file.data is UNUSABLE else [not_a_mapping(model, shown)]
        problems += [*file.problems, *file.unreported(faults)]
        return None
    value, faults = check(model, file.data, fixes)
    wrong = [*file.problems, *file.unreported([*faults, *_misnamed(path.stem, file.data)])]
    problems += wrong
    return None if wrong or value is None else Described(file=file, value=value)


def _misnamed(stem: str, data: Mapping[str, Any]) -> Iterable[Fault]:
    """The name is stated in the file, where people look, and by the file, by which others find it."""
    name = data.get("name")
    if not isinstance(name, str):
        return
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return  # the model says so
    if name != stem:
        yield Fault(path=("name",), value=name, why=f"is not the name of its file, {stem}.yaml", fix="make them equal")
