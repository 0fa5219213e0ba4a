"""What the properties of each AWS type must be: one table, ``data/dangers.yaml``, for every rule about a danger.

A danger is a mapping of types (``rds/instance``) to paths and requirements. The file's header says how they are
written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lib import tables
from policy.facts.props import UNKNOWN, Resource, flag, get, number, parsed, shown

FILE = Path(__file__).parent / "data" / "dangers.yaml"
AWS_KEY = "alias/aws/"


@dataclass(frozen=True)
class Requirement:
    """What a property must be: as text, and as a test. ``waits`` tells whether an unknown value leaves it open."""

    says: str
    holds: Callable[[Any], bool]
    waits: bool = True


@dataclass(frozen=True)
class Row:
    """One property of one type, what it must be, and the properties of which one must (not) be so for it to count."""

    path: str
    must: Requirement
    when: Mapping[str, Any]
    unless: Mapping[str, Any]


def token(short: str) -> str:
    """``rds/instance`` as Pulumi writes it: ``aws:rds/instance:Instance``; what is written whole stays."""
    if ":" in short:
        return short
    member = short.rpartition("/")[2]
    return f"aws:{short}:{member[:1].upper()}{member[1:]}"


def _is_true(value: object) -> bool:
    return flag(value) is True  # a block device of a launch template takes the word


def _is_own_key(value: object) -> bool:
    return bool(value) and isinstance(value, str) and AWS_KEY not in value


NAMED_REQUIREMENTS = {
    True: Requirement("True", _is_true),  # YAML reads `on` and `off` as booleans
    False: Requirement("False", lambda value: flag(value) is False),
    "on or absent": Requirement("True or absent", lambda value: value is None or _is_true(value)),
    "off or absent": Requirement("False or absent", lambda value: value is None or flag(value) is False),
    "own key": Requirement("a customer-managed KMS key", _is_own_key, waits=False),
    "named": Requirement("a name", lambda value: isinstance(value, str) and bool(value), waits=False),
    "given": Requirement("given", lambda value: value not in (None, ""), waits=False),
    "identifier": Requirement("an identifier", lambda value: isinstance(value, str) and ":" not in value),
}


def _elements(value: object) -> list[Any]:
    """The elements of a list, the parts of a list that is written as text, or the value itself."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return [get(value, index) for index in range(len(value))] if isinstance(value, Sequence) else [value]


def _requirement(written: Any) -> Requirement:
    if isinstance(written, str | bool):
        return NAMED_REQUIREMENTS[written]
    if isinstance(written, list):
        allowed = ", ".join("absent" if value is None else repr(value) for value in written)
        return Requirement(allowed if len(written) == 1 else f"one of {allowed}", lambda value: value in written)
    if "not" in written:
        forbidden = written["not"]
        return Requirement(f"other than {forbidden!r}", lambda value: forbidden not in _elements(value))
    return _range(written["from"], written["to"], absent=written.get("absent", False))


def _range(low: int, high: int, *, absent: bool) -> Requirement:
    def holds(value: object) -> bool:
        found = number(value)
        return value is None if found is None else low <= found <= high

    if absent:
        return Requirement(f"{low} to {high} days, or absent", holds)
    return Requirement(f"{low} to {high} days", lambda value: value is not None and holds(value))


def rows(path: str, written: Any) -> Iterator[Row]:
    """What the table says of a property: a row for each requirement."""
    several = isinstance(written, list) and all(isinstance(one, Mapping) for one in written)
    for one in written if several else [written]:
        given = one if isinstance(one, Mapping) and "must" in one else {"must": one}
        conditions = (
            {key: _requirement(value) for key, value in given.get(kind, {}).items()} for kind in ("when", "unless")
        )
        yield Row(path, _requirement(given["must"]), *conditions)


@cache
def written() -> Mapping[str, Any]:
    """The table as it is written: danger, type, path, requirement."""
    found: Mapping[str, Any] = tables.table(FILE)
    return found


@cache
def table(danger: str) -> Mapping[str, tuple[Row, ...]]:
    """Rows by Pulumi type."""
    return {
        token(type_): tuple(row for path, must in of.items() for row in rows(path, must))
        for type_, of in written()[danger].items()
    }


@dataclass(frozen=True)
class Value:
    """A value, its path as a message names it, and the block and key from which it was read."""

    path: str
    value: Any
    block: Any = None
    key: Any = None


def _parsed(value: object) -> object:
    """A block that may be written as JSON text."""
    found = parsed(value)
    return value if found is None else found


def _step(found: Value, name: str, *, optional: bool) -> Iterator[Value]:
    """The property ``name`` of what was found: of each element where that is a list."""
    if found.value is None and not optional:
        yield Value(f"{found.path}.{name}", None, {}, name)
    elif isinstance(found.value, Mapping):
        yield Value(f"{found.path}.{name}".lstrip("."), get(found.value, name), found.value, name)
    elif isinstance(found.value, Sequence) and not isinstance(found.value, str):
        for index in range(len(found.value)):
            element = Value(f"{found.path}[{index}]", get(found.value, index), found.value, index)
            yield from _step(element, name, optional=True)
    elif found.value is not None:
        yield found  # unknown, or of a shape that holds no properties: judged as it is


def values(props: Mapping[str, Any], path: str) -> Iterator[Value]:
    """Every value at ``path``, as the header of the table says."""
    found = [Value("", props)]
    optional = False
    for part in path.split("."):
        name = part.rstrip("[]?{}")
        found = [value for before in found for value in _step(before, name, optional=optional)]
        if part.endswith("{}"):
            found = [Value(value.path, _parsed(value.value), value.block, value.key) for value in found]
        optional = part.endswith(("[]", "?"))
    yield from found


def _known(found: Value, props: Mapping[str, Any], path: str) -> list[Any]:
    """The values of a condition: beside what was found where the path begins with a dot."""
    if path.startswith("."):
        return [get(found.block, path[1:])]
    return [value.value for value in values(props, path)]


def _counts(found: Value, props: Mapping[str, Any], row: Row) -> bool:
    """True where the conditions of the row hold for certain."""
    for path, must in row.when.items():
        if not any(value is not UNKNOWN and must.holds(value) for value in _known(found, props, path)):
            return False
    return not any(
        value is UNKNOWN or must.holds(value)
        for path, must in row.unless.items()
        for value in _known(found, props, path)
    )


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "a block"
    return "a list" if isinstance(value, Sequence) and not isinstance(value, str) else shown(value)


def judged(props: Mapping[str, Any], row: Row) -> Iterator[tuple[Value, bool | None]]:
    """Each value of which the row speaks, and whether it is as demanded; None where that is not known yet."""
    for found in values(props, row.path):
        if _counts(found, props, row):
            if found.value is UNKNOWN:
                yield found, None if row.must.waits else True
            else:
                yield found, row.must.holds(found.value)


def findings(resource: Resource, rows: Sequence[Row]) -> Iterator[str]:
    """A message for each value that is not as a row demands; last, UnknownValueError where one is unknown."""
    told = set()
    undecided = []
    for row in rows:
        for found, holds in judged(resource.props, row):
            if holds is None:
                undecided.append(found)
            elif not holds:
                told.add(f"{found.path} is {_plain(found.value)}, must be {row.must.says}")
    yield from sorted(told)
    for found in undecided:
        found.block[found.key]
