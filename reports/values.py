"""Values of resources as reports show them: secrets hidden, other marks of Pulumi's wire format in words.

Source of the marks: ``sdk/go/common/resource/sig`` and ``plugin.UnknownStringValue`` of the engine.
"""

import json
from collections.abc import Mapping
from typing import Any

from lib.printable import one_line
from lib.secret_formats import kind
from lib.secret_names import named, names_password

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks an object as no plain value; what it is says the value below it."""
SECRET = "[secret]"  # noqa: S105 - what is shown instead of one
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""A value that is not known before the update has run."""
_WORDS = {
    "c44067f5952c0a294b673a41bacd8c17": "[asset]",
    "0def7320c3a5731c473e5ecbe6d01bc7": "[archive]",
    "5cf8f73096256a8f31e491e813e4eb8e": "[resource]",
}
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
MOST = 80
"""Characters of a value that stands beside another."""
_DEEPEST = 40
"""Levels below which nothing is shown: no property nests like that, and a report must not end in recursion."""


def shown(value: Any, name: str = "", *, marks_only: bool = False, depth: int = 0) -> Any:
    """``value`` without secrets: marked as one, named as one or written as one, however deep they lie.

    With ``marks_only`` what is not marked stays as it is: for whoever judges values and does not print them.
    """
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return _marked(value, name, marks_only, depth)
        if depth > _DEEPEST:
            return "…"
        return {str(key): shown(item, str(key), marks_only=marks_only, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return "…" if depth > _DEEPEST else [shown(v, name, marks_only=marks_only, depth=depth + 1) for v in value]
    return value if marks_only or value is None or isinstance(value, bool) else _plain(value, name)


def properties(value: Any, *, marks_only: bool = False) -> dict[str, Any]:
    """The properties of a resource, each as ``shown``; none where ``value`` is no object, or a mark in place of all."""
    found = shown(value, marks_only=marks_only)
    return found if isinstance(found, dict) and SIGNATURE not in found else {}


def _plain(value: Any, name: str) -> Any:
    if value == UNKNOWN:
        return "[not known yet]"
    text = str(value)
    return SECRET if text and (names_password(name) or named(name, text) or kind(text)) else value


def _marked(value: Mapping[str, Any], name: str, marks_only: bool, depth: int) -> Any:  # noqa: FBT001 - passed through
    mark = value[SIGNATURE]
    if mark == _OUTPUT and not value.get("secret") and depth <= _DEEPEST:
        inner = value.get("value", UNKNOWN)
        return shown(inner, name, marks_only=marks_only, depth=depth + 1)
    word = _WORDS.get(mark) if isinstance(mark, str) else None
    return SECRET if word is None else value if marks_only else word


def text(value: Any, name: str = "", most: int = 0) -> str:
    """``value`` as ``shown`` in one harmless line, cut after ``most`` characters where given."""
    safe = shown(value, name)
    line = one_line(
        safe if isinstance(safe, str) else json.dumps(safe, sort_keys=True, ensure_ascii=False, default=str)
    )
    return line if not most or len(line) <= most else f"{line[:most]}…"


def beside(before: str, after: str) -> tuple[str, str]:
    """Both texts, cut to ``MOST`` characters around the first place in which they differ."""
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - MOST // 4) if max(len(before), len(after)) > MOST else 0
    cut = [f"{'…' * bool(start)}{v[start : start + MOST]}{'…' * (len(v) > start + MOST)}" for v in (before, after)]
    return cut[0], cut[1]
