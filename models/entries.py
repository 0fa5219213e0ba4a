"""A YAML file of one section with named entries, each an instance of one model; every problem at once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from lib.problems import Fault, Problem
from lib.validation import check
from lib.yaml_file import YamlFile, read
from models.shape import sections

_T = TypeVar("_T", bound=BaseModel)


def read_entries(
    path: Path, section: str, model: type[_T], fixes: Mapping[str, str]
) -> tuple[YamlFile, list[_T], list[Problem]]:
    """The file, its good entries (``name`` is each one's key), and what is wrong; ``fixes`` says by key what to write.

    FileError where nothing can be read of the file.
    """
    file = read(path)
    data, problems = sections(file, {section: dict}, empty=True)
    good: list[_T] = []
    for name, raw in (data[section] or {}).items():
        named: Any = {**raw, "name": name} if isinstance(raw, Mapping) else raw
        entry, faults = check(model, named, fixes)
        if isinstance(raw, Mapping) and "name" in raw:
            faults = [Fault(path=("name",), why="is no key here", fix="remove it; the entry's own key is its name")]
        wrong = [replace(fault, path=()) if fault.path == ("name",) else fault for fault in faults]
        problems += file.unreported(wrong, (section, name))
        if entry is not None:
            good.append(entry)
    return file, good, problems
