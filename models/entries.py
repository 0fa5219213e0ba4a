"""A YAML file of one section with named entries, each an instance of one model; every problem at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lib.yaml_file import FileError, Problem, YamlFile, read

_T = TypeVar("_T", bound=BaseModel)


def read_entries(
    path: Path, section: str, model: type[_T], fixes: Mapping[str, str]
) -> tuple[YamlFile, list[_T], list[Problem]]:
    """The file, its good entries (``name`` is each one's key), and what is wrong; ``fixes`` says by key what to write.

    FileError where the file has another form; OSError where it cannot be read.
    """
    file = read(path)
    problems: list[Problem] = list(file.repeated_keys())
    entries = file.data.get(section) if isinstance(file.data, Mapping) else None
    if not isinstance(entries, Mapping) or set(file.data) != {section}:
        fix = f"write one key, {section}, with entries as name: {{...}}, or {{}} where there are none"
        raise FileError([*problems, file.problem([section], entries, f"is no file of {section}", fix)])
    good: list[_T] = []
    for name, raw in entries.items():
        try:
            good.append(model.model_validate({**raw, "name": name} if isinstance(raw, Mapping) else {"name": name}))
        except ValidationError as error:
            problems += _invalid(file, (section, name), error, fixes)
    return file, good, problems


def _invalid(
    file: YamlFile, path: tuple[str, ...], error: ValidationError, fixes: Mapping[str, str]
) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        keys = [str(step) for step in detail["loc"]]
        value: Any = None if detail["type"] == "missing" else detail["input"]
        where = path if keys[:1] == ["name"] else (*path, *keys)
        yield file.problem(where, value, detail["msg"].lower(), fixes.get(keys[0], "remove it"))
