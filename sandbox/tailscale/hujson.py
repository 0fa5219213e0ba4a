"""HuJSON: JSON with comments and trailing commas (github.com/tailscale/hujson), and nothing more.

JSON5 libraries also take single quotes, bare keys and hexadecimal numbers, which Tailscale refuses. So comments and
trailing commas are blanked, which keeps every position, and the rest goes to the JSON parser of Python.
"""

import json
import re
from typing import Any, NoReturn

_STRING = r'"(?:[^"\\\n]|\\.)*+"'
_COMMENT = re.compile(rf"{_STRING}|//[^\n]*+|/\*.*?\*/", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"{_STRING}|,(?=\s*+[\]}}])")


class HuJsonError(ValueError):
    """The text is not HuJSON; the message names line and column."""


def parse(text: str) -> Any:
    """The value of ``text``. Raises ``HuJsonError`` also for a key given twice and for NaN or Infinity."""
    standard = _TRAILING_COMMA.sub(_without_comma, _COMMENT.sub(_without_comment, text))
    try:
        return json.loads(standard, object_pairs_hook=_unique, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise HuJsonError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None


def _without_comment(match: re.Match[str]) -> str:
    token = match.group()
    return token if token.startswith('"') else re.sub(r"[^\n]", " ", token)


def _without_comma(match: re.Match[str]) -> str:
    """A comma after a value may go; one that follows nothing stays, and the parser refuses it."""
    before = match.start() - 1
    while before >= 0 and match.string[before].isspace():
        before -= 1
    return " " if match.group() == "," and match.string[before] not in "[{," else match.group()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise HuJsonError(f"duplicate object member name {key!r}")
        found[key] = value
    return found


def _constant(name: str) -> NoReturn:
    raise HuJsonError(f"invalid value {name}")
