"""What a ``templatePatch`` of an ApplicationSet says before it is rendered: text with actions of Go's templates.

An action may become anything, another field of the Application too. Two kinds are known for what they become: a
condition about a key, and a value of the generator written by ``toJson`` that stands alone, which is one value of YAML
whatever it holds. The patch is read once for each combination of keys that the generator may return.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

import yaml

MOST_KEYS: Final = 4
MOST_CHARACTERS: Final = 20_000
DEEPEST: Final = 20
TOO_DEEP: Final = "is too deep to be read"
SPACE: Final = " \t\r\n"
"""What ``{{-`` and ``-}}`` trim."""
_ACTION: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CONDITION: Final = re.compile(r'if hasKey \. "(\w+)"')
_VALUE: Final = re.compile(r"\.\w+(?:\.\w+)* ?\| ?toJson")
_MARK: Final = "a value of the generator, by toJson"
Path = tuple[str, ...]


class _UnreadableError(ValueError):
    """Why it cannot be known what a patch will say."""


@dataclass(frozen=True)
class Patch:
    """``bodies`` are what it may become, ``paths`` lead to the values in any of them.

    ``unreadable`` says why it cannot be known; then there is neither.
    """

    bodies: tuple[Mapping[str, Any], ...] = ()
    paths: frozenset[Path] = frozenset()
    unreadable: str = ""


@lru_cache(maxsize=64)
def read(text: str) -> Patch:
    """The patch; what stands in a list has the same path whatever its index. Three rules read it. Never raises."""
    bodies, paths = [], set()
    try:
        parts = _parts(text)
        for present in _combinations({part for kind, part in parts if kind == "if"}):
            body, found = _parsed(_rendered(parts, present))
            bodies.append(body)
            paths |= found
    except _UnreadableError as error:
        return Patch(unreadable=str(error))
    return Patch(tuple(bodies), frozenset(paths))


def _combinations(keys: Collection[str]) -> Iterator[Collection[str]]:
    if len(keys) > MOST_KEYS:
        raise _UnreadableError("is too long to be read")
    for count in range(len(keys) + 1):
        yield from combinations(sorted(keys), count)


def _parts(text: str) -> list[tuple[str, str]]:
    """Text and actions, each with its kind; blanks are trimmed as Go trims them, before anything is decided."""
    if len(text) > MOST_CHARACTERS:
        raise _UnreadableError("is too long to be read")
    parts: list[tuple[str, str]] = []
    at, trim = 0, False
    for action in _ACTION.finditer(text):
        inside = action[1]
        before = text[at : action.start()]
        before = before.lstrip(SPACE) if trim else before
        parts.append(("text", before.rstrip(SPACE) if re.match(r"-\s", inside) else before))
        trim = bool(re.search(r"\s-$", inside))
        parts.append(_kind(re.sub(r"^-\s|\s-$", "", inside).strip(SPACE)))
        at = action.end()
    parts.append(("text", text[at:].lstrip(SPACE) if trim else text[at:]))
    if any("{{" in part or _MARK in part for kind, part in parts if kind == "text"):
        raise _UnreadableError("has an action whose result cannot be known")
    return parts


def _kind(action: str) -> tuple[str, str]:
    if action in ("else", "end"):
        return action, ""
    if condition := _CONDITION.fullmatch(action):
        return "if", condition[1]
    if _VALUE.fullmatch(action):
        return "text-by-json", ""
    raise _UnreadableError("has an action whose result cannot be known")


def _rendered(parts: Collection[tuple[str, str]], present: Collection[str]) -> str:
    """The text where the generator returns the keys ``present`` and no other."""
    made: list[str] = []
    taken: list[bool] = []
    for kind, part in parts:
        if kind == "if":
            taken.append(part in present)
        elif kind in ("else", "end") and not taken:
            raise _UnreadableError("has an action whose result cannot be known")
        elif kind == "else":
            taken[-1] = not taken[-1]
        elif kind == "end":
            taken.pop()
        elif all(taken):
            made.append(part if kind == "text" else f'"{_MARK}"')
    if taken:
        raise _UnreadableError("has an action whose result cannot be known")
    return "".join(made)


def _parsed(text: str) -> tuple[Mapping[str, Any], set[Path]]:
    try:
        _shallow(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            return {}, set()
        paths = list(_paths(root))
        body = yaml.load(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise (
            error if isinstance(error, _UnreadableError) else _UnreadableError("is no YAML that can be read")
        ) from None
    if not isinstance(body, dict):
        raise _UnreadableError("is no object")
    if sum(alone for _, alone in paths) != text.count(_MARK):
        raise _UnreadableError("has a value by toJson that does not stand alone, where it could become more than one")
    return body, {path for path, _ in paths if path}


def _shallow(text: str) -> None:
    """Raise where there is an anchor, or too much depth: to read the whole takes time that grows with its square."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if getattr(event, "anchor", None):
            raise _UnreadableError("has an anchor, must say what it means where it means it")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _UnreadableError(TOO_DEEP)


def _paths(node: yaml.Node, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """Each value, those included that a later key of the same name hides; and how many values by toJson it is."""
    if len(path) > DEEPEST:
        raise _UnreadableError(TOO_DEEP)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _UnreadableError("has a key that is no text")
            yield (), int(key.value == _MARK)
            yield from _paths(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _paths(value, (*path, "[]"))
    if isinstance(node, yaml.ScalarNode) or not node.value:
        yield path, int(node.value == _MARK)
