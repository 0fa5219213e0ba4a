"""Where resources are declared, by what the engine recorded, else by the class of a component; where rules stand."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from lib import urn as urns
from policy.core.guidance import guidance
from reports.components import PREFIX
from reports.findings.model import Finding, Place
from reports.state import Entry

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Place("__main__.py")
"""What declares everything, for what nobody knows better of."""
_POSITION = re.compile(r"project:///(?P<file>[^#]+)#(?P<line>\d+)")
_COMPONENT = re.compile(r"^class (\w+)\(pulumi\.ComponentResource\)", re.MULTILINE)


def declared(entries: Iterable[Entry]) -> dict[str, Place]:
    """The place of each resource of a state, by URN, where the state tells of one in this repository.

    The engine keeps it as ``sourcePosition``; ``project://`` stands for the folder of ``Pulumi.yaml``.
    """
    found = {}
    for entry in entries:
        position = _POSITION.match(str(entry.get("sourcePosition") or ""))
        if position and _exists(unquote(position["file"])):
            found[str(entry["urn"])] = Place(unquote(position["file"]), max(int(position["line"]), 1))
    return found


@cache
def _exists(file: str) -> bool:
    path = ROOT / file
    return path.is_file() and path.resolve().is_relative_to(ROOT)


def of(finding: Finding) -> Place:
    """Its place, else the class of the innermost component among the types of its URN, else the program."""
    if finding.place:
        return finding.place
    types = finding.urn.split(urns.SEPARATOR)[2:3]
    classes = [place for name in reversed("".join(types).split("$")) if (place := components().get(name))]
    return classes[0] if classes else PROGRAM


@cache
def components() -> Mapping[str, Place]:
    """The class of each component, by type token."""
    return {token: place for path in sorted(ROOT.glob("components/**/*.py")) for token, place in _of_file(path)}


def _of_file(path: Path) -> Iterable[tuple[str, Place]]:
    text = path.read_text(encoding="utf-8")
    for name in _COMPONENT.finditer(text):
        token = re.search(rf'"({PREFIX}\w+:{name[1]})"', text)
        if token:
            yield token[1], Place(str(path.relative_to(ROOT)), text.count("\n", 0, name.start()) + 1)


@cache
def rule(policy: str) -> Place | None:
    """Where the rule of a policy is declared; None for a policy that the pack does not have."""
    known = guidance(policy)
    if known is None:
        return None
    lines = (ROOT / known.file).read_text(encoding="utf-8").splitlines()
    return Place(known.file, next((n for n, line in enumerate(lines, 1) if line.startswith("RULE = ")), 1))
