"""JSON documents with a few values exchanged for others, and logs whose lines are damaged."""

import json
from typing import Any

from hypothesis import strategies as st

from reports.values import SIGNATURE

STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", "::", "a::b::c::d::e", "\x1b[2J\u202e", "\ud800", "$", [], {}, [[]], [None],
    {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}, {SIGNATURE: None}, {SIGNATURE: []},
    {"metadata": None}, {"metadata": []}, {"urn": 1, "type": [], "op": {}}, "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "a" * 100_000, "<b>@x</b> `|`", 10**400, '{"Statement": [1]}', "0.0.0.0/33", {"annotations": 1}, {"\x1b": {"": 1}},
]  # fmt: skip


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in inner for deeper in _paths(item, (*path, key)))]


def _exchanged(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    made = dict(value) if isinstance(value, dict) else list(value)
    made[path[0]] = _exchanged(value[path[0]], path[1:], new)
    return made


@st.composite
def documents(draw: st.DrawFn, originals: list[Any]) -> Any:
    """One of the originals with up to three values exchanged."""
    value = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 3))):
        value = _exchanged(value, draw(st.sampled_from(_paths(value))), draw(st.sampled_from(STRANGE)))
    return value


@st.composite
def logs(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """A part of a log in which lines are changed, cut, doubled or no JSON at all."""
    made = []
    for line in draw(st.lists(st.sampled_from(lines), max_size=12)):
        kind = draw(st.sampled_from(["whole", "changed", "changed", "changed", "cut", "noise"]))
        if kind == "changed":
            made.append(json.dumps(draw(documents([json.loads(line)]))) + "\n")
        elif kind == "cut":
            made.append(line[: draw(st.integers(0, len(line)))] + draw(st.sampled_from(["", "\n"])))
        else:
            made.append(
                line if kind == "whole" else draw(st.sampled_from(["\n", "\x00\n", "{\n", "[" * 9999 + "\n", "NaN\n"]))
            )
    return made
