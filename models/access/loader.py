"""Read ``catalog/access.yaml``: every problem of the file at once, each with file, line, key, value and fix."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from lib.yaml_file import FileError, Keys, Problem, YamlFile, read
from models.access.checks import EVERYONE, Known, faults
from models.access.model import LONGEST_NAME, Access, Grant, Group, Name, Resource

ACCESS: Final = Path(__file__).parents[2] / "catalog" / "access.yaml"

_T = TypeVar("_T", bound=BaseModel)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)

_FIX: Final = {
    "ports": "list single ports from 1 to 65535, as [5432]",
    "members": "write the address with which the person signs in, as ada@nationgraph.example",
    "expires": "write the last day, as 2027-01-31",
    "environments": "list some of sandbox, dev, staging, production, or leave the key out for all",
    "purpose": "write why",
    "description": "write what it is",
    "role": "write reader, writer or owner",
}
_FIX_BY_ERROR: Final = {"missing": "add it", "string_type": "write text"}


class AccessError(FileError):
    """``access.yaml`` cannot be used; ``problems`` holds all reasons, in the order of the file."""


def load_access(path: Path = ACCESS, today: dt.date | None = None) -> Access:
    """The access model of ``path``; ``today``, by which grants expire, defaults to the day in UTC.

    AccessError lists every problem; OSError where the file cannot be read.
    """
    try:
        file = read(path)
    except FileError as error:
        raise AccessError(error.problems) from error
    problems: list[Problem] = list(file.repeated_keys())
    sections = _sections(file, problems)
    groups = _entries(file, "groups", sections["groups"], Group, problems)
    resources = _entries(file, "resources", sections["resources"], Resource, problems)
    grants = _grants(file, sections["grants"], problems)
    access = Access.model_construct(groups=groups, resources=resources, grants=tuple(grants.values()))
    known = Known(sections["groups"].keys(), _people(sections["groups"]), sections["resources"].keys())
    day = today or dt.datetime.now(dt.UTC).date()
    found = faults(access, tuple(grants), known, day)
    problems += [file.problem(fault.path, fault.value, fault.why, fault.fix) for fault in found]
    if problems:
        raise AccessError(problems)
    return access


def _sections(file: YamlFile, problems: list[Problem]) -> dict[str, Any]:
    """The three sections; one that is absent or of another form is a problem, and empty."""
    data = file.data if isinstance(file.data, Mapping) else {}
    if not isinstance(file.data, Mapping):
        problems.append(file.problem([], file.data, "not an access model", "write groups, resources and grants"))
    for key in data:
        if key not in Access.model_fields:
            fix = f"remove it; the keys are {', '.join(Access.model_fields)}"
            problems.append(file.problem([key], data[key], "is no key of this file", fix))
    result: dict[str, Any] = {}
    for key, form, words in (
        ("groups", dict, "name: {...}"),
        ("resources", dict, "name: {...}"),
        ("grants", list, "-"),
    ):
        section = data.get(key)
        if isinstance(section, form) and (section or key == "grants"):
            result[key] = section
            continue
        result[key] = form()
        if isinstance(file.data, Mapping):
            kind = "mapping" if form is dict else "list"
            problems.append(file.problem([key], section, f"is not a {kind} with entries", f"write entries as {words}"))
    return result


def _entries(
    file: YamlFile, section: str, entries: Mapping[str, Any], model: type[_T], problems: list[Problem]
) -> dict[str, _T]:
    """The entries that stand on their own, by name."""
    good: dict[str, _T] = {}
    for name, raw in entries.items():
        try:
            _NAME.validate_python(name)
        except ValidationError:
            fix = f"use lower-case letters, digits and single dashes, at most {LONGEST_NAME}, as on-call"
            why = "Tailscale, DNS or PostgreSQL refuse such a name"
            problems.append(file.problem([section, name], name, why, fix))
            continue
        try:
            good[name] = model.model_validate(raw)
        except ValidationError as error:
            problems += _invalid(file, (section, name), raw, model, error)
    return good


def _grants(file: YamlFile, entries: list[Any], problems: list[Problem]) -> dict[int, Grant]:
    """The grants that stand on their own, by their place in the file."""
    good: dict[int, Grant] = {}
    for index, raw in enumerate(entries):
        try:
            good[index] = Grant.model_validate(raw)
        except ValidationError as error:
            problems += _invalid(file, ("grants", str(index)), raw, Grant, error)
    return good


def _people(groups: Mapping[str, Any]) -> set[str]:
    """Whoever is a member anywhere, also of a group that is wrong in something else."""
    lists = [raw.get("members") for raw in groups.values() if isinstance(raw, Mapping)]
    return {member for members in lists if isinstance(members, list) for member in members if isinstance(member, str)}


def _invalid(
    file: YamlFile, path: tuple[str, ...], raw: Any, model: type[BaseModel], error: ValidationError
) -> Iterator[Problem]:
    """One problem for each value; that a list lacks the items which are wrong is not said again."""
    if not isinstance(raw, Mapping):
        yield file.problem(path, raw, "is not a mapping", f"write the keys {', '.join(model.model_fields)}")
        return
    details = error.errors(include_url=False)
    within = {detail["loc"][:-1] for detail in details}
    for detail in (detail for detail in details if detail["loc"] not in within):
        keys: Keys = [str(step) for step in detail["loc"]]
        key, value = keys[0], None if detail["type"] == "missing" else detail["input"]
        why, fix = detail["msg"].lower(), _FIX_BY_ERROR.get(detail["type"]) or _FIX.get(key, "correct it")
        if detail["type"] == "extra_forbidden":
            why, fix = "is no key here", f"remove it; the keys are {', '.join(model.model_fields)}"
        if key == "ports" and isinstance(value, str) and ("-" in value or value in EVERYONE):
            why = "is a range; each port is granted by itself"
        yield file.problem((*path, *keys), value, why, fix)
