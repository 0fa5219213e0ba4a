"""How the properties of a changed resource differ, one line each, with secrets hidden.

A leaf deep in a list of rules, or in JSON that a property holds as text, stands by its own path. Items of lists are
compared by what they hold, so that a new first one does not change all that follow.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from reports.events import Step
from reports.log import State
from reports.values import properties, shown, text

LONGEST = 1_000
"""Characters of a value; of a longer one the part where it differs."""
CONTEXT = 60
"""Characters before that part."""
ABSENT: Any = object()


@dataclass(frozen=True, kw_only=True)
class Property:
    """``before`` and ``after`` are harmless lines without a secret, None where the property is not there.

    ``forces`` says that the resource is replaced for it. Where both are equal, how it changes is not shown: it is a
    secret, or not known yet.
    """

    path: str
    before: str | None
    after: str | None
    forces: bool = False


def differences(step: Step) -> list[Property]:
    """The properties that a step changes; whole ones where a resource is made or goes."""
    leaves = list(_unequal("", _inputs(step.old), _inputs(step.new)))
    unseen = [key for key in step.keys if not any(_akin(path, key) for path, *_ in leaves)]
    found = [*leaves, *((key, _output(step.old, key), _output(step.new, key)) for key in unseen)]
    return [_property(path, sides, forces=any(_akin(path, key) for key in step.forcing)) for path, *sides in found]


def _inputs(state: State) -> dict[str, Any]:
    """Without what providers keep there for themselves."""
    return {key: value for key, value in properties(state.get("inputs")).items() if not key.startswith("__")}


def _output(state: State, key: str) -> Any:
    """What the account says of a property, for one whose inputs are equal or hidden."""
    return properties(state.get("outputs") or state.get("inputs")).get(key, ABSENT)


def _akin(path: str, key: str) -> bool:
    """Whether one is the other, or leads into it."""
    longer, shorter = sorted((path, key), key=len, reverse=True)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}["))


def _opened(value: Any) -> Any:
    """What a text holds that is JSON, its secrets hidden too; else the value."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return shown(json.loads(value))
    except (ValueError, RecursionError):
        return value


def _unequal(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The leaves that differ, each with both sides."""
    if before == after:
        return
    inner = _opened(before), _opened(after)
    if all(isinstance(side, Mapping) for side in inner):
        for key in sorted({*inner[0], *inner[1]}):
            sides = (side.get(key, ABSENT) for side in inner)
            yield from _unequal(f"{path}.{key}" if path else key, *sides)
    elif all(isinstance(side, list) for side in inner):
        yield from _items(path, *inner)
    else:
        yield path, *inner


def _items(path: str, before: list[Any], after: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    texts = [[json.dumps(item, sort_keys=True) for item in side] for side in (before, after)]
    for kind, i, i_end, j, j_end in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        pairs = zip_longest(before[i:i_end], after[j:j_end], fillvalue=ABSENT)
        for number, (old, new) in enumerate(pairs):
            yield from _unequal(f"{path}[{number + (i if new is ABSENT else j)}]", old, new)


def _property(path: str, sides: list[Any], *, forces: bool) -> Property:
    lines = [None if side is ABSENT else text(side) for side in sides]
    equal = os.path.commonprefix([line or "" for line in lines])  # noqa: RUF071 - of texts, not of paths
    start = max(0, len(equal) - CONTEXT)
    before, after = (None if line is None else _cut(line, start) for line in lines)
    return Property(path=text(path), before=before, after=after, forces=forces)


def _cut(line: str, start: int) -> str:
    if len(line) <= LONGEST:
        return line
    return "…" * bool(start) + line[start : start + LONGEST] + "…" * (len(line) > start + LONGEST)
