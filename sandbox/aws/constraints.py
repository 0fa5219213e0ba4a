"""What the real provider refuses in a resource's inputs before AWS sees them, by the tables in ``constraints/``.

A table's row for a type:

====================  ================================================================================================
``values``            property path -> ``checks.CHECKS``, all of which must hold; ``a[].b`` is in each element
``conflicts``         property path -> properties that must not be given with it
``together``          property path -> properties that must be given with it
``one_of``            lists of properties of which exactly one is given
``some_of``           lists of properties of which one or more are given
``when``              rules with ``if`` (property -> value, list of values, ``given`` or ``absent``) and ``values``,
                      ``need``, ``refuse`` or ``one_of``
``api``               as ``values``, for what the provider lets pass and AWS refuses at creation
====================  ================================================================================================

Paths beside one with ``[]`` are names in the same element. Source: terraform-provider-aws v6.58.0, the schemas and
CustomizeDiff functions of the files that ``replace.yaml`` names; under ``api`` AWS's API references.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws.checks import unmet
from sandbox.protocol.schema import UNKNOWN

HERE = Path(__file__).parent
SECRET = re.compile(r"password|secret|token|privatekey|userdata", re.IGNORECASE)
"""Properties whose value no message shows."""
Failure = tuple[str, str]


@cache
def table() -> dict[str, Any]:
    """Every row by type."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: dict[str, Any] = {}
    for path in sorted((HERE / "constraints").glob("*.yaml")):
        rows |= yaml.load(path.read_text(), Loader=loader) or {}  # noqa: S506 - both are safe loaders
    return rows


def _at(value: Any, path: str, shown: str = "") -> Iterator[tuple[str, Any]]:
    """Every value at a path, with the path that names it."""
    head, _, rest = path.partition(".")
    name, element = head.removesuffix("[]"), head.endswith("[]")
    inner = value.get(name) if isinstance(value, Mapping) else None
    if inner is None:
        return
    here = f"{shown}.{name}".lstrip(".")
    found = (
        [(f"{here}[{index}]", item) for index, item in enumerate(inner) if item is not None]
        if element and isinstance(inner, list)
        else [(here, inner)]
    )
    for label, item in found:
        if rest:
            yield from _at(item, rest, label)
        else:
            yield label, item


def _shown(path: str, value: Any) -> str:
    text = repr(value)
    hidden = SECRET.search(path.rpartition(".")[2]) or SECRET.search(path.partition(".")[0])
    if hidden and not path.endswith(("Arn", "Id", "Days", "Version", "Type")):
        return "the value"
    return text if len(text) <= 80 else f"{text[:77]}..."


def broken_values(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[Failure]:
    """Where a value breaks a check of its own."""
    for path, checks in row.items():
        for label, value in _at(inputs, path):
            for requirement in unmet(checks, value):
                yield label, f"{_shown(label, value)} must be {requirement}"


def _given(inputs: Mapping[str, Any], path: str) -> bool:
    return next(_at(inputs, path), None) is not None


def _known(inputs: Mapping[str, Any], path: str) -> bool:
    return any(value != UNKNOWN for _, value in _at(inputs, path))


def _scopes(inputs: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Objects in which a path's property and its partners are looked up: each element of a list, or the inputs."""
    if "[]" not in path:
        yield "", inputs, path
        return
    parent, _, name = path.rpartition(".")
    for label, element in _at(inputs, parent):
        if isinstance(element, Mapping):
            yield f"{label}.", element, name


def _conflicts(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[Failure]:
    for path, others in row.get("conflicts", {}).items():
        for label, scope, name in _scopes(inputs, path):
            for other in others:
                if _given(scope, name) and _known(scope, other):
                    yield f"{label}{name}", f"conflicts with {label}{other}"
    for path, others in row.get("together", {}).items():
        for label, scope, name in _scopes(inputs, path):
            missing = [other for other in others if not _given(scope, other)]
            if missing and _given(scope, name):
                yield f"{label}{name}", f"requires {', '.join(label + other for other in missing)} as well"


def _choices(groups: Any, inputs: Mapping[str, Any], *, exactly: bool) -> Iterator[Failure]:
    for group in groups:
        parent = group[0].rpartition(".")[0]
        if parent and not _known(inputs, parent):
            continue
        given = [name for name in group if _given(inputs, name)]
        known = [name for name in given if _known(inputs, name)]
        if not given:
            kind = "exactly one" if exactly else "one or more"
            yield group[0], f"{kind} of {', '.join(group)} is required"
        elif exactly and len(known) > 1:
            yield known[1], f"only one of {', '.join(group)} can be given; there are {', '.join(known)}"


def _applies(condition: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    for path, wanted in condition.items():
        value = next((value for _, value in _at(inputs, path)), None)
        if value == UNKNOWN:
            return False
        holds = {"given": value not in (None, "", []), "absent": value is None}
        if not (holds[wanted] if wanted in ("given", "absent") else value in (wanted, *_many(wanted))):
            return False
    return True


def _many(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else []


def _conditional(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[Failure]:
    for rule in row.get("when", ()):
        if not _applies(rule["if"], inputs):
            continue
        why = ", ".join(f"{name} is {value}" for name, value in rule["if"].items())
        for path in rule.get("need", ()):
            if not _given(inputs, path):
                yield path, f"required where {why}"
        for path in rule.get("refuse", ()):
            if any(value not in (UNKNOWN, False, "", []) for _, value in _at(inputs, path)):
                yield path, f"not supported where {why}"
        yield from _choices(rule.get("one_of", ()), inputs, exactly=True)
        yield from ((path, f"{text} where {why}") for path, text in broken_values(rule.get("values", {}), inputs))


def failures(token: str, inputs: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Failure]:
    """What the provider refuses at preview, as (property path, reason); unknown values fit everything."""
    row = table().get(token, {})
    yield from broken_values(row.get("values", {}), inputs)
    yield from _conflicts(row, inputs)
    yield from _choices(row.get("one_of", ()), inputs, exactly=True)
    yield from _choices(row.get("some_of", ()), inputs, exactly=False)
    yield from _conditional(row, {**defaults, **inputs})


def refusals(token: str, inputs: Mapping[str, Any]) -> Iterator[Failure]:
    """What AWS's API refuses at creation of single values, as (property path, reason)."""
    yield from broken_values(table().get(token, {}).get("api", {}), inputs)
