"""Stack files as the engine reads them, with the line of each key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from lib.problems import FileError, Problem, nearest
from lib.secret_formats import sensitive_name
from lib.yaml_file import YamlFile, display
from lib.yaml_file import read as read_yaml
from lib.yaml_nodes import UNUSABLE, Node

FOLDER: Final = Path(__file__).parent

ENGINE_KEYS: Final = MappingProxyType(
    {
        "encryptionsalt": "Written by the engine: salt of the passphrase.",
        "encryptedkey": "Written by the engine: data key, encrypted by the secrets provider.",
        "secretsprovider": "Written by the engine: the KMS key that encrypts secrets.",
        "environment": "Pulumi ESC environments that this stack imports.",
    }
)
"""Keys beside ``config`` that are the engine's own."""

_TOP_LEVEL: Final = ("config", *ENGINE_KEYS)


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """A file's settings as text, lists as JSON, just as the engine passes them to the program.

    ``lines`` holds the line of each key; settings that are absent belong to ``config_line``.
    ``readable`` is False where no settings could be read at all; ``problems`` then says why. Of the value of a key in
    ``unusable`` ``problems`` tells already.
    """

    name: str
    config: Mapping[str, str]
    secret_keys: frozenset[str]
    lines: Mapping[str, int]
    config_line: int
    problems: tuple[Problem, ...]
    readable: bool
    unusable: frozenset[str] = frozenset()


def stack_of(path: Path) -> str:
    """``dev`` for ``Pulumi.dev.yaml``."""
    return path.name.removeprefix("Pulumi.").removesuffix(".yaml")


def read(path: Path) -> StackFile:
    """Read a stack file; what is wrong with it is in ``problems``."""
    try:
        file = read_yaml(path)
    except FileError as error:
        return _unreadable(display(path), list(error.problems))
    problems = list(file.problems)
    if file.root is not None and not isinstance(file.data, Mapping):
        problems.append(file.problem([], "is not a mapping", "start it with config:"))
        return _unreadable(file.name, problems)
    tree: Mapping[str, Any] = file.data or {}
    problems += _strange(file, tree)
    if "config" not in tree and not problems:
        problems.append(
            Problem(file=file.name, line=1, key="config", why="is missing", fix="start the file with config:")
        )
    section = tree.get("config")
    if section is not None and section is not UNUSABLE and not isinstance(section, Mapping):
        problems.append(file.problem(["config"], "is not a mapping", "put `key: value` lines under it, indented"))
    twice = any(problem.key == "config" for problem in problems)
    if file.root is None or not isinstance(section, Mapping) or twice:
        return _unreadable(file.name, problems)
    line, node = file.root.children["config"]
    return _settings(file.name, line, node, problems)


def _strange(file: YamlFile, tree: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for key in tree:
        if key not in _TOP_LEVEL:
            meant = nearest(key, _TOP_LEVEL)
            fix = f"did you mean {meant}?" if meant else "settings belong under config:"
            problems.append(file.problem([key], "is no key of a stack file", fix))
    return problems


def _unreadable(name: str, problems: list[Problem]) -> StackFile:
    return StackFile(
        name=name,
        config=MappingProxyType({}),
        secret_keys=frozenset(),
        lines=MappingProxyType({}),
        config_line=1,
        problems=tuple(problems),
        readable=False,
    )


def _settings(name: str, line: int, section: Node, problems: list[Problem]) -> StackFile:
    kept = []
    for problem in problems:
        key = problem.key.removeprefix("config.")
        if not sensitive_name(key):  # such a setting is refused whatever its value is, which is then not shown
            kept.append(replace(problem, key=key))
    nodes = {key: node for key, (_, node) in section.children.items()}
    return StackFile(
        name=name,
        config=MappingProxyType({key: _text(node) for key, node in nodes.items()}),
        secret_keys=frozenset(key for key, node in nodes.items() if _is_secure(node)),
        lines=MappingProxyType({key: line for key, (line, _) in section.children.items()}),
        config_line=line,
        problems=tuple(kept),
        readable=True,
        unusable=frozenset(problem.key.partition(".")[0] for problem in kept),  # keys of settings have no dot
    )


def _text(node: Node) -> str:
    """A value as the engine passes it: a scalar as it is written, anything else as JSON."""
    return json.dumps(_plain(node.data), separators=(",", ":")) if isinstance(node.data, Mapping | tuple) else node.text


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str) else str(value)


def _is_secure(node: Node) -> bool:
    """Whether the value, or any part of it, is encrypted: ``{secure: ...}``."""
    is_mapping = isinstance(node.data, Mapping)
    return any((is_mapping and key == "secure") or _is_secure(child) for key, (_, child) in node.children.items())
