"""Read ``catalog/access.yaml``: every problem of the file at once, each with file, line, key, value and fix."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from lib.problems import Fault, FileError, Problem
from lib.validation import check
from lib.yaml_file import YamlFile, read
from models.access.checks import EVERYONE, Known, faults
from models.access.model import ENVIRONMENTS, LONGEST_NAME, Access, Grant, Group, Name, Resource
from models.shape import sections

ACCESS: Final = Path(__file__).parents[2] / "catalog" / "access.yaml"

_T = TypeVar("_T", bound=BaseModel)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)

_FIX: Final = {
    "ports": "list single ports from 1 to 65535, as [5432]",
    "members": "write the address with which the person signs in, as ada@nationgraph.example",
    "expires": "write the last day, as 2027-01-31",
    "environments": f"list some of {', '.join(ENVIRONMENTS)}, or leave the key out for all",
    "purpose": "write why",
    "description": "write what it is",
    "role": "write reader, writer or owner",
}


def load_access(path: Path = ACCESS, today: dt.date | None = None) -> Access:
    """The access model of ``path``; ``today``, by which grants expire, defaults to the day in UTC.

    FileError lists every problem.
    """
    file = read(path)
    data, problems = sections(file, {"groups": dict, "resources": dict, "grants": tuple})
    groups = _entries(file, "groups", data["groups"], Group, problems)
    resources = _entries(file, "resources", data["resources"], Resource, problems)
    grants: dict[int, Grant] = {}
    for index, raw in enumerate(data["grants"] or ()):
        grant, wrong = check(Grant, raw, _FIX)
        problems += file.unreported(map(_range, wrong), ("grants", str(index)))
        if grant is not None:
            grants[index] = grant
    access = Access.model_construct(groups=groups, resources=resources, grants=tuple(grants.values()))
    known = Known(
        groups=None if data["groups"] is None else data["groups"].keys(),
        people=None if any(".members" in problem.key for problem in problems) else _people(data["groups"] or {}),
        resources=None if data["resources"] is None else data["resources"].keys(),
    )
    day = today or dt.datetime.now(dt.UTC).date()
    problems += file.unreported(faults(access, tuple(grants), known, day))
    if problems:
        raise FileError(problems)
    return access


def _entries(
    file: YamlFile, section: str, entries: Mapping[str, Any] | None, model: type[_T], problems: list[Problem]
) -> dict[str, _T]:
    """The entries that stand on their own, by name."""
    good: dict[str, _T] = {}
    for name, raw in (entries or {}).items():
        try:
            _NAME.validate_python(name)
        except ValidationError:
            fix = f"use lower-case letters, digits and single dashes, at most {LONGEST_NAME}, as on-call"
            problems += file.unreported(
                [Fault(path=(section, name), why="Tailscale, DNS or PostgreSQL refuse such a name", fix=fix)]
            )
            continue
        entry, wrong = check(model, raw, _FIX)
        problems += file.unreported(map(_range, wrong), (section, name))
        if entry is not None:
            good[name] = entry
    return good


def _range(fault: Fault) -> Fault:
    """A range of ports is refused as what it is."""
    value = fault.value
    if fault.path[:1] == ("ports",) and isinstance(value, str) and ("-" in value or value in EVERYONE):
        return Fault(path=fault.path, value=value, why="is a range; each port is granted by itself", fix=fault.fix)
    return fault


def _people(groups: Mapping[str, Any]) -> set[str] | None:
    """Whoever is a member anywhere, also of a group that is wrong in something else; None where some list is empty."""
    entries = [raw for raw in groups.values() if isinstance(raw, Mapping)]
    if any(raw.get("kind") == "people" and not raw.get("members") for raw in entries):
        return None
    lists = [raw.get("members") for raw in entries]
    return {member for members in lists if isinstance(members, tuple) for member in members if isinstance(member, str)}
