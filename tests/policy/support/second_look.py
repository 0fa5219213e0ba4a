"""Cases of every kind of danger in spellings, services and shapes that no rule's own tests have, as data."""

import json
import random
import re
import string
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policy.facts.dangers import token
from tests.policy.support.public_values import MD5, SHA1, SHA256, SUM, UUID
from tests.policy.support.samples import OF_LIBRARY
from tests.support.resources import UNKNOWN, Ref, Res

FILE = Path(__file__).with_suffix(".yaml")
VALUES = {
    "PW": "hun" + "ter2x",
    "SLACK": OF_LIBRARY["slack"],
    "SHA1": SHA1,
    "SHA256": SHA256,
    "MD5": MD5,
    "SUM": SUM,
    "UUID": UUID,
    "UNKNOWN": UNKNOWN,
}
"""Put in for ``${NAME}``, so that no scanner takes the file for one with secrets."""
RANDOM, LETTERS = random.Random(11), string.ascii_letters + string.digits  # noqa: S311 - test data
UNPROTECTED = "unprotected"

Row = tuple[str, bool, list[Res]]
"""Rule, whether it finds something, and in what."""


def _filled(found: re.Match[str]) -> str:
    return "".join(RANDOM.choices(LETTERS, k=int(found[1]))) if found[1].isdigit() else VALUES[found[1]]


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"json"}:
            return json.dumps(_value(value["json"]))
        return (
            Ref(*value["ref"]) if set(value) == {"ref"} else {_value(key): _value(item) for key, item in value.items()}
        )
    if isinstance(value, list):
        return [_value(item) for item in value]
    return re.sub(r"\$\{(\d+|[A-Z][A-Z0-9]+)\}", _filled, value) if isinstance(value, str) else value


def _resource(type_: str, inputs: Any, name: str = "it") -> Res:
    full = type_ if type_.count(":") > 1 else token(type_)
    return Res(full, name, _value(inputs), protect=name != UNPROTECTED)


def _resources(row: Sequence[Any]) -> list[Res]:
    return [_resource(*one) for one in ([row] if isinstance(row[0], str) else row)]


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the file."""
    return tuple(_read())


def _read() -> Iterator[Row]:
    for part in yaml.safe_load_all(FILE.read_text(encoding="utf-8")):
        for rule, kinds in part.items():
            for kind, listed in kinds.items():
                yield from ((rule, kind == "finds", _resources(row)) for row in listed)
