"""Who answers for something: the people of ``catalog/access.yaml``, each named by one identifier.

The identifier is what stands before the @ of the address with which somebody signs in. It is letters without accents,
digits and ``.-_+``, so that two spellings that look alike never name one person, or two.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lib.problems import FileError
from lib.yaml_file import read

ACCESS: Final = Path(__file__).parents[1] / "catalog" / "access.yaml"


def employees(path: Path = ACCESS) -> frozenset[str] | None:
    """The identifiers of all who are employed; None where the file cannot be read, which its own reader reports.

    It is read without the model: the policy pack starts in half the time without pydantic.
    """
    try:
        data = read(path).data
    except FileError:
        return None
    groups = data.get("groups") if isinstance(data, Mapping) else None
    entries = [group for group in groups.values() if isinstance(group, Mapping)] if isinstance(groups, Mapping) else []
    outside = {member for group in entries if group.get("external") for member in _members(group)}
    inside = {member for group in entries if not group.get("external") for member in _members(group)}
    return frozenset(identifier(address) for address in inside - outside) or None


def identifier(address: str) -> str:
    """``ada`` for ``ada@nationgraph.example``."""
    return address.partition("@")[0]


def _members(group: Mapping[str, Any]) -> list[str]:
    members = group.get("members")
    return [member for member in members if isinstance(member, str)] if isinstance(members, tuple) else []
