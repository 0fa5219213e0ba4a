"""What a scanner is: a command whose output becomes SARIF, and the conditions under which its verdict counts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
"""Where the settings of the scanners are, whichever repository is scanned."""
Environment = Mapping[str, str]
Command = Sequence[str | Path]


class CannotRunError(RuntimeError):
    """Not the scanner's fault: what it needs is not there. The message says what, and how to come by it."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One run; ``codes`` are the exit codes of a scanner that did its work, whether it found something or not."""

    command: Command
    stdin: str = ""
    codes: frozenset[int] = frozenset({0, 1})
    environment: Environment = field(default_factory=dict)
    convert: Callable[[str], dict[str, Any]] = json.loads
    left_out: str = ""
    "What this run does not look at although it should, and why."


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """A program that looks for one kind of mistake; ``needs`` is the path without which it has nothing to look at."""

    name: str
    looks_for: str
    needs: str
    call: Callable[[Path, Environment], Call]
    judge: Callable[[Path, str], None] = lambda _root, _stderr: None
    "Raises where the program claims success without having done its work; it is given what went to stderr."
