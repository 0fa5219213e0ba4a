"""Markdown for comments and issues: what a stack, an account or a person says stays text; long lists are cut."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib.printable import one_line

LONGEST = 500
"""Characters of one text."""
PART_BYTES = 14_000
"""Of each of the four parts of a comment: GitHub refuses comments of more than 65,536 characters."""


@dataclass(frozen=True)
class Code:
    """Text from programs, accounts and people within a sentence of ours."""

    text: str


Sentence = Sequence[str | Code]
"""Our own words, which are plain, and texts of others."""


def written(sentence: Sentence) -> str:
    """A sentence in Markdown."""
    return "".join(code(part.text) if isinstance(part, Code) else part for part in sentence)


def plain(sentence: Sentence) -> str:
    """A sentence as one harmless line."""
    return "".join(one_line(part.text) if isinstance(part, Code) else part for part in sentence)


def code(text: str) -> str:
    """Text from programs and accounts as a code span in one line: no markup, mention or link in it takes effect."""
    line = one_line(text)
    line = line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
    fence = "`" * (1 + max((len(ticks) for ticks in re.findall("`+", line)), default=0))
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def row(cells: Iterable[str]) -> str:
    """A line of a table, each cell a code span."""
    return "| " + " | ".join(code(cell).replace("|", "\\|") for cell in cells) + " |"


def fitting(lines: Sequence[str], most: int = PART_BYTES) -> list[str]:
    """The first lines that fit into one part."""
    kept, size = [], 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > most:
            break
        kept.append(line)
    return kept
