"""Checks of one value: lists, ranges, lengths, patterns and forms, each with the words for what it wants."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.aws.forms import FORMS, REQUIREMENT, network
from sandbox.protocol.schema import UNKNOWN

HERE = Path(__file__).parent


@cache
def enumerations() -> dict[str, list[str]]:
    """The values of AWS's enumerations, by service and shape; see ``tests/sandbox/aws/support/enumerations.py``."""
    loaded: dict[str, list[str]] = json.loads((HERE / "constraints" / "enumerations.json").read_text())
    return loaded


@cache
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.ASCII)


def _between(wanted: Any, value: Any) -> bool:
    low, high = wanted
    return (low is None or value >= low) and (high is None or value <= high)


def _span(wanted: Any, unit: str = "") -> str:
    low, high = wanted
    if low is None or high is None:
        return f"at most {high}{unit}" if low is None else f"at least {low}{unit}"
    return f"{low}{unit}" if low == high else f"between {low} and {high}{unit}"


def _listed(wanted: Any, value: Any, any_case: bool) -> bool:  # noqa: FBT001 - a check's two arguments
    if any_case:
        return str(value).lower() in [str(item).lower() for item in wanted]
    return value in wanted


def _names(values: Any) -> str:
    shown = [str(value) if value != "" else "empty" for value in values]
    return ", ".join(shown) if len(shown) <= 30 else f"{', '.join(shown[:30])}, and {len(shown) - 30} more"


def _prefix(wanted: Any, value: str) -> bool:
    block = network(value)
    return block is None or _between(wanted, block.prefixlen)


CHECKS: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Any], bool], Callable[[Any], str]]] = {
    "values": ((str, int), lambda w, v: _listed(w, v, any_case=False), lambda w: f"one of {_names(w)}"),
    "any_case": (str, lambda w, v: _listed(w, v, any_case=True), lambda w: f"one of {_names(w)}"),
    "shape": (str, lambda w, v: v in enumerations()[w], lambda w: f"one of {_names(enumerations()[w])}"),
    "any_case_shape": (
        str,
        lambda w, v: _listed(enumerations()[w], v, any_case=True),
        lambda w: f"one of {_names(enumerations()[w])}",
    ),
    "range": ((int, float), _between, _span),
    "above": ((int, float), lambda w, v: v > w, lambda w: f"above {w}"),
    "multiple": (int, lambda w, v: v % w == 0, lambda w: f"a multiple of {w}"),
    "length": (str, lambda w, v: _between(w, len(v)), lambda w: f"{_span(w)} characters long"),
    "match": (str, lambda w, v: bool(_pattern(w).search(v)), lambda w: f"matched by {w}"),
    "lacks": (str, lambda w, v: not _pattern(w).search(v), lambda w: f"without {w}"),
    "form": (str, lambda w, v: bool(FORMS[w](v)), lambda w: REQUIREMENT[w]),
    "prefix": (str, _prefix, lambda w: f"a block with a prefix length {_span(w)}"),
    "nonzero": ((str, int), lambda _w, v: v not in ("", 0), lambda _w: "other than empty and 0"),
    "items": ((list, dict), lambda w, v: _between(w, len(v)), lambda w: f"{_span(w)} entries"),
}
"""A check by name: the types of value that it judges, whether a value holds, what the value must be."""


def unmet(checks: Mapping[str, Any], value: Any) -> Iterator[str]:
    """What ``value`` must be and is not."""
    for name, wanted in checks.items():
        if name == "any":
            options = [list(unmet(option, value)) for option in wanted]
            if all(options):
                yield " or ".join(option[0] for option in options)
        elif name == "also":
            for further in wanted:
                yield from unmet(further, value)
        elif name in ("keys", "vals"):
            parts = (value if name == "keys" else value.values()) if isinstance(value, Mapping) else ()
            for part in parts:
                yield from (f"with {name} {text}" for text in unmet(wanted, part))
        else:
            kinds, holds, requirement = CHECKS[name]
            judged = isinstance(value, kinds) and not isinstance(value, bool)
            if judged and value != UNKNOWN and not holds(wanted, value):
                yield requirement(wanted)
