"""A YAML file with the line of each value: what its readers need to say where something is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

Keys = Sequence[str]
"""The way to a value: keys, and indices as text."""

_SHOWN: Final = 80


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file."""

    file: str
    line: int
    key: str
    value: object
    why: str
    fix: str

    def __str__(self) -> str:
        shown = repr(self.value)
        shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."
        return f"{self.file}:{self.line}: {self.key}: {shown}: {self.why}; {self.fix}"


class FileError(ValueError):
    """The file cannot be used; ``problems`` holds all reasons, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.key, problem.why)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class YamlFile:
    """A file as written: ``data`` as plain values, and the place of each of them. An empty file has no ``root``."""

    name: str
    root: yaml.Node | None
    data: Any

    def problem(self, path: Keys, value: object, why: str, fix: str) -> Problem:
        """A problem at the deepest line that ``path`` (keys and indices) reaches."""
        at, line = self.root, self.root.start_mark.line + 1 if self.root else 1
        for step in path:
            found = _child(at, step)
            if found is None:
                break
            line, at = found
        return Problem(file=self.name, line=line, key=".".join(path), value=value, why=why, fix=fix)

    def repeated_keys(self) -> Iterator[Problem]:
        """Each key given twice in one mapping, at any depth: YAML keeps the last in silence."""
        yield from self._repeated(self.root, ())

    def _repeated(self, node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[Problem]:
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                yield from self._repeated(item, (*path, str(index)))
        if not isinstance(node, yaml.MappingNode):
            return
        seen: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                why = f"the key is given twice, first on line {seen[name]}"
                fix = "merge the two; YAML keeps the last in silence"
                where = ".".join((*path, name))
                yield Problem(file=self.name, line=line, key=where, value=_shown(value), why=why, fix=fix)
            seen.setdefault(name, line)
            yield from self._repeated(value, (*path, name))


def read(path: Path) -> YamlFile:
    """The file of ``path``. FileError where it is not YAML; OSError where it cannot be read."""
    name = f"{path.parent.name}/{path.name}"
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        data = _plain(root, ()) if root else None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        why = f"not YAML: {getattr(error, 'problem', None) or error}"
        line = mark.line + 1 if mark else 1
        raise FileError([Problem(file=name, line=line, key="", value="", why=why, fix="repair it")]) from error
    return YamlFile(name, root, data)


def _shown(node: yaml.Node) -> Any:
    return node.value if isinstance(node, yaml.ScalarNode) else "..."


def _child(node: yaml.Node | None, step: str) -> tuple[int, yaml.Node] | None:
    """Line and value of a key or an index; None where the node has none of that name."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item.start_mark.line + 1, item
    return None


def _plain(node: yaml.Node, above: tuple[int, ...]) -> Any:
    """Plain values. Keys are text; a date that the calendar does not have stays text."""
    if id(node) in above:
        raise yaml.MarkedYAMLError(problem="an alias contains itself", problem_mark=node.start_mark)
    below = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value, below) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, below) for item in node.value]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except ValueError:
        return node.value
