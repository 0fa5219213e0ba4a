"""The component in which a resource lies."""

from collections.abc import Mapping

from lib import urn as urns
from lib.printable import one_line

PREFIX = "nationgraph:"
"""How the types of our components begin."""


def outermost(urn: str, parents: Mapping[str, str]) -> str:
    """The name of the outermost component that a resource belongs to, given the parents by URN; else empty."""
    last, current, passed = "", urn, set[str]()
    while current and current not in passed and urns.type_of(current) != "pulumi:pulumi:Stack":
        if urns.type_of(current).startswith(PREFIX):
            last = one_line(urns.name(current))
        passed.add(current)  # a damaged log may name a resource as its own ancestor
        current = parents.get(current, "")
    return last
