"""Stack files as the engine reads them, with the line of each key."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

from stacks.errors import Problem, nearest

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
    ``readable`` is False where no settings could be read at all; ``problems`` then says why.
    """

    name: str
    config: Mapping[str, str]
    secret_keys: frozenset[str]
    lines: Mapping[str, int]
    config_line: int
    problems: tuple[Problem, ...]
    readable: bool


def stack_of(path: Path) -> str:
    """``dev`` for ``Pulumi.dev.yaml``."""
    return path.name.removeprefix("Pulumi.").removesuffix(".yaml")


def display(path: Path) -> str:
    """The path as people write it: from the root of the project where it lies inside."""
    resolved, root = path.resolve(), FOLDER.parent
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else str(path)


def read(path: Path) -> StackFile:
    """Read a stack file; what is wrong with it is in ``problems``."""
    root, failure = _compose(path)
    if failure:
        return _file(path, {}, [failure])
    if root is not None and not isinstance(root, yaml.MappingNode):
        return _file(path, {}, [Problem(key="", why="is not a mapping", fix="start it with config:", line=_line(root))])
    problems: list[Problem] = []
    tree = dict(_entries(root, problems)) if root else {}
    for key, (line, _) in tree.items():
        if key not in _TOP_LEVEL:
            meant = nearest(key, _TOP_LEVEL)
            fix = f"did you mean {meant}?" if meant else "settings belong under config:"
            problems.append(Problem(key=key, why="is no key of a stack file", fix=fix, line=line))
    if "config" not in tree and not problems:
        problems.append(Problem(key="config", why="is missing", fix="start the file with config:", line=1))
    return _file(path, tree, problems)


def _compose(path: Path) -> tuple[yaml.Node | None, Problem | None]:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader), None
    except FileNotFoundError:
        return None, Problem(key="", why="does not exist", fix="create it; the other stack files show the keys")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        # The parser's own message may quote the file, and with it a secret.
        why, fix = "cannot be read as YAML from here on", "check indentation, colons and quotes"
        return None, Problem(key="", why=why, fix=fix, line=mark.line + 1 if mark else 1)


def _file(path: Path, tree: Mapping[str, tuple[int, yaml.Node]], problems: list[Problem]) -> StackFile:
    config_line, section = tree.get("config", (1, None))
    settings = dict(_entries(section, problems)) if isinstance(section, yaml.MappingNode) else {}
    if section is not None and not isinstance(section, yaml.MappingNode):
        fix = "put `key: value` lines under it, indented"
        problems.append(Problem(key="config", why="is not a mapping", fix=fix, line=config_line))
    return StackFile(
        name=display(path),
        config=MappingProxyType({key: _text(node) for key, (_, node) in settings.items()}),
        secret_keys=frozenset(key for key, (_, node) in settings.items() if _is_secure(node)),
        lines=MappingProxyType({key: line for key, (line, _) in settings.items()}),
        config_line=config_line,
        problems=tuple(problems),
        readable=isinstance(section, yaml.MappingNode),
    )


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _entries(node: yaml.MappingNode, problems: list[Problem]) -> Iterator[tuple[str, tuple[int, yaml.Node]]]:
    """Key, line and value of each entry; a key given twice, of which YAML keeps the last in silence, is a problem."""
    seen: dict[str, int] = {}
    for key_node, value in node.value:
        key, line = str(key_node.value), _line(key_node)
        if key in seen:
            why = f"is given twice, first on line {seen[key]}"
            problems.append(Problem(key=key, why=why, fix="keep one of them", line=line))
        seen.setdefault(key, line)
        yield key, (line, value)


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if node.tag == "tag:yaml.org,2002:int" and node.value.isdigit():
        return int(node.value)
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _text(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)
    return json.dumps(_plain(node), separators=(",", ":"))


def _is_secure(node: yaml.Node) -> bool:
    """Whether the value, or any part of it, is encrypted: ``{secure: ...}``."""
    if isinstance(node, yaml.MappingNode):
        return any(key.value == "secure" or _is_secure(value) for key, value in node.value)
    return isinstance(node, yaml.SequenceNode) and any(_is_secure(item) for item in node.value)
