"""YAML text as nodes that know their lines: the part of YAML with one meaning, in time bounded by the text's length.

The events come from libyaml, whose own composer recurses without a limit; this one keeps a stack and counts. Anchors,
aliases, merge keys and tags are refused: a value stands where it belongs, and what it is follows from its text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from lib.problems import ABSENT, Problem, WrongValueError
from lib.yaml_scalars import plain

DEEPEST: Final = 20
MOST_NODES: Final = 10_000
LONGEST_TEXT: Final = 10_000
LONGEST_KEY: Final = 200
MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a file may hold: ``nodes`` are keys and values, ``size`` is in bytes."""

    nodes: int = MOST_NODES
    size: int = 256 * 1024


USUAL: Final = Limits()
"""For what people write by hand."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unusable:
    """Stands in ``data`` for a value of which a problem has been reported."""

    def __repr__(self) -> str:
        return "..."


UNUSABLE: Final = Unusable()


class BrokenError(Exception):
    """The text cannot be used at all: the one problem that says why."""

    def __init__(self, line: int, why: str, fix: str) -> None:
        super().__init__(why)
        self.problem = Problem(line=line, why=why, fix=fix)


@dataclass(slots=True)
class Node:
    """A value. ``data`` is plain; lists are tuples. ``text`` is a scalar's, as written.

    ``children`` has, by key or index as text, the line and the node of each entry, which begins with its key.
    """

    line: int
    data: Any
    text: str = ""
    children: dict[str, tuple[int, "Node"]] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A mapping or a list that has not ended, with the key whose value comes next."""

    node: Node
    is_mapping: bool
    path: tuple[str, ...]
    key: str | None = None
    key_line: int = 0
    expects_value: bool = False


def compose(text: str, limits: Limits = USUAL) -> tuple[Node | None, list[Problem]]:
    """The root, None where there is only white space, and what is wrong in the values.

    Raises ``BrokenError`` where the text is not YAML, or is of a kind of YAML that is refused here.
    """
    composer = _Composer(limits.nodes)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error) from None
    except (yaml.YAMLError, ValueError):
        raise BrokenError(1, "is not YAML", "check indentation, colons and quotes") from None
    return composer.root, composer.problems


def _syntax(error: yaml.MarkedYAMLError) -> BrokenError:
    """What the parser says, which never quotes the file; where the text ends too early, the line where it began to."""
    reason = str(error.problem or "")
    mark = error.context_mark if "end of stream" in reason and error.context_mark else error.problem_mark
    line = mark.line + 1 if mark else 1
    if "cannot start any token" in reason:
        return BrokenError(line, f"is not YAML: {reason}", "indent by blanks, not tabs, and put % @ ` in quotes")
    return BrokenError(line, f"is not YAML from here on: {reason}", "check indentation, colons and quotes")


class _Composer:
    """Takes the parser's events one by one."""

    def __init__(self, most_nodes: int) -> None:
        self._most_nodes = most_nodes
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise BrokenError(line, "a second document begins", "keep one document in a file; remove this ---")
        elif isinstance(event, yaml.AliasEvent):
            raise BrokenError(line, "has an alias (*)", "write the value out where it belongs")
        elif isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._check(event, line)
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event, line)
            else:
                self._start(line, is_mapping=isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()

    def _check(self, event: Any, line: int) -> None:
        self._nodes += 1
        if event.anchor is not None:
            raise BrokenError(line, "has an anchor (&)", "write the value out where it belongs")
        if event.tag is not None:
            raise BrokenError(line, "has a tag (!)", "remove it, or put the value in quotes where it begins so")
        if self._nodes > self._most_nodes:
            why = f"has more than {self._most_nodes} values"
            raise BrokenError(line, why, "split the file, or remove what is not needed")

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        holder = self._open[-1] if self._open else None
        if holder and holder.is_mapping and not holder.expects_value:
            self._key(holder, event, line)
            return
        if len(event.value) > LONGEST_TEXT:
            why = f"is {len(event.value)} characters long, at most {LONGEST_TEXT} are read"
            raise BrokenError(line, why, "shorten it")
        value: Any = event.value
        try:
            value = plain(event.value) if event.implicit[0] else _visible(event.value)
        except WrongValueError as error:
            at = holder.key_line if holder and holder.is_mapping else line
            self._report(self._place(), at, error, value or ABSENT)
            value = UNUSABLE
        self._add(Node(line, value, event.value))

    def _key(self, mapping: _Open, event: yaml.ScalarEvent, line: int) -> None:
        key = str(event.value)
        mapping.expects_value, mapping.key, mapping.key_line = True, None, line
        if key == "<<" and event.implicit[0]:
            raise BrokenError(line, "has a merge key, <<", "write the keys out where they belong")
        try:
            _check_key(key, is_plain=event.implicit[0])
        except WrongValueError as error:
            self._report((*mapping.path, key), line, error, ABSENT)
            return
        if key in mapping.node.children:
            first = mapping.node.children[key][0]
            why, fix = f"the key is given twice, first on line {first}", "keep one; YAML keeps the last in silence"
            self._report((*mapping.path, key), line, WrongValueError(why, fix), ABSENT)
        mapping.key = key

    def _start(self, line: int, *, is_mapping: bool) -> None:
        if len(self._open) >= DEEPEST:
            raise BrokenError(line, f"is nested deeper than {DEEPEST} levels", "write it flat")
        holder = self._open[-1] if self._open else None
        node = Node(line, {} if is_mapping else ())
        if holder and holder.is_mapping and not holder.expects_value:
            raise BrokenError(line, "has a list or a mapping as a key", "write a name before the colon")
        path = self._place()
        self._open.append(_Open(node, is_mapping, path))

    def _end(self) -> None:
        ended = self._open.pop()
        if not ended.is_mapping:
            ended.node.data = tuple(child.data for _, child in ended.node.children.values())
        self._add(ended.node)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        holder = self._open[-1]
        if not holder.is_mapping:
            holder.node.children[str(len(holder.node.children))] = (node.line, node)
            return
        holder.expects_value = False
        if holder.key is not None and holder.key not in holder.node.children:
            holder.node.children[holder.key] = (holder.key_line, node)
            holder.node.data[holder.key] = node.data

    def _place(self) -> tuple[str, ...]:
        """The way to the value that comes next."""
        if not self._open:
            return ()
        holder = self._open[-1]
        step = (holder.key or "") if holder.is_mapping else str(len(holder.node.children))
        return (*holder.path, step)

    def _report(self, path: tuple[str, ...], line: int, error: WrongValueError, value: object) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise BrokenError(line, f"has more than {MOST_PROBLEMS} values that cannot be read", "check what wrote it")
        key = ".".join(path)
        self.problems.append(Problem(line=line, key=key, value=value, why=error.why, fix=error.fix))


def _check_key(key: str, *, is_plain: bool) -> None:
    if not key:
        raise WrongValueError("has an empty key", "name the key before the colon")
    if len(key) > LONGEST_KEY or next(odd_characters(key, ""), None):
        raise WrongValueError("has a key that is no name", "write a short name in letters and digits")
    if is_plain:
        try:
            is_text = isinstance(plain(key), str)
        except WrongValueError:
            is_text = False
        if not is_text:
            raise WrongValueError("has a key that YAML does not read as text", f'put it in quotes: "{key}"')


def _visible(text: str) -> str:
    """A text in quotes or of several lines, which can hold any character."""
    strange = next(odd_characters(text), None)
    if strange is not None:
        raise WrongValueError(f"holds the character U+{ord(strange):04X}, which does not show", "remove it")
    return text


def odd_characters(text: str, allowed: str = "\t\n") -> Iterator[str]:
    """Characters that do not show and that no file here needs: controls, zero-width and direction marks, odd blanks."""
    return (character for character in text if not character.isprintable() and character not in allowed)
