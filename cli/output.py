"""What commands print: tables and sentences to standard output, refusals to standard error."""

import sys
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from lib.printable import printable

WIDE = 10_000
"""Columns where no terminal is: one message stays one line for whoever reads it, and tables fold nothing."""
console = Console(width=None if sys.stdout.isatty() else WIDE, emoji=False)
errors = Console(width=None if sys.stderr.isatty() else WIDE, emoji=False, stderr=True)


@dataclass(frozen=True)
class Harmless:
    """What reports made, without control sequences in its texts: a terminal must obey none of a resource's name."""

    inner: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The same segments, their texts printable."""
        for segment in console.render(self.inner, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def say(text: str, style: str = "") -> None:
    """Print sentences as they are: brackets are no markup, and nothing is folded or coloured by guess."""
    console.print(printable(text), style=style, markup=False, highlight=False, soft_wrap=True)


def show(*parts: RenderableType) -> None:
    """Print what reports made; without a terminal no line ends in blanks."""
    harmless = [Harmless(part) for part in parts]
    if console.is_terminal:
        console.print(*harmless)
        return
    with console.capture() as captured:
        console.print(*harmless)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def note(text: str) -> None:
    """Say something beside what a program may read."""
    errors.print(printable(text), style="dim", markup=False, highlight=False, soft_wrap=True)


def refuse(text: str, code: int = 2) -> int:
    """Say why nothing was done; the exit code."""
    errors.print(printable(text), style="red", markup=False, highlight=False, soft_wrap=True)
    return code
