"""What is wrong in a file that people edit: one kind of problem, one line each, all of them at once."""

import datetime as dt
import difflib
import reprlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lib.secret_formats import looks_secret

Keys = Sequence[str]
"""The way to a value: keys, and indices as text."""

MOST: Final = 100
"""How many problems one message lists: whoever has more has one cause, and nobody reads on."""

_SHOWN: Final = 80
_REPR: Final = reprlib.Repr()
"""Cuts what is deep or long, so that a value costs the same however large it is."""


class Absent(Enum):
    """Stands for a value that is not there, or must not be shown."""

    ABSENT = 0


ABSENT: Final = Absent.ABSENT


class WrongValueError(ValueError):
    """A check's verdict on one value: why it is wrong, and the fix. The value itself is added by the caller."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One value that cannot stand, and the way to it in its file."""

    path: tuple[str, ...]
    why: str
    fix: str
    value: object = ABSENT


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file. ``line`` is 0 where none can be named, ``value`` is never a secret."""

    file: str = ""
    line: int = 0
    key: str = ""
    value: object = ABSENT
    why: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        parts = (place, cut(self.key), "" if self.value is ABSENT else shown(self.value))
        return ": ".join([*filter(None, parts), f"{self.why}; fix: {self.fix}"])


class FileError(ValueError):
    """Files cannot be used; ``problems`` holds all reasons, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = ordered(problems)
        super().__init__(lines(self.problems))


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file and line, each once."""
    unique = {str(problem): problem for problem in problems}.values()
    return tuple(sorted(unique, key=lambda problem: (problem.file, problem.line, problem.key, problem.why)))


def lines(problems: Sequence[Problem]) -> str:
    """One line each, and at most ``MOST``."""
    more = [f"... and {len(problems) - MOST} more"] if len(problems) > MOST else []
    return "\n".join([*map(str, problems[:MOST]), *more])


def shown(value: object) -> str:
    """A value as it may be printed: short, without control characters, and never a secret."""
    if isinstance(value, dt.date):
        return str(value)
    if isinstance(value, tuple):
        value = list(value)
    text = repr(value[: 2 * _SHOWN]) if isinstance(value, str) else _REPR.repr(value)
    if looks_secret(text):
        return "[hidden, it may be a secret]"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def cut(text: str) -> str:
    """A key or a file's name on one line of bearable length."""
    clean = text if text.isprintable() else text[: 2 * _SHOWN].encode("unicode_escape").decode("ascii")
    return clean if len(clean) <= 2 * _SHOWN else f"{clean[: 2 * _SHOWN - 3]}..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None. Words longer than names are not compared: that takes long."""
    if not 0 < len(word) <= _SHOWN:
        return None
    by_lower_case = {name.lower(): name for name in known}
    begun = [name for name in by_lower_case if name.startswith(word.lower())]  # "prod" is not close
    close = begun or difflib.get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.6)
    return by_lower_case[close[0]] if close else None
