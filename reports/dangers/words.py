"""The sentences of dangers: names of types, values, and the change of a property."""

from collections.abc import Mapping, Sequence
from typing import Any

from policy.facts.props import UNKNOWN, get
from reports import values
from reports.dangers.model import value

LATER = "not known yet"


def short(type_: str) -> str:
    """``aws:rds/instance:Instance`` as ``rds instance``, ``kubernetes:apps/v1:StatefulSet`` as ``StatefulSet``."""
    package, _, rest = type_.partition(":")
    path, _, member = rest.rpartition(":")
    service, _, name = path.partition("/")
    return f"{service} {name}" if package == "aws" and name else member or type_


def plain(given: Any) -> Any:
    """A value without the proxies through which policies see it; what is not known is the engine's mark."""
    if given is UNKNOWN:
        return values.UNKNOWN
    if isinstance(given, Mapping):
        return {str(key): plain(get(given, key)) for key in given}
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [plain(get(given, index)) for index in range(len(given))]
    return given


def said(given: Any, name: str = "") -> str:
    """A value in a sentence."""
    if given is None:
        return "absent"
    return LATER if given is UNKNOWN else value(plain(given), name.rpartition(".")[2])


def field(given: Any, name: str = "") -> str:
    """A value as a field: empty where there is none."""
    return "" if given is None else said(given, name)


def several(names: list[str], most: int = 4) -> str:
    """Names in a sentence, the first few of many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
