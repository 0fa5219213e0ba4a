"""What a ``templatePatch`` of an ApplicationSet says before it is rendered: text with actions of Go's templates.

An action may become anything, another field of the Application too. Two kinds are known for what they become: a
condition about a key, and a value of the generator written by ``toJson``, which is one value of YAML whatever it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

DEEPEST = 20
_CONDITION = re.compile(r"""\{\{-?\s*(?:if (?:not \(\s*)?hasKey \. "\w+"\s*\)?|else|end)\s*-?\}\}""")
_VALUE = re.compile(r"\{\{-?\s*\.\w+(?:\.\w+)*\s*\|\s*toJson\s*-?\}\}")
_STANDS_FOR = '"a value of the generator"'
Path = tuple[str, ...]


@dataclass(frozen=True)
class Patch:
    """``body`` is the patch with every condition met, so that nothing is left out; ``paths`` lead to its values.

    ``unreadable`` says why it cannot be known; then there is neither.
    """

    body: dict[str, Any]
    paths: tuple[Path, ...]
    unreadable: str = ""


def read(text: str) -> Patch:
    """The patch; what stands in a list has the same path whatever its index. Never raises."""
    plain = _VALUE.sub(_STANDS_FOR, _CONDITION.sub("", text))
    if "{{" in plain:
        return Patch({}, (), "has an action whose result cannot be known")
    try:
        root = yaml.compose(plain, Loader=yaml.SafeLoader)
        if root is None:
            return Patch({}, ())
        paths = tuple(_paths(root))
        body = yaml.load(plain, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return Patch({}, (), "is no YAML that could be read")
    if not isinstance(body, dict):
        return Patch({}, (), "is no object")
    return Patch(body, paths)


def _paths(node: yaml.Node, path: Path = ()) -> Iterator[Path]:
    """Each value that stands there, those included that a later key of the same name hides from a reader."""
    if len(path) > DEEPEST:
        raise ValueError
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            yield from _paths(value, (*path, name))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _paths(value, (*path, "[]"))
    if isinstance(node, yaml.ScalarNode) or not node.value:
        yield path
