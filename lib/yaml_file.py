"""A YAML file with the line of each value: what its readers need to say where something is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from lib.problems import ABSENT, Fault, FileError, Keys, Problem
from lib.yaml_nodes import USUAL, BrokenError, Limits, Node, compose, odd_characters

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class YamlFile:
    """A file as written: ``data`` as plain values, lists as tuples, and the place of each of them.

    ``root`` is None where the file is empty. ``problems`` are those of single values, which ``UNUSABLE`` replaces in
    ``data``: a reader says nothing more of these.
    """

    name: str
    root: Node | None
    data: Any
    problems: tuple[Problem, ...] = ()

    def line(self, path: Keys) -> int:
        """The deepest line that a way reaches: that of a key, or of an item of a list."""
        node, line = self.root, self.root.line if self.root else 1
        for step in path:
            if node is None or step not in node.children:
                break
            line, node = node.children[step]
        return line

    def problem(self, path: Keys, why: str, fix: str, value: object = ABSENT) -> Problem:
        """A problem at the deepest line that ``path`` reaches."""
        key = ".".join(path)
        return Problem(file=self.name, line=self.line(path), key=key, value=value, why=why, fix=fix)

    def unreported(self, faults: Iterable[Fault], at: Keys = ()) -> list[Problem]:
        """The problems of ``faults``, whose ways begin at ``at``, without those of values reported already."""
        reported = {problem.key for problem in self.problems}
        above = {key[:end] for key in reported for end in range(len(key)) if key[end] == "."}
        problems = []
        for fault in faults:
            path = (*at, *fault.path)
            ways = {".".join(path[:end]) for end in range(1, len(path) + 1)}
            if ".".join(path) not in above and not ways & reported:
                problems.append(self.problem(path, fault.why, fault.fix, fault.value))
        return problems


def display(path: Path) -> str:
    """The path as people write it: from the root of the project where it lies inside."""
    resolved = path.resolve()
    return str(resolved.relative_to(ROOT)) if resolved.is_relative_to(ROOT) else str(path)


def read(path: Path, limits: Limits = USUAL) -> YamlFile:
    """The file of ``path``. FileError, with one problem, where nothing can be read from it."""
    name = display(path)
    try:
        root, problems = compose(_text(path, limits.size), limits)
    except BrokenError as error:
        raise FileError([replace(error.problem, file=name)]) from None
    own = tuple(replace(problem, file=name) for problem in problems)
    return YamlFile(name=name, root=root, data=root.data if root else None, problems=own)


def _text(path: Path, largest: int) -> str:
    """The text. Raises ``BrokenError`` where it cannot be had, is not UTF-8, or is larger than what people write."""
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise BrokenError(0, "does not exist", "restore it from the repository, or create it") from None
    except IsADirectoryError:
        raise BrokenError(0, "is a folder", "put the file in its place") from None
    except OSError as error:
        raise BrokenError(0, f"cannot be read: {error.strerror}", "see its owner and its rights") from None
    if len(content) > largest:
        line = content.count(b"\n") + 1
        raise BrokenError(line, f"is larger than {largest // 1024} KiB", "remove the value that makes it so large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BrokenError(line, "is not UTF-8 from here on", "save the file in UTF-8") from None
    strange = next(odd_characters(text, "\t\n\r"), None)
    if strange is not None:
        line = text.count("\n", 0, text.index(strange)) + 1
        raise BrokenError(line, f"holds the character U+{ord(strange):04X}, which does not show", "remove it")
    return text
