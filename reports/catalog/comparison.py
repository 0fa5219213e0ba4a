"""What differs between two entries: single values, and items of lists that come and go, whatever their order."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAMES = ("name", "path", "database", "host", "id")
"""Keys by which an item of a list is known."""


@dataclass(frozen=True, kw_only=True)
class Differs:
    """One value: ``path`` leads to it by keys and by names of items; None stands for one that is not there."""

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Differs]:
    """Every value that differs; an item of a list, or a mapping, that is there in one alone is one difference."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from differences(before.get(key), after.get(key), (*path, str(key)))
    elif _list(before) and _list(after):
        old, new = _by_name(before or (), after or ())
        yield from differences(old, new, path)
    else:
        yield Differs(path=path, before=before, after=after)


def _list(value: Any) -> bool:
    return value is None or isinstance(value, list | tuple)


def _by_name(*lists: Sequence[Any]) -> list[dict[str, Any]]:
    """The items of each list by their names; where two have one name, by all that they say."""
    named = [[_name(item) for item in items] for items in lists]
    if any(len(set(names)) < len(names) for names in named):
        named = [[json.dumps(item, default=str) for item in items] for items in lists]
    return [dict(zip(names, items, strict=True)) for names, items in zip(named, lists, strict=True)]


def _name(item: Any) -> str:
    known = next((str(item[key]) for key in NAMES if key in item), "") if isinstance(item, Mapping) else str(item)
    return known or json.dumps(item, default=str)
