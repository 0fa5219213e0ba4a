"""The sentences of dangers: names of types, values, and the change of a property."""

from typing import Any

from policy.facts.props import UNKNOWN
from reports.dangers.model import value

LATER = "not known yet"


def short(type_: str) -> str:
    """``aws:rds/instance:Instance`` as ``rds instance``, ``kubernetes:apps/v1:StatefulSet`` as ``StatefulSet``."""
    package, _, rest = type_.partition(":")
    path, _, member = rest.rpartition(":")
    service, _, name = path.partition("/")
    return f"{service} {name}" if package == "aws" and name else member or type_


def said(given: Any, name: str = "") -> str:
    """A value in a sentence."""
    if given is None:
        return "absent"
    return LATER if given is UNKNOWN else value(given, name.rpartition(".")[2])


def field(given: Any, name: str = "") -> str:
    """A value as a field: empty where there is none."""
    return "" if given is None else said(given, name)


def several(names: list[str], most: int = 4) -> str:
    """Names in a sentence, the first few of many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
